namespace GruMlNet.Evaluation;

/// <summary>The seasonality test and the classical decomposition behind Naive2, as the M4 competition's organisers published them.</summary>
internal static class SeasonalIndices
{
    /// <summary>The value that a standard normal variable exceeds with a probability of 5 %.</summary>
    private const double CriticalValue = 1.645;

    internal static bool IsSeasonal(ReadOnlySpan<double> values, int seasonality)
    {
        if (seasonality < 2 || values.Length < 3 * seasonality)
            return false;
        double mean = Mean(values), variance = Covariance(values, mean, 0);
        if (variance <= 0)
            return false;
        double squares = 0;
        for (int lag = 1; lag < seasonality; lag++)
        {
            double correlation = Covariance(values, mean, lag) / variance;
            squares += correlation * correlation;
        }

        double limit = CriticalValue / Math.Sqrt(values.Length) * Math.Sqrt(1 + 2 * squares);
        return Math.Abs(Covariance(values, mean, seasonality) / variance) > limit;
    }

    /// <summary>
    /// One factor per phase, the phase of the first value first, with mean 1: the mean ratio of the values to their centred moving average. Null where a factor is not above 0,
    /// as happens with values that are not positive.
    /// </summary>
    internal static double[]? Of(ReadOnlySpan<double> values, int seasonality)
    {
        var indices = new double[seasonality];
        var counts = new int[seasonality];
        int half = seasonality / 2;
        for (int t = half; t < values.Length - half; t++)
        {
            double sum = 0;
            for (int i = t - half; i <= t + half; i++)
                sum += values[i];
            // An even season has no middle: the two ends count half.
            if (seasonality % 2 == 0)
                sum -= (values[t - half] + values[t + half]) / 2;
            indices[t % seasonality] += values[t] * seasonality / sum;
            counts[t % seasonality]++;
        }

        for (int phase = 0; phase < seasonality; phase++)
            indices[phase] /= counts[phase];
        double mean = Mean(indices);
        for (int phase = 0; phase < seasonality; phase++)
        {
            indices[phase] /= mean;
            if (!double.IsFinite(indices[phase]) || indices[phase] <= 0)
                return null;
        }

        return indices;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum / values.Length;
    }

    private static double Covariance(ReadOnlySpan<double> values, double mean, int lag)
    {
        double sum = 0;
        for (int t = lag; t < values.Length; t++)
            sum += (values[t] - mean) * (values[t - lag] - mean);
        return sum;
    }
}
