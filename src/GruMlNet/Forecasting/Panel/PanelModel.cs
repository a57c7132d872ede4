// A trained panel model: networks, what they are blended with, and how wide the bounds must be.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;

namespace GruMlNet;

/// <summary>Immutable and thread-safe.</summary>
/// <param name="covariates">What the series have beside their values, whether or not it is of use; null for nothing.</param>
/// <param name="ensembles">Of plans that differ in the length of their windows only.</param>
/// <param name="linear">The linear forecasts.</param>
/// <param name="blend">How much each method counts.</param>
/// <param name="calibration">How wide the bounds are.</param>
internal sealed class PanelModel(PanelCovariates? covariates, IReadOnlyList<PanelEnsemble> ensembles, PanelLinear linear, PanelBlend blend, PanelCalibration calibration)
{
    /// <summary>Networks that disagree by more than this many times their own deviation are not believed to.</summary>
    private const double MaxWidening = 3;

    /// <summary>Of the first ensemble; the others differ in their windows only.</summary>
    public PanelPlan Plan => ensembles[0].Plan;

    public PanelBlend Blend => blend;

    public PanelCovariates? Covariates => covariates;

    public IReadOnlyList<PanelEnsemble> Ensembles => ensembles;

    public PanelCalibration Calibration => calibration;

    /// <summary>Forecasts from several origins.</summary>
    /// <returns>Per window [h, Q]: quantiles on the transformed scale, ascending, around the blended median.</returns>
    public double[][] Quantiles(IReadOnlyList<(PreparedSeries Series, int Origin)> windows)
    {
        var quantiles = Pooled(ensembles, windows);
        int h = Plan.Horizon, Q = PanelPlan.Levels.Length;
        for (var w = 0; w < windows.Count; w++)
        {
            var (series, origin) = windows[w];
            var median = Median(quantiles[w]);
            var center = new double[h];
            for (var method = PanelMethod.Network; (int)method < PanelBlend.MethodCount; method++)
            {
                if (!blend.Uses(method)) continue;
                var forecast = method == PanelMethod.Network ? median : PanelBlend.Forecast(method, series, origin, Plan, linear);
                for (var i = 0; i < h; i++) center[i] += blend.Weights[(int)method] * series.Transform.Invert(forecast[i]);
            }
            for (var i = 0; i < h; i++)
            {
                var shift = series.Transform.ApplyClamped(center[i]) - median[i];
                for (var q = 0; q < Q; q++) quantiles[w][i * Q + q] += shift;
            }
            if (calibration.Stretch != PanelStretch.None) calibration.Stretch.Apply(PanelStretch.Ratio(series, origin, Plan, quantiles[w]), quantiles[w]);
        }
        return quantiles;
    }

    /// <summary>One step's bounds, on the transformed scale.</summary>
    /// <param name="quantiles">[Q].</param>
    /// <param name="step">0 for the first step ahead.</param>
    /// <param name="normal">How far the bounds would reach from the median in a standard normal distribution.</param>
    public (double Lower, double Upper) Bounds(ReadOnlySpan<double> quantiles, int step, double normal)
    {
        var reach = calibration.Reach(step, normal);
        return (PanelQuantiles.ValueAt(quantiles, -reach), PanelQuantiles.ValueAt(quantiles, reach));
    }

    /// <summary>
    /// The mean of each of the networks' quantiles, each network counting alike. A mean of quantiles is as narrow as one network's, however far they disagree: so these are widened about the median to a
    /// variance that has that of the networks' medians in it, as their mixture's has (the law of total variance; Lakshminarayanan, Pritzel, Blundell 2017).
    /// </summary>
    public static double[][] Pooled(IReadOnlyList<PanelEnsemble> ensembles, IReadOnlyList<(PreparedSeries Series, int Origin)> windows)
    {
        int h = ensembles[0].Plan.Horizon, Q = PanelPlan.Levels.Length, networks = ensembles.Sum(e => e.Networks.Count);
        double[][] pooled = new double[windows.Count][], squares = new double[windows.Count][];
        for (var w = 0; w < pooled.Length; w++) (pooled[w], squares[w]) = (new double[h * Q], new double[h]);
        foreach (var ensemble in ensembles) ensemble.Add(windows, pooled, squares);
        for (var w = 0; w < pooled.Length; w++)
        {
            foreach (ref var sum in pooled[w].AsSpan()) sum /= networks;
            for (var i = 0; i < h; i++)
            {
                var step = pooled[w].AsSpan(i * Q, Q);
                var (median, deviation) = (step[PanelPlan.Median], PanelQuantiles.Deviation(step));
                var disagreement = Math.Max(0, squares[w][i] / networks - median * median);
                if (deviation > 0) PanelQuantiles.Stretch(step, Math.Min(MaxWidening, Math.Sqrt(1 + disagreement / (deviation * deviation))));
            }
        }
        return pooled;
    }

    /// <summary>[h] of [h, Q].</summary>
    public static double[] Median(double[] quantiles)
    {
        var median = new double[quantiles.Length / PanelPlan.Levels.Length];
        for (var i = 0; i < median.Length; i++) median[i] = quantiles[i * PanelPlan.Levels.Length + PanelPlan.Median];
        return median;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(covariates is not null);
        covariates?.Save(writer);
        writer.Write(ensembles.Count);
        foreach (var ensemble in ensembles)
        {
            ensemble.Plan.Save(writer);
            writer.Write(ensemble.Networks.Count);
            foreach (var network in ensemble.Networks) WeightsFile.WriteNetwork(writer, network);
        }
        linear.Save(writer);
        blend.Save(writer);
        calibration.Save(writer);
    }

    public static PanelModel Load(BinaryReader reader)
    {
        var covariates = reader.ReadBoolean() ? PanelCovariates.Load(reader) : null;
        var ensembles = new PanelEnsemble[ReadCount(reader)];
        for (var e = 0; e < ensembles.Length; e++)
        {
            var plan = PanelPlan.Load(reader, covariates);
            var networks = new RecurrentNetwork[ReadCount(reader)];
            for (var i = 0; i < networks.Length; i++) networks[i] = WeightsFile.ReadNetwork(reader);
            if (Array.Exists(networks, n => n.Shape != plan.Shape))
                throw new InvalidDataException("The networks do not fit the model: the file is damaged. Use another copy.");
            ensembles[e] = new PanelEnsemble(plan, networks);
        }
        var first = ensembles[0].Plan;
        if (Array.Exists(ensembles, e => e.Plan.Horizon != first.Horizon || e.Plan.UseLog != first.UseLog || e.Plan.Season != first.Season))
            throw new InvalidDataException("The networks do not fit one another: the file is damaged. Use another copy.");
        return new PanelModel(covariates, ensembles, PanelLinear.Load(reader, first with { Covariates = covariates }), PanelBlend.Load(reader), PanelCalibration.Load(reader, first.Horizon));
    }

    private static int ReadCount(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        return count is >= 1 and <= 100 ? count : throw new InvalidDataException($"A model of {count} parts is impossible: the file is damaged. Use another copy.");
    }
}
