namespace GruMlNet.Evaluation;

/// <summary>The scale of the scaled scores: how much a history changes from season to season.</summary>
internal static class SeasonalDifference
{
    /// <summary>Means of |xₜ − xₜ₋ₘ| and (xₜ − xₜ₋ₘ)² over the pairs that are observed; NaN where there are none or all are 0.</summary>
    internal static (double Absolute, double Square) Of(ReadOnlySpan<float> history, int seasonality)
    {
        double absolute = 0, square = 0;
        int count = 0;
        for (int t = seasonality; t < history.Length; t++)
        {
            double difference = (double)history[t] - history[t - seasonality];
            if (double.IsNaN(difference))
                continue;
            absolute += Math.Abs(difference);
            square += difference * difference;
            count++;
        }

        return absolute > 0 ? (absolute / count, square / count) : (double.NaN, double.NaN);
    }
}
