// Finds the length of a season in data that comes without time stamps.
namespace GruMlNet;

internal static class SeasonDetector
{
    /// <summary>Autocorrelation that the season of a single series must reach, besides being significant.</summary>
    private const double MinCorrelation = 0.3;

    /// <summary>The same for the mean of many series, of which some have no season, and whose chance correlations cancel out.</summary>
    private const double MinMeanCorrelation = 0.1;

    private const int MaxSeason = 400;

    /// <summary>Series that are looked at where there are many.</summary>
    private const int MaxSeries = 100;

    /// <summary>
    /// The lag at which the series' changes repeat themselves best: the autocorrelation of first differences, averaged over the series, must have a peak there that is
    /// significant by the test that the M4 competition used for its seasonal naive method (Makridakis, Spiliotis, Assimakopoulos 2020). 1 if there is none.
    /// </summary>
    public static int Detect(IReadOnlyList<float[]> series)
    {
        var stride = Math.Max(1, series.Count / MaxSeries);
        var correlations = new List<double[]>();
        var (longest, steps) = (0, 0L);
        for (var s = 0; s < series.Count; s += stride)
        {
            if (Autocorrelation(series[s]) is not { } correlation) continue;
            correlations.Add(correlation);
            longest = Math.Max(longest, correlation.Length);
            steps += series[s].Length;
        }
        var mean = new double[longest];
        for (var lag = 1; lag < longest; lag++)
        {
            var long_enough = correlations.Where(c => c.Length > lag).ToList();
            mean[lag] = long_enough.Average(c => c[lag]);
        }
        return BestPeak(mean, steps, Math.Max(MinMeanCorrelation, MinCorrelation / Math.Sqrt(correlations.Count)));
    }

    private static int BestPeak(double[] correlation, long steps, double minimum)
    {
        var (best, squares) = (1, 0.0);
        for (var lag = 1; lag < correlation.Length - 1; lag++)
        {
            var limit = Math.Max(minimum, 1.645 / Math.Sqrt(steps) * Math.Sqrt(1 + 2 * squares));
            squares += correlation[lag] * correlation[lag];
            var isPeak = lag >= 2 && correlation[lag] > correlation[lag - 1] && correlation[lag] >= correlation[lag + 1];
            // Multiples of a season correlate nearly as well as the season: a longer lag must be clearly better.
            if (isPeak && correlation[lag] > limit && (best == 1 || correlation[lag] > correlation[best] + minimum / 3)) best = lag;
        }
        return best;
    }

    /// <summary>Of the first differences, lags 0 to a third of the length; null where too short or constant.</summary>
    private static double[]? Autocorrelation(float[] values)
    {
        var n = values.Length - 1;
        if (n < 12) return null;
        var differences = new double[n];
        var (sum, count) = (0.0, 0);
        for (var t = 0; t < n; t++)
        {
            differences[t] = (double)values[t + 1] - values[t];
            if (double.IsNaN(differences[t])) continue;
            sum += differences[t];
            count++;
        }
        if (count < 12) return null;
        for (var t = 0; t < n; t++) differences[t] = double.IsNaN(differences[t]) ? 0 : differences[t] - sum / count;
        var result = new double[Math.Min(n / 3, MaxSeason) + 2];
        for (var lag = 0; lag < result.Length; lag++)
            for (var t = lag; t < n; t++) result[lag] += differences[t] * differences[t - lag];
        if (result[0] <= 0) return null;
        for (var lag = result.Length - 1; lag >= 0; lag--) result[lag] /= result[0];
        return result;
    }
}
