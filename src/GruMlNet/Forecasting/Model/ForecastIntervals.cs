// How wide the bounds around a forecast must be, from the misses of the past.
namespace GruMlNet;

/// <summary>
/// The combination's past misses were made on values it had not seen, so their quantiles are honest bounds, up to what choosing
/// the best forecasters took advantage of: split conformal prediction (Vovk et al. 2005) with later misses counting more. Misses of all steps ahead are pooled
/// after division by a growth curve c·(steps ahead)^g fitted to them. Steps ahead count from the last observed value: missing ones at the
/// end widen the bounds.
/// </summary>
internal sealed class ForecastIntervals
{
    /// <summary>Misses of fewer origins than this say too little: the bounds of a random walk are used.</summary>
    private const int MinOrigins = 6;

    private readonly double[] _misses = [];  // ascending, in units of the growth curve
    private readonly double[] _share = [];   // cumulated weight up to and including half of each, 0 to 1
    private readonly double[] _growth;       // [h], on the transformed scale

    public ForecastIntervals(SeriesAnalysis analysis)
    {
        var h = analysis.Horizon;
        _growth = new double[h];
        var missing = MissingAtEnd(analysis.Series);
        if (analysis.PastOrigins < MinOrigins || !Misses(analysis).Any())
        {
            var step = RandomWalkStep(analysis.Series);
            for (var i = 0; i < h; i++) _growth[i] = step * Math.Sqrt(missing + i + 1);
            return;
        }
        var slope = FitGrowth(analysis);
        (_misses, _share) = Collect(analysis);
        // Few origins, long horizons: the forecasters were chosen on nearly the same misses, so those are too small.
        var caution = Math.Min(1.8, 1.05 + 0.8 * h / analysis.PastOrigins);
        for (var i = 0; i < h; i++) _growth[i] *= caution * Math.Pow(1 + (double)missing / (i + 1), slope);
    }

    /// <summary>Half the width of the band for a step ahead, on the transformed scale; NaN where the history has fewer than two values to judge by.</summary>
    /// <param name="step">0 for the first step ahead.</param>
    /// <param name="confidenceLevel">Above 0 and below 1.</param>
    public double HalfWidth(int step, double confidenceLevel) => _growth[step] * Quantile(confidenceLevel);

    private double Quantile(double level)
    {
        const double Trusted = 0.95;
        // Without misses to go by: a normal distribution whose mean absolute value is 1.
        if (_misses.Length == 0) return NormalDistribution.TwoSidedQuantile(level) * Math.Sqrt(Math.PI / 2);
        var empirical = Interpolate(level);
        // The far tail is extended by the normal distribution's shape: no past holds enough misses there.
        return level <= Trusted ? empirical : Math.Max(empirical, Interpolate(Trusted) * NormalDistribution.TwoSidedQuantile(level) / NormalDistribution.TwoSidedQuantile(Trusted));
    }

    private double Interpolate(double level)
    {
        var index = Array.BinarySearch(_share, level);
        if (index >= 0) return _misses[index];
        index = ~index;
        if (index == 0) return _misses[0] * level / _share[0];
        if (index == _share.Length) return _misses[^1];
        var part = (level - _share[index - 1]) / (_share[index] - _share[index - 1]);
        return _misses[index - 1] + part * (_misses[index] - _misses[index - 1]);
    }

    /// <summary>Least squares of log(mean miss) on log(steps ahead); returns the slope, kept between 0 and 1.</summary>
    private double FitGrowth(SeriesAnalysis analysis)
    {
        var h = analysis.Horizon;
        var (sums, counts) = (new double[h], new int[h]);
        foreach (var (_, step, miss) in Misses(analysis))
        {
            sums[step] += miss;
            counts[step]++;
        }
        var logs = new List<(double Steps, double Miss)>();
        for (var i = 0; i < h; i++)
            if (sums[i] > 0) logs.Add((Math.Log(i + 1), Math.Log(sums[i] / counts[i])));
        if (logs.Count == 0) return 0; // never missed: the bounds are the forecast
        double meanSteps = logs.Average(l => l.Steps), meanMiss = logs.Average(l => l.Miss);
        var spread = logs.Sum(l => (l.Steps - meanSteps) * (l.Steps - meanSteps));
        var slope = logs.Count > 3 ? logs.Sum(l => (l.Steps - meanSteps) * (l.Miss - meanMiss)) / spread : 0.3;
        slope = Math.Clamp(slope, 0, 1);
        for (var i = 0; i < h; i++) _growth[i] = Math.Exp(meanMiss + slope * (Math.Log(i + 1) - meanSteps));
        return slope;
    }

    /// <summary>Sorts the misses; the weight halves every four seasons (or horizons, if longer) back.</summary>
    private (double[] Misses, double[] Share) Collect(SeriesAnalysis analysis)
    {
        var halfLife = 4.0 * Math.Max(analysis.Season, analysis.Horizon);
        var all = Misses(analysis).ToArray();
        var misses = Array.ConvertAll(all, m => _growth[m.Step] > 0 ? m.Miss / _growth[m.Step] : 0);
        var share = Array.ConvertAll(all, m => Math.Pow(0.5, (analysis.Series.Length - 1 - m.Origin) / halfLife));
        Array.Sort(misses, share);
        var sum = 0.0;
        foreach (ref var s in share.AsSpan())
        {
            var weight = s;
            s = sum + 0.5 * weight;
            sum += weight;
        }
        foreach (ref var s in share.AsSpan()) s /= sum;
        return (misses, share);
    }

    private static IEnumerable<(int Origin, int Step, double Miss)> Misses(SeriesAnalysis analysis)
    {
        for (var o = 0; o < analysis.Origins.Length - 1; o++)
        {
            for (var i = 0; i < analysis.Horizon; i++)
            {
                var t = analysis.Origins[o] + i;
                if (t < analysis.Series.Length && analysis.Series.Observed[t])
                    yield return (analysis.Origins[o], i, Math.Abs(analysis.Series.Values[t] - analysis.Combined(o)[i]));
            }
        }
    }

    /// <summary>Mean absolute step of the random walk that the observed values would be; NaN where there are fewer than two.</summary>
    private static double RandomWalkStep(TransformedSeries series)
    {
        var (sum, count, last) = (0.0, 0, -1);
        for (var t = 0; t < series.Length; t++)
        {
            if (!series.Observed[t]) continue;
            if (last >= 0)
            {
                sum += Math.Abs(series.Values[t] - series.Values[last]) / Math.Sqrt(t - last);
                count++;
            }
            last = t;
        }
        return count > 0 ? sum / count : double.NaN;
    }

    private static int MissingAtEnd(TransformedSeries series)
    {
        var missing = 0;
        while (missing < series.Length && !series.Observed[series.Length - 1 - missing]) missing++;
        return missing;
    }
}
