// How wide bounds are made: from distances that are known, and on a network that knows little.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelCalibrationTests
{
    private const int Horizon = 4;

    /// <summary>Errors twice as large as the quantiles say, in many blocks of time: bounds reach nearly twice as far, at learnt levels, between them and beyond.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.873)]
    [InlineData(0.95)]
    [InlineData(0.995)]
    public void Fit_DistancesAreLarger_ReachesFurther(double level)
    {
        double normal = NormalDistribution.TwoSidedQuantile(level);
        Assert.InRange(PanelCalibration.Fit(Distances(blocks: 60, (_, _, z) => 2 * z), Horizon, PanelStretch.None).Reach(1, normal) / normal, 1.8, 2.1);
    }

    [Fact]
    public void Fit_LaterStepsMissMore_ReachFurther()
    {
        PanelCalibration calibration = PanelCalibration.Fit(Distances(blocks: 60, (step, _, z) => (1 + step) * z), Horizon, PanelStretch.None);
        double[] reach = [.. Enumerable.Range(0, Horizon).Select(step => calibration.Reach(step, 1.28) / 1.28)];
        Assert.Equal(reach.Order(), reach);
        Assert.InRange(reach[3] / reach[0], 3, 4.2);
    }

    /// <summary>Held-back values were near because the trials were chosen by them: bounds become narrower by the root of what these say.</summary>
    [Fact]
    public void Fit_DistancesAreSmaller_NarrowsWithCaution()
    {
        double reach = PanelCalibration.Fit(Distances(blocks: 60, (_, _, z) => 0.5 * z), Horizon, PanelStretch.None).Reach(1, 1.28) / 1.28;
        Assert.InRange(reach, 0.68, 0.76);
    }

    /// <summary>The same distances in few blocks that disagree are believed less than in many.</summary>
    [Fact]
    public void Fit_TimesDisagree_IsBelievedLess()
    {
        double Reach(int blocks, Func<int, int, double, double> distance) => PanelCalibration.Fit(Distances(blocks, distance), Horizon, PanelStretch.None).Reach(0, 1.28) / 1.28;
        double sure = Reach(60, (_, _, z) => 2 * z), doubtful = Reach(3, (_, block, z) => block == 0 ? 5 * z : 0.5 * z);
        Assert.InRange(sure, 1.8, 2.1);
        double pooled = PooledReach(3, (_, block, z) => block == 0 ? 5 * z : 0.5 * z);
        Assert.True(Math.Abs(doubtful - 1) < 0.5 * Math.Abs(pooled - 1), $"{doubtful} of {pooled}");
    }

    [Fact]
    public void Fit_FewValues_LeavesTheQuantiles() =>
        Assert.Equal(1, PanelCalibration.Fit([.. Distances(60, (_, _, z) => 3 * z).Take(50)], Horizon, PanelStretch.None).MeanFactor(0.8), 5);

    [Fact]
    public void Reach_AnyLevel_GrowsWithIt()
    {
        PanelCalibration calibration = PanelCalibration.Fit(Distances(blocks: 20, (step, _, z) => z + 0.3 * step), Horizon, PanelStretch.None);
        for (int step = 0; step < Horizon; step++)
        {
            double[] reach = [.. Enumerable.Range(1, 60).Select(i => calibration.Reach(step, i * 0.06))];
            Assert.Equal(reach.Order().Distinct(), reach);
        }
    }

    [Fact]
    public void SaveAndLoad_SameReach()
    {
        PanelCalibration calibration = PanelCalibration.Fit(Distances(blocks: 20, (step, _, z) => z + 0.3 * step), Horizon, new PanelStretch(0.4, -1.5));
        using var stream = new MemoryStream();
        calibration.Save(new BinaryWriter(stream));
        stream.Position = 0;
        PanelCalibration loaded = PanelCalibration.Load(new BinaryReader(stream), Horizon);
        Assert.Equal(calibration.Stretch, loaded.Stretch);
        Assert.Equal(calibration.Reach(3, 1.5), loaded.Reach(3, 1.5));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void AtLeast_TakesTheFurther()
    {
        PanelCalibration wide = PanelCalibration.Fit(Distances(60, (_, _, z) => 2 * z), Horizon, PanelStretch.None), none = PanelCalibration.None(Horizon);
        Assert.Equal(wide.Reach(0, 1.28), none.AtLeast(wide).Reach(0, 1.28));
        Assert.Equal(wide.Reach(0, 1.28), wide.AtLeast(none).Reach(0, 1.28));
    }

    /// <summary>Distances that grow with the root of a series' own changes: the weight is a half; with nothing of the kind, none.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    public void Stretch_Fit_FindsTheWeight(double weight)
    {
        var random = new Random(3);
        (double Ratio, double Distance, int Count)[] forecasts = [.. Enumerable.Range(0, 2000).Select(_ =>
        {
            double ratio = 2 * Normal(random);
            return (ratio, Enumerable.Range(0, 5).Sum(_ => Math.Abs(Normal(random)) * Math.Exp(weight * ratio)), 5);
        })];
        PanelStretch stretch = PanelStretch.Fit(forecasts);
        Assert.InRange(stretch.Weight, weight - 0.05, weight + 0.05);
        // What is stretched is not widened on the whole.
        Assert.Equal(forecasts.Sum(f => f.Distance), forecasts.Sum(f => f.Distance * Math.Exp(-stretch.Weight * (f.Ratio - stretch.Usual))), 1e-6 * forecasts.Sum(f => f.Distance));
    }

    [Fact]
    public void Stretch_Apply_KeepsMedianAndOrder()
    {
        double[] quantiles = [-3, -2, -1, -0.5, 0.1, 1, 2, 3, 4], wider = [.. quantiles];
        new PanelStretch(0.5, 1).Apply(2, wider);
        Assert.Equal(0.1, wider[PanelPlan.Median]);
        Assert.Equal(wider.Order(), wider);
        Assert.Equal(Math.Exp(0.5) * (4 - 0.1), wider[8] - 0.1, 9);
        new PanelStretch(0.5, 1).Apply(double.NaN, wider);
        Assert.Equal(Math.Exp(0.5) * (4 - 0.1), wider[8] - 0.1, 9);
    }

    /// <summary>A network that has hardly learnt, over calm and restless series: after calibration its bounds hold nearly what they promise all the same.</summary>
    [Fact]
    public void Calibrate_HardlyTrainedNetwork_BoundsHold()
    {
        var random = new Random(5);
        PanelSeries[] series = [.. Enumerable.Range(0, 24).Select(s => new PanelSeries($"{s}", Walk(random, 400, s % 2 == 0 ? 0.2 : 2)))];
        var options = new GruForecastModelOptions { Horizon = Horizon, Seasonality = 1, HiddenSize = 8, LogTransform = false };
        PanelPlan plan = PanelRules.Choose(series, options)[0];
        PreparedSeries[] prepared = Array.ConvertAll(series, s => new PreparedSeries(s, plan, null));
        RecurrentNetwork network = RecurrentNetwork.Create(plan.Shape, 1);
        Trainer.Train(network, new PanelExamples(prepared, new PanelSplit(prepared, plan, 2).Learn, plan), PanelPlan.Loss, new TrainerOptions { Seed = 1, StepsPerEpoch = 15, MaxEpochs = 1, LearningRate = 0.005f, BatchSize = 32, Threads = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        var ensemble = new PanelEnsemble(plan, [network]);
        PanelFold[] folds = [.. Enumerable.Range(0, 3).Select(f =>
        {
            var split = new PanelSplit(prepared, plan, f);
            var windows = new PanelExamples(prepared, split.Judge, plan);
            return new PanelFold(null, [ensemble], PanelLinear.Fit(prepared, split.Learn, plan), [.. Enumerable.Range(0, windows.Count).Select(i => windows[i])]);
        })];
        PanelBlend blend = PanelBlend.NetworkOnly.Towards(PanelMethod.Naive, 1);
        PanelCalibration calibration = PanelCalibrator.Calibrate(folds[1..], blend, plan, null);

        Assert.InRange(Coverage(PanelCalibration.None(Horizon)).All, 0, 0.6); // what the network says
        (double all, double calm, double restless) = Coverage(calibration);
        Assert.InRange(all, 0.71, 0.85); // of networks that are so far off, few blocks of time do not make up for all
        Assert.InRange(calm, 0.65, 0.9);
        Assert.InRange(restless, 0.65, 0.9);

        (double All, double Calm, double Restless) Coverage(PanelCalibration with)
        {
            PanelModel model = folds[0].Model(blend, with);
            double[][] quantiles = model.Quantiles(folds[0].Windows);
            bool[] within = [.. folds[0].Windows.SelectMany((w, k) => Enumerable.Range(0, Horizon).Select(i =>
            {
                (double lower, double upper) = model.Bounds(quantiles[k].AsSpan(i * PanelPlan.Levels.Length, PanelPlan.Levels.Length), i, NormalDistribution.TwoSidedQuantile(0.8));
                return lower <= w.Series.Values[w.Origin + i] && w.Series.Values[w.Origin + i] <= upper;
            }))];
            bool[] isCalm = [.. folds[0].Windows.SelectMany(w => Enumerable.Repeat(Array.IndexOf(prepared, w.Series) % 2 == 0, Horizon))];
            return (Share(within), Share([.. within.Where((_, i) => isCalm[i])]), Share([.. within.Where((_, i) => !isCalm[i])]));
        }
    }

    /// <summary>Two networks that disagree: the medians are their mean, the bounds wider than the mean of theirs, and no wider where both are the same network.</summary>
    [Fact]
    public void Pooled_NetworksDisagree_WidensTheirQuantiles()
    {
        var random = new Random(4);
        var options = new GruForecastModelOptions { Horizon = Horizon, Seasonality = 1, HiddenSize = 8, LogTransform = false };
        PanelSeries[] series = [new PanelSeries("", Walk(random, 100, 1))];
        PanelPlan plan = PanelRules.Choose(series, options)[0];
        (PreparedSeries, int)[] window = [(new PreparedSeries(series[0], plan, null), 100)];
        RecurrentNetwork[] networks = [RecurrentNetwork.Create(plan.Shape, 1), RecurrentNetwork.Create(plan.Shape, 2)];
        double[] Of(params RecurrentNetwork[] some) => PanelModel.Pooled([new PanelEnsemble(plan, some)], window)[0];
        double[] first = Of(networks[0]), second = Of(networks[1]), both = Of(networks), same = Of(networks[0], networks[0]);
        int Q = PanelPlan.Levels.Length;
        for (int i = 0; i < Horizon; i++)
        {
            double a = first[i * Q + PanelPlan.Median], b = second[i * Q + PanelPlan.Median];
            double deviation = 0.5 * (PanelQuantiles.Deviation(first.AsSpan(i * Q, Q)) + PanelQuantiles.Deviation(second.AsSpan(i * Q, Q))), pooled = PanelQuantiles.Deviation(both.AsSpan(i * Q, Q));
            Assert.Equal(0.5 * (a + b), both[i * Q + PanelPlan.Median], 6);
            Assert.Equal(Math.Min(3 * deviation, Math.Sqrt(deviation * deviation + 0.25 * (a - b) * (a - b))), pooled, 6);
            Assert.Equal(PanelQuantiles.Deviation(first.AsSpan(i * Q, Q)), PanelQuantiles.Deviation(same.AsSpan(i * Q, Q)), 6);
        }
    }

    private static double Share(bool[] values) => values.Count(v => v) / (double)values.Length;

    /// <summary>What the bounds would reach if all distances were of one time.</summary>
    private static double PooledReach(int blocks, Func<int, int, double, double> distance)
    {
        double[] pool = [.. Distances(blocks, distance).Select(d => Math.Abs(d.Z)).Order()];
        return pool[(int)(0.8 * pool.Length)] / 1.28;
    }

    private static PanelDistance[] Distances(int blocks, Func<int, int, double, double> distance)
    {
        var random = new Random(2);
        return [.. from block in Enumerable.Range(0, blocks) from step in Enumerable.Range(0, Horizon) from _ in Enumerable.Range(0, 6000 / blocks) select new PanelDistance(step, block, distance(step, block, Normal(random)))];
    }

    private static float[] Walk(Random random, int length, double step)
    {
        float[] values = new float[length];
        double sum = 0;
        for (int t = 0; t < length; t++)
            values[t] = (float)(sum += step * Normal(random));
        return values;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
