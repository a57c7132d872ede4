// Finds how wide bounds must be, by where the held-back values lie among the quantiles that were forecast for them.
namespace GruMlNet;

/// <summary>A held-back value.</summary>
/// <param name="Step">Which step ahead, 0 for the first.</param>
/// <param name="Block">A time, as long as a horizon, within a fold: what happens in it, happens to many series at once.</param>
/// <param name="Z">The normal score of the quantile that the value lies on.</param>
internal readonly record struct PanelDistance(int Step, int Block, double Z)
{
    private const double Most = 4;

    /// <summary>From the median; of outliers no more than 4, so that few of them do not decide.</summary>
    public double Capped => Math.Min(Math.Abs(Z), Most);
}

/// <summary>The values of all folds count: the errors of one time go together, whatever the number of series.</summary>
internal static class PanelCalibrator
{
    /// <summary>Calibrates a model on what its trials forecast of the held-back values.</summary>
    /// <param name="folds">The trials.</param>
    /// <param name="blend">What their medians are combined with.</param>
    /// <param name="plan">The model's plan.</param>
    /// <param name="start">The calibration of a model that was trained further, whose networks have seen the values: bounds get no narrower than it has them. Null for a new model.</param>
    public static PanelCalibration Calibrate(IReadOnlyList<PanelFold> folds, PanelBlend blend, PanelPlan plan, PanelCalibration? start)
    {
        var forecasts = new List<Held>();
        var firstBlock = 0;
        foreach (var fold in folds)
        {
            var quantiles = fold.Model(blend).Quantiles(fold.Windows);
            var (first, lastBlock) = (0, firstBlock);
            for (var w = 0; w < fold.Windows.Length; w++)
            {
                var (series, origin) = fold.Windows[w];
                if (w == 0 || series != fold.Windows[w - 1].Series) first = origin; // where the held-back steps begin
                forecasts.Add(new Held(series, origin, quantiles[w], PanelStretch.Ratio(series, origin, plan, quantiles[w]), firstBlock * plan.Horizon + origin - first));
                lastBlock = Math.Max(lastBlock, firstBlock + (origin - first + plan.Horizon - 1) / plan.Horizon);
            }
            firstBlock = lastBlock + 1;
        }
        var stretch = start?.Stretch ?? PanelStretch.Fit(forecasts.Select(Evidence));
        foreach (var forecast in forecasts) stretch.Apply(forecast.Ratio, forecast.Quantiles);
        var calibration = PanelCalibration.Fit([.. forecasts.SelectMany(f => Distances(f, plan))], plan.Horizon, stretch);
        return start is null ? calibration : calibration.AtLeast(start);

        (double Ratio, double Distance, int Count) Evidence(Held forecast)
        {
            double[] distances = [.. Distances(forecast, plan).Select(d => d.Capped)];
            return (forecast.Ratio, distances.Sum(), distances.Length);
        }
    }

    private static IEnumerable<PanelDistance> Distances(Held forecast, PanelPlan plan)
    {
        var Q = PanelPlan.Levels.Length;
        for (var i = 0; i < plan.Horizon; i++)
        {
            if (forecast.Series.Weight(forecast.Origin + i) > 0f)
                yield return new PanelDistance(i, (forecast.Time + i) / plan.Horizon, PanelQuantiles.ZOf(forecast.Quantiles.AsSpan(i * Q, Q), forecast.Series.Values[forecast.Origin + i]));
        }
    }

    private sealed record Held(PreparedSeries Series, int Origin, double[] Quantiles, double Ratio, int Time);
}
