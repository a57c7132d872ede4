// Permutation importance names what the values depend on, and nothing else.
namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelExplanationTests
{
    [Fact]
    public void Explain_Covariates_RanksTheOneThatMatters()
    {
        var random = new Random(4);
        PanelSeries[] series = [.. CovariatePanel.Promotions(length: 150).Select((s, i) => s with
        {
            Past = [[.. s.Values.Select(_ => CovariatePanel.Noise(random))]],
            Known = [s.Known[0], [.. s.Known[0].Select(_ => CovariatePanel.Noise(random))]],
            StaticCategories = [$"{i % 2}"],
        })];
        var names = new PanelNames(["past noise"], ["promotion", "noise"], [], ["kind"]);
        PanelForecaster model = PanelForecaster.Train([.. series.Select(s => s with { Values = s.Values[..120], Past = [s.Past[0][..120]] })], CovariatePanel.Options(), names);
        IReadOnlyList<PanelImportance> importance = Explain(model, series);
        Dictionary<string, double> by = importance.ToDictionary(i => i.Name, i => i.Increase);
        Assert.Equal(["last value", "rest of the last horizon", "past noise", "promotion", "noise", "kind"], importance.Select(i => i.Name).Where(n => n is not ("the horizon before" or "values further back")));
        Assert.True(by["promotion"] > 1, $"promotion {by["promotion"]}");
        foreach (string other in new[] { "past noise", "noise", "kind" })
            Assert.InRange(by[other], -0.2, 0.3);
        Assert.Equal(importance, Explain(model, series, threads: 1));
        Assert.NotEqual(importance, Explain(model, series, seed: 2));
    }

    /// <summary>A season that changes from one to the next: the last one tells what there is to know.</summary>
    [Fact]
    public void Explain_Lags_FindsWhereTheInformationIs()
    {
        var random = new Random(6);
        PanelSeries[] seasonal = [.. Enumerable.Range(0, 20).Select(s =>
        {
            float[] profile = [.. Enumerable.Range(0, 6).Select(_ => 10f * CovariatePanel.Noise(random))];
            return new PanelSeries($"{s}", [.. Enumerable.Range(0, 90).Select(t => 200f + (profile[t % 6] += 2f * CovariatePanel.Noise(random)))]);
        })];
        GruForecastModelOptions options = CovariatePanel.Options();
        (options.Seasonality, options.LookBack) = (6, 12);
        IReadOnlyList<PanelImportance> importance = Explain(PanelForecaster.Train(seasonal, options), seasonal);
        Assert.Equal(["last value", "rest of the last season", "the season before"], importance.Select(i => i.Name));
        Assert.True(importance[1].Increase > 1 && importance[1].Increase > importance[0].Increase, string.Join(", ", importance));
    }

    [Fact]
    public void Explain_TooLittle_SaysSo()
    {
        PanelForecaster model = PanelForecaster.Train(CovariatePanel.Promotions(), CovariatePanel.Options());
        Assert.Contains("at least two forecasts", Assert.Throws<InvalidOperationException>(() => Explain(model, [new PanelSeries("a", [1, 2, 3])])).Message, StringComparison.Ordinal);
        PanelSeries[] constant = [new PanelSeries("a", [.. Enumerable.Repeat(1f, 60)])];
        Assert.Contains("nothing to explain", Assert.Throws<InvalidOperationException>(() => Explain(model, constant)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => PanelForecaster.Train(CovariatePanel.Promotions(), CovariatePanel.Options()).Explain(CovariatePanel.Promotions(), cancellationToken: new CancellationToken(true)));

    private static IReadOnlyList<PanelImportance> Explain(PanelForecaster model, PanelSeries[] series, int seed = 1, int? threads = null) =>
        model.Explain(series, seed, threads, TestContext.Current.CancellationToken);
}
