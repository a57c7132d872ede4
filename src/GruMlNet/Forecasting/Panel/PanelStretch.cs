// How much a series' own restlessness says about the width of its bounds.
namespace GruMlNet;

/// <summary>
/// Networks that have learnt from little tell restless series from calm ones too weakly. So a forecast's quantiles are stretched about its median by (own / width)^w: <c>own</c> is the mean absolute seasonal
/// change of the history, <c>width</c> the standard deviation that the quantiles stand for (geometric mean over the steps ahead), both on the transformed scale, w a weight from 0, the networks alone, to 1, the history alone. This is
/// the difficulty estimate of a normalised conformal score (Papadopoulos, Gammerman, Vovk 2008).
/// </summary>
/// <param name="Weight">w.</param>
/// <param name="Usual">ln(own / width) of the forecasts that are left as they are: such that held-back values are as far from the medians on average, in units of the quantiles, as without a stretch.</param>
internal readonly record struct PanelStretch(double Weight, double Usual)
{
    /// <summary>Largest stretch, and the inverse of the smallest, as a logarithm: 4.5-fold.</summary>
    private const double MaxLog = 1.5;

    /// <summary>Largest ln(own / width), either way, that is believed.</summary>
    private const double MaxRatio = 4;

    /// <summary>Leaves all quantiles as they are.</summary>
    public static PanelStretch None => default;

    /// <summary>ln(own / width); NaN where a history is too short to tell, constant, or forecast with certainty.</summary>
    /// <param name="series">The series.</param>
    /// <param name="origin">The step after the history's last one.</param>
    /// <param name="plan">Its context is looked at.</param>
    /// <param name="quantiles">[h, Q]: the forecast.</param>
    public static double Ratio(PreparedSeries series, int origin, PanelPlan plan, double[] quantiles)
    {
        var (sum, count, Q) = (0.0, 0, PanelPlan.Levels.Length);
        for (var t = Math.Max(0, origin - plan.ContextLength) + plan.Season; t < origin; t++)
        {
            if (!series.Observed[t] || !series.Observed[t - plan.Season]) continue;
            sum += Math.Abs((double)series.Values[t] - series.Values[t - plan.Season]);
            count++;
        }
        var width = 0.0;
        for (var i = 0; i < plan.Horizon; i++) width += Math.Log(PanelQuantiles.Deviation(quantiles.AsSpan(i * Q, Q)));
        var ratio = Math.Log(sum / count) - width / plan.Horizon;
        return double.IsFinite(ratio) ? Math.Clamp(ratio, -MaxRatio, MaxRatio) : double.NaN;
    }

    /// <summary>
    /// The weight under which the held-back values were likeliest: their distances from the median, in units of the quantiles, are taken to be gamma distributed about a mean proportional to (own / width)^w
    /// (McCullagh, Nelder 1989), whose likelihood has one maximum.
    /// </summary>
    /// <param name="forecasts">Of each: its ratio, the sum of its distances, and how many there are.</param>
    public static PanelStretch Fit(IEnumerable<(double Ratio, double Distance, int Count)> forecasts)
    {
        var known = forecasts.Where(f => double.IsFinite(f.Ratio) && f.Count > 0).ToArray();
        if (known.Length == 0) return None;
        var usual = known.Sum(f => f.Ratio * f.Count) / known.Sum(f => f.Count);
        var (low, high) = (0.0, 1.0);
        if (!IsBelow(low)) return None;
        for (var i = 0; i < 30; i++)
        {
            var middle = 0.5 * (low + high);
            if (IsBelow(middle)) low = middle;
            else high = middle;
        }
        var found = 0.5 * (low + high);
        return new PanelStretch(found, usual - Math.Log(known.Sum(f => Stretched(f, found)) / known.Sum(f => f.Distance)) / found);

        // Whether distances still grow with the ratio when they are measured in quantiles that are stretched by this weight.
        bool IsBelow(double weight) => known.Sum(f => Stretched(f, weight) * (f.Ratio - usual)) > 0;

        double Stretched((double Ratio, double Distance, int Count) forecast, double weight) => forecast.Distance * Math.Exp(-weight * (forecast.Ratio - usual));
    }

    /// <summary>Stretches the quantiles of a forecast about its median.</summary>
    /// <param name="ratio">The forecast's.</param>
    /// <param name="quantiles">[h, Q], changed in place.</param>
    public void Apply(double ratio, double[] quantiles)
    {
        if (Weight == 0 || double.IsNaN(ratio)) return;
        var factor = Math.Exp(Math.Clamp(Weight * (ratio - Usual), -MaxLog, MaxLog));
        for (var step = 0; step < quantiles.Length; step += PanelPlan.Levels.Length) PanelQuantiles.Stretch(quantiles.AsSpan(step, PanelPlan.Levels.Length), factor);
    }
}
