// How much each method counts: what did best, and what does well.
using GruMlNet.Engine.Networks;
using GruMlNet.Evaluation;

namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelBlendTests
{
    private static readonly PanelPlan Plan = new(3, 4, 4, 8, 4, 4, 2, UseLog: true, NonNegative: true) { ContextLength = 100 };

    [Fact]
    public void ByScore_TwiceTheError_CountsASixteenth()
    {
        double[] scores = [0.5, 1, double.NaN];
        PanelBlend blend = PanelBlend.ByScore(m => scores[(int)m], [PanelMethod.Network, PanelMethod.Ridge, PanelMethod.NLinear]);
        Assert.Equal([16 / 17f, 1 / 17f, 0f], blend.Weights[..3]);
        Assert.Equal(1f, blend.Weights.Sum(), 1e-6);
    }

    [Fact]
    public void ByScore_NoMistakes_CountAlike()
    {
        PanelBlend blend = PanelBlend.ByScore(_ => 0, [PanelMethod.Ridge, PanelMethod.NLinear]);
        Assert.Equal([0f, 0.5f, 0.5f], blend.Weights[..3]);
    }

    [Fact]
    public void ByScore_NoScore_IsTheNetworks()
        => Assert.Equal(PanelBlend.NetworkOnly.Weights, PanelBlend.ByScore(_ => double.NaN, [PanelMethod.Ridge]).Weights);

    [Fact]
    public void Towards_AnotherBlend_MovesByTheShare()
    {
        PanelBlend other = PanelBlend.NetworkOnly.Towards(PanelMethod.Drift, 0.5f), blend = PanelBlend.NetworkOnly.Towards(other, 0.4f);
        Assert.Equal(0.8f, blend.Weights[(int)PanelMethod.Network], 1e-6);
        Assert.Equal(0.2f, blend.Weights[(int)PanelMethod.Drift], 1e-6);
    }

    [Fact]
    public void WithoutTraces_LeavesOutWhatCountsLittle()
    {
        PanelBlend blend = PanelBlend.NetworkOnly.Towards(PanelMethod.Drift, 0.2f).Towards(PanelMethod.Smoothing, 0.01f).WithoutTraces();
        Assert.False(blend.Uses(PanelMethod.Smoothing));
        Assert.Equal(0.2f, blend.Weights[(int)PanelMethod.Drift], 1e-6);
        Assert.Equal(1f, blend.Weights.Sum(), 1e-6);
    }

    /// <summary>One method that is wrongly near 0 moves the mean by its share, whatever the logarithm makes of it.</summary>
    [Fact]
    public void Quantiles_OnLogarithms_AreBlendedInTheValuesUnits()
    {
        PreparedSeries series = Series(Seasons(40, 0).Append(0.01f));
        PanelModel Model(PanelBlend blend)
            => new(null, [Ensemble()], PanelLinear.Fit([series], [new OriginRange(8, 1, 30)], Plan), blend, PanelCalibration.None(Plan.Horizon));
        double[] Median(PanelModel model) => Array.ConvertAll(PanelModel.Median(model.Quantiles([(series, series.Length)])[0]), series.Transform.Invert);

        double[] network = Median(Model(PanelBlend.NetworkOnly)), blended = Median(Model(PanelBlend.NetworkOnly.Towards(PanelMethod.Naive, 0.25f)));
        double naive = series.Transform.Invert(series.Transform.ApplyClamped(0.01));
        for (int i = 0; i < blended.Length; i++)
        {
            Assert.True(network[i] > 100 * naive, $"{network[i]} {naive}");
            Assert.Equal(0.75 * network[i] + 0.25 * naive, blended[i], 1e-4 * network[i]);
        }
    }

    /// <summary>The errors of one time go together: what a block says does not weigh more because more series say it.</summary>
    [Fact]
    public void Choose_BlocksOfDifferentSize_CountAlike()
    {
        PreparedSeries[] series = [.. Enumerable.Range(0, 6).Select(s => Series(Seasons(60, s)))];
        OriginRange[] learn = [.. series.Select(_ => new OriginRange(8, 1, 30))];
        PanelLinear linear = PanelLinear.Fit(series, learn, Plan);
        PanelFold Fold(int origin, int copies)
            => new(null, [Ensemble()], linear, [.. Enumerable.Repeat(series, copies).SelectMany(all => all).Select(s => (s, origin))]);

        Assert.Equal(Scores(Fold(57, 1), Fold(44, 1)), Scores(Fold(57, 1), Fold(44, 20)));
        Assert.NotEqual(Scores(Fold(57, 1)), Scores(Fold(57, 1), Fold(44, 1)));
        Assert.NotEqual(Scores(Fold(44, 1)), Scores(Fold(57, 1), Fold(44, 1)));
    }

    /// <summary>Few forecasts are weak evidence, and most of the weight goes to all that is not naive, whatever did best; of many, little does.</summary>
    [Theory]
    [InlineData(20, 0.8)]
    [InlineData(320, 0.2)]
    public void Choose_FewForecasts_SpreadsTheWeightMore(int count, double share)
    {
        PreparedSeries[] series = [.. Enumerable.Range(0, count).Select(s => Series(Seasons(60, s)))];
        PanelLinear linear = PanelLinear.Fit(series, [.. series.Select(_ => new OriginRange(8, 1, 30))], Plan);
        List<string> log = [];
        _ = Choose(log, new PanelFold(null, [Ensemble()], linear, [.. series.Select(s => (s, 57))]));
        string line = log.Single(l => l.StartsWith("best: ", StringComparison.Ordinal));
        Assert.Contains(FormattableString.Invariant($"{share:P0} go to what does well"), line, StringComparison.Ordinal);
        string mixed = line.Split("what does well")[1];
        Assert.All(["Network", "Ridge", "NLinear", "Smoothing"], method => Assert.Contains(method, mixed, StringComparison.Ordinal));
    }

    private static string Scores(params PanelFold[] folds)
    {
        List<string> log = [];
        _ = Choose(log, folds);
        return log.Single(line => line.StartsWith("score of each method", StringComparison.Ordinal));
    }

    private static PanelBlend Choose(List<string> log, params PanelFold[] folds) => new PanelJudge(folds, Plan).Choose(new ParallelOptions { MaxDegreeOfParallelism = 1 }, log.Add);

    private static PanelEnsemble Ensemble() => new(Plan, [RecurrentNetwork.Create(Plan.Shape, 1)]);

    private static PreparedSeries Series(IEnumerable<float> values) => new(new PanelSeries("", [.. values]), Plan, null);

    /// <summary>Seasons of four steps that grow, with noise that changes half way.</summary>
    private static IEnumerable<float> Seasons(int length, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, length).Select(t => 50f + 10 * (t % 4) + 0.3f * t + (t < length * 4 / 5 ? 1 : 6) * CovariatePanel.Noise(random));
    }
}
