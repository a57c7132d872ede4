// Each kind of column beside the values changes the forecast for the better where the data depends on it, and for nothing where it does not.
namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelCovariateTests
{
    [Fact]
    public void Train_KnownCovariate_ExplainsWhatTheHistoryCannot()
    {
        PanelSeries[] series = CovariatePanel.Promotions();
        double with = CovariatePanel.TrainAndScore(series), without = CovariatePanel.TrainAndScore(CovariatePanel.Bare(series));
        // Noise of 1 is all that remains: a mean absolute error of 0.8 at best; without the covariate, 20 at one step in five.
        Assert.True(with < 1.5 && without > 3, $"{with} with, {without} without");
    }

    /// <summary>One series of some hundred steps: too little for networks over many series, enough to learn what a covariate does.</summary>
    [Fact]
    public void Train_OneSeries_ProfitsFromAKnownCovariate()
    {
        PanelSeries[] series = CovariatePanel.Promotions(count: 1, length: 300);
        double with = CovariatePanel.TrainAndScore(series), without = CovariatePanel.TrainAndScore(CovariatePanel.Bare(series));
        Assert.True(with < 2, $"{with} with, {without} without");
    }

    /// <summary>Values follow an indicator by as many steps as are forecast.</summary>
    [Fact]
    public void Train_PastCovariate_LeadsTheValues()
    {
        var random = new Random(2);
        PanelSeries[] series = [.. Enumerable.Range(0, 12).Select(s =>
        {
            float[] indicator = [.. Enumerable.Range(0, 120).Select(_ => CovariatePanel.Noise(random))];
            float[] values = [.. Enumerable.Range(0, 120).Select(t => 100f + CovariatePanel.Noise(random) + (t < CovariatePanel.Horizon ? 0 : 10f * indicator[t - CovariatePanel.Horizon]))];
            return new PanelSeries($"{s}", values) { Past = [indicator] };
        })];
        double with = CovariatePanel.TrainAndScore(series), without = CovariatePanel.TrainAndScore(CovariatePanel.Bare(series));
        Assert.True(with < 0.5 * without, $"{with} with, {without} without");
    }

    /// <summary>Promotions raise the values of half of the series and lower those of the others. Of two histories that are the same and without any, the static column alone tells which.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_StaticColumn_TellsHowTheSeriesReacts(bool isCategory)
    {
        PanelSeries[] series = [.. CovariatePanel.Promotions(count: 30, effect: s => s % 2 == 0 ? 8f : -8f, every: 8).Select((s, i) => Described(s, isUp: i % 2 == 0))];
        GruForecastModelOptions options = CovariatePanel.Options();
        (options.LookBack, options.SegmentLength, options.TrainingSteps) = (6, 6, 640);
        PanelForecaster model = PanelForecaster.Train(series, options);
        PanelSeries quiet = new("quiet", [.. Enumerable.Range(0, 12).Select(t => 100f + MathF.Sin(3 * t))]) { Known = [[.. new float[12], 1, 1, 1, 1, 1, 1]] };
        Assert.All(model.Forecast(Described(quiet, isUp: true), CovariatePanel.Horizon).Point, v => Assert.InRange(v, 104, 115));
        Assert.All(model.Forecast(Described(quiet, isUp: false), CovariatePanel.Horizon).Point, v => Assert.InRange(v, 85, 96));

        PanelSeries Described(PanelSeries s, bool isUp) => isCategory ? s with { StaticCategories = [isUp ? "up" : "down"] } : s with { StaticNumbers = [isUp ? 3f : 7f] };
    }

    /// <summary>In the first two thirds promotions worked the other way round; with weight 0 that is no lesson.</summary>
    [Fact]
    public void Train_Weights_LeaveStepsOut()
    {
        PanelSeries[] turned = [.. CovariatePanel.Promotions(length: 180).Select(s => s with { Values = [.. s.Values.Select((v, t) => t < 120 ? 200f - v : v)] })];
        PanelSeries[] weighted = [.. turned.Select(s => s with { Weights = [.. s.Values.Select((_, t) => t < 120 ? 0f : 1f)] })];
        double with = CovariatePanel.TrainAndScore(weighted), without = CovariatePanel.TrainAndScore(turned);
        Assert.True(with < 0.7 * without, $"{with} with, {without} without");
    }

    [Fact]
    public void Train_CovariateOfNoUse_IsDroppedAndDoesNoHarm()
    {
        var random = new Random(5);
        PanelSeries[] series = [.. CovariatePanel.Promotions(effect: _ => 0).Select(s => s with { Known = [.. Enumerable.Range(0, 3).Select(_ => s.Known[0].Select(_ => CovariatePanel.Noise(random)).ToArray())] })];
        List<string> log = [];
        double with = CovariatePanel.TrainAndScore(series, log), without = CovariatePanel.TrainAndScore(CovariatePanel.Bare(series));
        Assert.True(with < 1.02 * without, $"{with} with, {without} without");
        Assert.Contains(log, line => line.Contains("they learn without them", StringComparison.Ordinal));
    }

    [Fact]
    public void Forecast_KnownCovariatesEnd_ForecastsAllTheSame()
    {
        PanelSeries[] whole = CovariatePanel.Promotions(), past = CovariatePanel.WithoutEnd(whole);
        PanelForecaster model = PanelForecaster.Train(past, CovariatePanel.Options(), CovariatePanel.Promotion);
        PanelSeries one = past[0] with { Known = [[.. past[0].Known[0][..past[0].Values.Length], 1, 1, 1, 1, 1, 1]] };
        float[] all = model.Forecast(one, CovariatePanel.Horizon).Point;
        float[] some = model.Forecast(one with { Known = [one.Known[0][..(one.Values.Length + 3)]] }, CovariatePanel.Horizon).Point;
        float[] none = model.Forecast(one with { Known = [one.Known[0][..one.Values.Length]] }, CovariatePanel.Horizon).Point;
        float[] bare = model.Forecast(one.Values, CovariatePanel.Horizon).Point;
        Assert.All(all, v => Assert.InRange(v, 115, 125));
        Assert.All(some[..3], v => Assert.InRange(v, 115, 125));
        // A step with no promotion known is somewhere between 100 and 120, nearer to the more frequent 100.
        Assert.All([.. some[3..], .. none, .. bare], v => Assert.InRange(v, 95, 112));
    }

    /// <summary>Twice the horizon: the second block is forecast on top of the first one, with its own promotions.</summary>
    [Fact]
    public void Forecast_LongerThanTrained_UsesKnownCovariatesFurtherOn()
    {
        PanelSeries[] whole = CovariatePanel.Promotions(), past = CovariatePanel.WithoutEnd(whole);
        PanelForecaster model = PanelForecaster.Train(past, CovariatePanel.Options(), CovariatePanel.Promotion);
        PanelSeries one = past[0] with { Known = [[.. past[0].Known[0][..past[0].Values.Length], 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]] };
        float[] point = model.Forecast(one, 2 * CovariatePanel.Horizon).Point;
        for (int i = 0; i < point.Length; i++)
            Assert.InRange(point[i], i is 2 or 9 ? 113 : 95, i is 2 or 9 ? 125 : 106);
    }

    [Fact]
    public void Forecast_UnknownCategory_IsForecast()
    {
        PanelSeries[] series = [.. CovariatePanel.Promotions(count: 16, effect: s => s % 2 == 0 ? 20f : -20f).Select((s, i) => s with { StaticCategories = [i % 2 == 0 ? "up" : "down"], StaticNumbers = [i] })];
        PanelForecaster model = PanelForecaster.Train(series, CovariatePanel.Options());
        foreach (string category in new[] { "never seen", "" })
            Assert.All(model.Forecast(series[0] with { StaticCategories = [category], StaticNumbers = [float.NaN] }, CovariatePanel.Horizon).Point, v => Assert.InRange(v, 70, 130));
    }

    [Fact]
    public void Names_AreKept()
    {
        PanelForecaster model = PanelForecaster.Train(CovariatePanel.Promotions(), CovariatePanel.Options(), CovariatePanel.Promotion);
        var stream = new MemoryStream();
        model.Save(stream);
        stream.Position = 0;
        Assert.Equal(["promotion"], PanelForecaster.Load(stream).Names.Known);
        Assert.Equal(["known covariate 1"], PanelForecaster.Train(CovariatePanel.Promotions(), CovariatePanel.Options()).Names.Known);
    }
}
