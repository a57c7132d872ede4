// Training a model further: as good as it was or better, in less time, and only where it fits.
namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelContinueTests
{
    private static readonly Lazy<PanelForecaster> Old = new(() => PanelForecaster.Train(CovariatePanel.Promotions(), CovariatePanel.Options(), CovariatePanel.Promotion));

    /// <summary>Promotions have come to put people off: the old model cannot know.</summary>
    [Fact]
    public void Continue_NewBehaviour_IsLearnt()
    {
        PanelSeries[] whole = CovariatePanel.Promotions(count: 14, effect: _ => -20f), past = CovariatePanel.WithoutEnd(whole);
        PanelForecaster continued = Old.Value.Continue(past, CovariatePanel.Options());
        double before = CovariatePanel.Error(whole, Old.Value.ForecastAll(past, CovariatePanel.Horizon, []));
        double after = CovariatePanel.Error(whole, continued.ForecastAll(past, CovariatePanel.Horizon, []));
        Assert.True(after < 0.5 * before, $"{after} after, {before} before");
        Assert.Equal(Old.Value.Names.Known, continued.Names.Known);
    }

    /// <summary>Far fewer steps than a new training takes; counted, because time is not the same on every machine.</summary>
    [Fact]
    public void Continue_SameKindOfData_IsNoWorseInFewerSteps()
    {
        PanelSeries[] whole = CovariatePanel.Promotions(count: 15), past = CovariatePanel.WithoutEnd(whole);
        GruForecastModelOptions options = CovariatePanel.Options();
        options.TrainingSteps = null;
        int newSteps = Steps(options, o => PanelForecaster.Train(past, o)), moreSteps = Steps(options, o => Old.Value.Continue(past, o));
        Assert.True(moreSteps < newSteps / 3, $"{moreSteps} instead of {newSteps}");
        double before = CovariatePanel.Error(whole, Old.Value.ForecastAll(past, CovariatePanel.Horizon, []));
        double after = CovariatePanel.Error(whole, Old.Value.Continue(past, CovariatePanel.Options()).ForecastAll(past, CovariatePanel.Horizon, []));
        Assert.True(after < 1.1 * before, $"{after} after, {before} before");

        static int Steps(GruForecastModelOptions options, Action<GruForecastModelOptions> train)
        {
            Dictionary<string, int> last = [];
            options.Progress = report =>
            {
                last[report.Stage] = Math.Max(last.GetValueOrDefault(report.Stage), report.Network.Step);
                return true;
            };
            train(options);
            return last.Values.Sum();
        }
    }

    [Fact]
    public void Continue_ThreadsAndSeed_SameBytesAndOthers()
    {
        PanelSeries[] series = CovariatePanel.Promotions(length: 70, effect: _ => 30f);
        byte[] one = Bytes(threads: 1, seed: 1);
        Assert.Equal(one, Bytes(threads: 2, seed: 1));
        Assert.NotEqual(one, Bytes(threads: 2, seed: 2));

        byte[] Bytes(int threads, int seed)
        {
            GruForecastModelOptions options = CovariatePanel.Options();
            (options.Threads, options.Seed, options.TrainingSteps) = (threads, seed, 64);
            var stream = new MemoryStream();
            Old.Value.Continue(series, options).Save(stream);
            return stream.ToArray();
        }
    }

    [Fact]
    public void Continue_OtherSettings_SaysWhich()
    {
        GruForecastModelOptions options = CovariatePanel.Options();
        (options.Horizon, options.HiddenSize, options.Seasonality) = (9, 32, 7);
        ArgumentException e = Assert.Throws<ArgumentException>(() => Old.Value.Continue(CovariatePanel.Promotions(), options));
        foreach (string part in new[] { "Horizon is 6 in the model, and 9 was asked for", "HiddenSize is 16", "Seasonality is 1" })
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Continue_OtherColumnsOrTooLittle_SaysSo()
    {
        ArgumentException columns = Assert.Throws<ArgumentException>(() => Old.Value.Continue(CovariatePanel.Bare(CovariatePanel.Promotions()), CovariatePanel.Options()));
        Assert.Contains("1 are expected (promotion)", columns.Message, StringComparison.Ordinal);
        InvalidOperationException little = Assert.Throws<InvalidOperationException>(() => Old.Value.Continue(CovariatePanel.Promotions(count: 2, length: 12), CovariatePanel.Options()));
        Assert.Contains("too little to continue from", little.Message, StringComparison.Ordinal);
    }

    /// <summary>A model without networks over many series is no obstacle.</summary>
    [Fact]
    public void Continue_ModelPerSeries_TrainsANewOne()
    {
        List<string> log = [];
        PanelForecaster small = PanelForecaster.Train([new PanelSeries("a", [.. Enumerable.Range(0, 40).Select(t => 10f + t % 4)])], CovariatePanel.Options());
        PanelForecaster continued = small.Continue(CovariatePanel.Bare(CovariatePanel.Promotions()), CovariatePanel.Options(log));
        Assert.Equal(CovariatePanel.Horizon, continued.Forecast([1, 2, 3, 4, 5], CovariatePanel.Horizon).Point.Length);
        Assert.Contains(log, line => line.Contains("a new one is trained", StringComparison.Ordinal));
    }
}
