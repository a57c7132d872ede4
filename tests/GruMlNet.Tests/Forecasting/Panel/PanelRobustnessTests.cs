// One model over ordinary series forecasts every other kind: no history breaks it.
namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelRobustnessTests
{
    private static readonly Lazy<PanelForecaster> Model = new(() => PanelForecaster.Train(CovariatePanel.Bare(CovariatePanel.Promotions()), CovariatePanel.Options()));

    /// <summary>No history that the model has not seen the like of gives anything but finite numbers in order; and near the values where these tell.</summary>
    [Theory]
    [InlineData("one value", 95, 105)]
    [InlineData("three values", 90, 110)]
    [InlineData("constant", 6.9, 7.1)]
    [InlineData("zeros", 0, 0)]
    [InlineData("intermittent", 0, 60)]
    [InlineData("negative", -130, -70)]
    [InlineData("both signs", -40, 40)]
    [InlineData("holes", 90, 110)]
    [InlineData("missing end", 90, 110)]
    [InlineData("huge", 0.5e30, 2e30)]
    [InlineData("tiny", 0.5e-30, 2e-30)]
    [InlineData("largest", 0.5e38, 3.4028235e38)]
    [InlineData("falls to zero", 0, 130)]
    public void Forecast_UnseenSeries_IsFiniteAndNear(string kind, double low, double high)
    {
        PanelForecast forecast = Model.Value.Forecast(History(kind), 2 * CovariatePanel.Horizon, 0.5f, 0.95f);
        Assert.All(forecast.Point, v => Assert.InRange(v, low, high));
        for (int i = 0; i < forecast.Point.Length; i++)
        {
            float[] ascending = [forecast.Lower[1][i], forecast.Lower[0][i], forecast.Point[i], forecast.Upper[0][i], forecast.Upper[1][i]];
            Assert.All(ascending, v => Assert.True(float.IsFinite(v)));
            Assert.Equal(ascending.Order(), ascending);
        }
    }

    /// <summary>Each series by itself, where growth would lead beyond the largest number there is.</summary>
    [Fact]
    public void Forecast_OfTheLargestNumbers_StaysFinite()
    {
        float[] values = [.. Enumerable.Range(0, 120).Select(t => 3e38f * (0.5f + 0.4f * MathF.Sin(t)))];
        PanelForecast forecast = PanelForecaster.Train([new PanelSeries("", values)], CovariatePanel.Options()).Forecast(values, CovariatePanel.Horizon, 0.95f, 0.999f);
        Assert.All([.. forecast.Point, .. forecast.Lower[1], .. forecast.Upper[1]], v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Forecast_NothingObserved_IsNaN()
    {
        foreach (float[] nothing in new float[][] { [], [float.NaN], [float.NaN, float.NaN, float.NaN] })
            Assert.All(Model.Value.Forecast(nothing, 3, 0.9f).Point, v => Assert.True(float.IsNaN(v)));
    }

    /// <summary>Every odd series among those that are learnt from, in one panel with ordinary ones.</summary>
    [Fact]
    public void Train_OddSeriesAmongOthers_ForecastsTheOrdinaryOnesAsWell()
    {
        string[] kinds = ["three values", "constant", "zeros", "intermittent", "both signs", "holes", "missing end"];
        PanelSeries[] whole = CovariatePanel.Bare(CovariatePanel.Promotions(effect: _ => 5)), past = CovariatePanel.WithoutEnd(whole);
        PanelSeries[] odd = [.. kinds.Select(kind => new PanelSeries(kind, History(kind)))];
        PanelForecaster model = PanelForecaster.Train([.. past, .. odd], CovariatePanel.Options());
        Assert.All(model.ForecastAll(odd, 3, [0.9f]), f => Assert.All([.. f.Point, .. f.Lower[0], .. f.Upper[0]], v => Assert.True(float.IsFinite(v))));
        double error = CovariatePanel.Error(whole, model.ForecastAll(past, CovariatePanel.Horizon, []));
        Assert.True(error < 4, $"{error}");
    }

    private static float[] History(string kind)
    {
        var random = new Random(8);
        float[] usual = [.. Enumerable.Range(0, 40).Select(_ => 100f + CovariatePanel.Noise(random))];
        return kind switch
        {
            "one value" => usual[..1],
            "three values" => usual[..3],
            "constant" => [.. usual.Select(_ => 7f)],
            "zeros" => new float[40],
            "intermittent" => [.. usual.Select((v, t) => t % 5 == 0 ? v / 2 : 0f)],
            "negative" => [.. usual.Select(v => -v)],
            "both signs" => [.. usual.Select(v => 10 * (v - 100))],
            "holes" => [.. usual.Select((v, t) => t % 3 == 0 ? float.NaN : v)],
            "missing end" => [.. usual, .. Enumerable.Repeat(float.NaN, 20)],
            "huge" => [.. usual.Select(v => v * 1e28f)],
            "tiny" => [.. usual.Select(v => v * 1e-32f)],
            "largest" => [.. usual.Select(v => v * 3e36f)],
            "falls to zero" => [.. usual, .. new float[20]],
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown."),
        };
    }
}
