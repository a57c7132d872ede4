// The engine with many series: each goes its own way, and all are in the checkpoint.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class ManySeriesEngineTests
{
    private static readonly Lazy<GruForecastTransformer> Model = new(() => Shops.Fit(Shops.Options(), Shops.Rows()));
    private static readonly Lazy<GruForecastTransformer> WithCovariates = new(() => Shops.Fit(Shops.WithCovariates(), Shops.Rows()));

    private readonly MLContext ml = new(seed: 11);

    [Fact]
    public void Predict_BySeriesName_ForecastsWhatFollowsItsTraining()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows());
        List<BoundedForecast> next = [.. ml.Data.CreateEnumerable<BoundedForecast>(Model.Value.ForecastNext(data), reuseRowObject: false)];
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(Model.Value);
        Assert.Equal(Shops.Names, engine.SeriesNames);
        SeriesForecastTests.AssertSame(next, [.. Shops.Names.Select(name => engine.Predict(name))]);
    }

    [Fact]
    public void Update_OneSeries_LeavesTheOthers()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(Model.Value);
        string other = SeriesForecastTests.Text(engine.Predict("B")), before = SeriesForecastTests.Text(engine.Predict("A"));
        engine.Update(Shops.Row(0, Shops.Length));
        Assert.Equal(other, SeriesForecastTests.Text(engine.Predict("B")));
        Assert.NotEqual(before, SeriesForecastTests.Text(engine.Predict("A")));
    }

    [Fact]
    public void Predict_SeriesNeverSeen_StartsOne()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(Model.Value);
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => engine.Predict("new")), "'new'", "Update", "SeriesNames");
        List<BoundedForecast> expected = Shops.Transform(Model.Value, Shops.Rows(20, shops: 1));
        for (int step = 0; step < 20; step++)
        {
            ShopRow row = Shops.Row(0, step);
            row.Shop = "new";
            Assert.Equal(SeriesForecastTests.Text(expected[step]), SeriesForecastTests.Text(engine.Predict(row)));
        }

        Assert.Equal([.. Shops.Names, "new"], engine.SeriesNames);
        Assert.Equal(SeriesForecastTests.Text(expected[^1]), SeriesForecastTests.Text(engine.Predict("new")));
    }

    [Fact]
    public void CheckPoint_HoldsAllSeries()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(WithCovariates.Value);
        ShopRow stranger = Shops.Row(1, 3);
        stranger.Shop = "new";
        engine.Update(Shops.Row(2, Shops.Length));
        engine.Update(stranger);
        engine.Reset("E");
        using MemoryStream file = new();
        engine.CheckPoint(ml, file);
        GruForecastEngine<ShopRow, BoundedForecast> again = Engine(ModelArchive.Load(ml, file.ToArray()));
        Assert.Equal(["A", "B", "C", "D", "F", "G", "H", "new"], engine.SeriesNames);
        Assert.Equal(engine.SeriesNames, again.SeriesNames);
        ShopRow[] future = Shops.Future(2, Shops.Length + 1, TinyForecasts.Horizon);
        foreach (ShopRow row in future)
            row.Shop = "";
        foreach (string name in again.SeriesNames)
            Assert.Equal(SeriesForecastTests.Text(engine.Predict(name, future: future)), SeriesForecastTests.Text(again.Predict(name, future: future)));
    }

    [Fact]
    public void Predict_LongerThanTrained_BeginsWithTheTrainedForecast()
    {
        BoundedForecast trained = Engine(Model.Value).Predict("C"), longer = Engine(Model.Value).Predict("C", horizon: 11, confidenceLevel: 0.5f);
        Assert.Equal(11, longer.Forecast.Length);
        Assert.Equal(trained.Forecast, longer.Forecast[..TinyForecasts.Horizon]);
        Assert.All(longer.Forecast, value => Assert.True(float.IsFinite(value)));
        // The second block goes on from the first: as if its forecasts had come.
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(Model.Value);
        for (int step = 0; step < TinyForecasts.Horizon; step++)
        {
            ShopRow row = Shops.Row(2, Shops.Length + step);
            row.Value = trained.Forecast[step];
            engine.Update(row);
        }

        Assert.Equal(engine.Predict("C").Forecast, longer.Forecast[TinyForecasts.Horizon..(2 * TinyForecasts.Horizon)]);
        for (int step = 0; step < TinyForecasts.Horizon; step++)
            Assert.True(trained.Lower[step] <= longer.Lower[step] && longer.Upper[step] <= trained.Upper[step]);
    }

    [Fact]
    public void Predict_WithoutSayingWhich_ExplainsHow()
    {
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Engine(Model.Value).Predict()), "'Shop'", "which series");
    }

    [Fact]
    public void Predict_KnownColumnsWithoutFuture_ExplainsHow()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(WithCovariates.Value);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Predict("A")), "'Promotion'", "'Weather'", "'Holiday'", "future");
        _ = engine.Predict("A", future: []);
    }

    [Fact]
    public void Predict_FutureInTheTrainingData_IsRemembered()
    {
        ShopRow[] rows = [.. Enumerable.Range(0, 8).SelectMany(shop => (ShopRow[])[.. Shops.Rows(Shops.Length).Where(row => row.Shop == Shops.Names[shop]), .. Shops.Future(shop, Shops.Length, TinyForecasts.Horizon + 1)])];
        GruForecastTransformer model = Shops.Fit(Shops.WithCovariates(), rows);
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        List<BoundedForecast> next = [.. ml.Data.CreateEnumerable<BoundedForecast>(model.ForecastNext(data), reuseRowObject: false)];
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(ModelArchive.Load(ml, ModelArchive.Save(ml, model, data.Schema)));
        SeriesForecastTests.AssertSame(next, [.. Shops.Names.Select(name => engine.Predict(name))]);
        SeriesForecastTests.AssertSame(next, [.. Shops.Names.Select((name, shop) => engine.Predict(name, future: Shops.Future(shop, Shops.Length, TinyForecasts.Horizon)))]);
        // A step on, one less of it is ahead.
        engine.Update(Shops.Row(0, Shops.Length));
        Assert.Equal(SeriesForecastTests.Text(engine.Predict("A", future: Shops.Future(0, Shops.Length + 1, TinyForecasts.Horizon))), SeriesForecastTests.Text(engine.Predict("A")));
    }

    [Fact]
    public void Predict_FutureWithGaps_GoesByItsTimes()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(WithCovariates.Value);
        ShopRow[] all = Shops.Future(0, Shops.Length, TinyForecasts.Horizon);
        ShopRow[] blank = Shops.Future(0, Shops.Length, TinyForecasts.Horizon);
        (blank[1].Promotion, blank[1].Weather, blank[1].Holiday) = (float.NaN, [float.NaN, float.NaN], all[1].Holiday);
        BoundedForecast gap = engine.Predict("A", future: [all[0], .. all[2..]]);
        Assert.NotEqual(engine.Predict("A", future: [all[0], all[1], .. all[3..]]).Forecast, gap.Forecast);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Predict("A", future: [Shops.Row(0, 5)])), "'Time'", "earlier", "future");
    }

    [Fact]
    public void Predict_FutureThatCannotBeUsed_ChangesNothing()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(WithCovariates.Value);
        string before = SeriesForecastTests.Text(engine.Predict("A", future: []));
        ShopRow[] future = Shops.Future(0, Shops.Length + 1, 2);
        future[1].Promotion = float.PositiveInfinity;
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Predict(Shops.Row(0, Shops.Length), future: future)), "'Promotion'", "infinite");
        Assert.Equal(before, SeriesForecastTests.Text(engine.Predict("A", future: [])));
    }

    [Fact]
    public void Predict_FutureOutOfOrder_SaysSo()
    {
        ShopRow[] future = Shops.Future(0, Shops.Length, TinyForecasts.Horizon);
        Array.Reverse(future);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Engine(WithCovariates.Value).Predict("A", future: future)), "'Time'", "earlier", "future");
    }

    [Fact]
    public void Predict_ExampleWithoutTheFutureItNeeds_ChangesNothing()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(WithCovariates.Value), fresh = Engine(WithCovariates.Value);
        ShopRow next = Shops.Row(0, Shops.Length);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Predict(next)), "'Promotion'", "future");
        Assert.Equal(SeriesForecastTests.Text(fresh.Predict(next, future: [])), SeriesForecastTests.Text(engine.Predict(next, future: [])));
    }

    [Fact]
    public void Update_AfterAGapLongerThanTheContext_KeepsWhatIsKnownInItsPlace()
    {
        const int Gap = 103;
        GruForecastEstimator.Options options = Shops.WithCovariates();
        options.Model.ContextLength = 64;
        ShopRow[] rows = [.. Shops.Rows(), .. Shops.Future(0, Shops.Length, Gap + 1 + TinyForecasts.Horizon)];
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(Shops.Fit(options, rows));
        engine.Update(Shops.Row(0, Shops.Length + Gap));
        Assert.Equal(SeriesForecastTests.Text(engine.Predict("A", future: Shops.Future(0, Shops.Length + Gap + 1, TinyForecasts.Horizon))), SeriesForecastTests.Text(engine.Predict("A")));
    }

    [Fact]
    public void CheckPoint_AfterAMissingValue_KnowsTheTime()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine(WithCovariates.Value);
        ShopRow missing = Shops.Row(0, Shops.Length);
        missing.Value = float.NaN;
        engine.Update(missing);
        using TemporaryFolder folder = new();
        engine.CheckPoint(ml, folder.File("model.zip"));
        IDataView future = ml.Data.LoadFromEnumerable(Shops.Future(0, Shops.Length + 1, 2 * TinyForecasts.Horizon));
        Assert.DoesNotContain(ViewText.Values(ml.Model.Load(folder.File("model.zip"), out _).ForecastNextSteps(future), "Time"), time => time.Contains("0001", StringComparison.Ordinal));
    }

    [Fact]
    public void Engines_OfOneModel_DoNotTouchEachOther()
    {
        GruForecastEngine<ShopRow, BoundedForecast> one = Engine(Model.Value), two = Engine(Model.Value);
        string before = SeriesForecastTests.Text(two.Predict("A"));
        one.Update(Shops.Row(0, Shops.Length));
        one.Reset("B");
        Assert.Equal(before, SeriesForecastTests.Text(two.Predict("A")));
        Assert.Equal(Shops.Names, two.SeriesNames);
        one.Reset();
        Assert.Empty(one.SeriesNames);
    }

    private GruForecastEngine<ShopRow, BoundedForecast> Engine(ITransformer model)
    {
        return model.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml);
    }
}
