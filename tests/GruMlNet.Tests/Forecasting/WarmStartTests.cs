// Going on with a model that is there, and asking it what its forecasts depend on.

using GruMlNet.Evaluation;
using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class WarmStartTests
{
    private const int Old = 130;

    private static readonly Lazy<GruForecastTransformer> Model = new(() => Shops.Fit(Shops.Options(), OldRows()));

    private readonly MLContext ml = new(seed: 11);

    [Fact]
    public void Fit_NewRows_GoOnWhereTheModelEnded()
    {
        IDataView all = ml.Data.LoadFromEnumerable(Shops.Rows()), news = ml.Data.LoadFromEnumerable(NewRows());
        byte[] before = ModelArchive.Save(ml, Model.Value, all.Schema);
        GruForecastTransformer next = ml.Forecasting.ForecastByGru(Shops.Options()).Fit(news, Model.Value);
        ModelArchive.AssertSame(before, ModelArchive.Save(ml, Model.Value, all.Schema), "the model that was there");

        // It has all of the histories: it forecasts the same from its memory as from all rows.
        GruForecastEngine<ShopRow, BoundedForecast> engine = next.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml);
        List<BoundedForecast> fromAll = [.. ml.Data.CreateEnumerable<BoundedForecast>(next.ForecastNext(all), reuseRowObject: false)];
        SeriesForecastTests.AssertSame(fromAll, [.. Shops.Names.Select(name => engine.Predict(name))]);
        Assert.NotEqual(ViewText.Values(Model.Value.ForecastNext(all), "Forecast"), ViewText.Values(next.ForecastNext(all), "Forecast"));
        ModelArchive.AssertSame(ModelArchive.Save(ml, next, all.Schema), ModelArchive.Save(ml, ml.Forecasting.ForecastByGru(Shops.Options()).Fit(news, Model.Value), all.Schema), "the same again");
    }

    [Fact]
    public void Fit_OtherSeries_AreAddedToThoseThatTheModelKnows()
    {
        ShopRow[] rows = OldRows();
        foreach (ShopRow row in rows)
            row.Shop = $"new {row.Shop}";
        GruForecastTransformer next = ml.Forecasting.ForecastByGru(Shops.Options()).Fit(ml.Data.LoadFromEnumerable(rows), Model.Value);
        Assert.Equal([.. Shops.Names, .. Shops.Names.Select(name => $"new {name}")], next.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml).SeriesNames);
    }

    [Fact]
    public void Fit_ModelPerSeries_KeepsItsSeasonAndCanBeSaved()
    {
        GruForecastEstimator.Options first = Shops.Options(), then = Shops.Options();
        first.Model = new GruForecastModelOptions { Seasonality = 7, EnsembleSize = 1 };
        then.Model = new GruForecastModelOptions { ContextLength = 30, EnsembleSize = 1 };
        GruForecastTransformer model = Shops.Fit(first, Shops.Rows(60, shops: 2));
        IDataView news = ml.Data.LoadFromEnumerable(Shops.Rows(70, shops: 2).Where(row => row.Shop == "A"));
        GruForecastTransformer next = ml.Forecasting.ForecastByGru(then).Fit(news, model);
        Assert.Equal(7, next.Seasonality);
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, next, news.Schema));
        Assert.Equal(["A", "B"], loaded.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml).SeriesNames);
    }

    [Fact]
    public void Fit_ModelOfOtherColumnsOrHorizon_SaysSo()
    {
        IDataView data = ml.Data.LoadFromEnumerable(NewRows());
        GruForecastEstimator.Options longer = Shops.Options(), other = Shops.Options(), calendar = Shops.Options();
        (longer.Horizon, other.PastColumns, calendar.CalendarFeatures) = (5, ["Visitors"], CalendarFeatures.DayOfWeek);
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ml.Forecasting.ForecastByGru(longer).Fit(data, Model.Value)), "forecasts 4 steps", "this estimator 5");
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ml.Forecasting.ForecastByGru(other).Fit(data, Model.Value)), "Visitors", "same columns");
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ml.Forecasting.ForecastByGru(calendar).Fit(data, Model.Value)), "None", "DayOfWeek");
        _ = Assert.Throws<ArgumentNullException>(() => ml.Forecasting.ForecastByGru(Shops.Options()).Fit(data, null!));
    }

    [Fact]
    public void PermutationFeatureImportance_NamesEachInputAndFindsWhatMatters()
    {
        GruForecastEstimator.Options options = Shops.WithCovariates();
        options.CalendarFeatures = CalendarFeatures.DayOfWeek;
        GruForecastTransformer model = Shops.Fit(options, Shops.Rows());
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows());
        IReadOnlyList<ForecastFeatureImportance> importances = ml.Forecasting.PermutationFeatureImportance(model, data);
        string[] columns = ["Visitors", "Promotion", "Weather[0]", "Weather[1]", "Holiday", "Holiday: Feast", "Holiday: Fair", "DayOfWeek (sine)", "DayOfWeek (cosine)", "Size", "Region"];
        Assert.Equal(columns, importances.Select(one => one.Name).TakeLast(columns.Length));
        Dictionary<string, double> byName = importances.ToDictionary(one => one.Name, one => one.ErrorIncrease);
        Assert.True(byName["Promotion"] > 0.05 && byName["Promotion"] > byName["Weather[0]"], $"Promotion {byName["Promotion"]}, weather {byName["Weather[0]"]}.");
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, model, data.Schema));
        Assert.Equal(importances, ml.Forecasting.PermutationFeatureImportance(loaded, data));
        Assert.NotEqual(importances, ml.Forecasting.PermutationFeatureImportance(loaded, data, seed: 2));
        Messages.AssertSays(Assert.ThrowsAny<ArgumentException>(() => ml.Forecasting.PermutationFeatureImportance(ml.Transforms.CopyColumns("Copy", "Value").Fit(data), data)), "ForecastByGru");
    }

    [Fact]
    public void Backtest_FutureRowsShown_LetKnownColumnsHelp()
    {
        GruForecastEstimator.Options options = Shops.Options();
        options.KnownColumns = ["Promotion"];
        BacktestOptions backtest = new()
        {
            ActualColumnName = "Value",
            ForecastColumnName = "Forecast",
            ConfidenceLowerBoundColumn = "Lower",
            ConfidenceUpperBoundColumn = "Upper",
            ConfidenceLevel = 0.8f,
            SeriesColumnName = "Shop",
            Horizon = TinyForecasts.Horizon,
            Windows = 2,
        };
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows());
        double hidden = ml.Forecasting.Backtest(data, ml.Forecasting.ForecastByGru(options), backtest).Overall.MeanAbsoluteError;
        backtest.ShowFutureRows = true;
        double shown = ml.Forecasting.Backtest(data, ml.Forecasting.ForecastByGru(options), backtest).Overall.MeanAbsoluteError;
        Assert.True(shown < hidden, $"{shown} with the promotions of the steps ahead, {hidden} without.");
        // What came is not shown: with other values there, the forecasts are the same.
        ShopRow[] changed = Shops.Rows();
        foreach (ShopRow row in changed.Where(row => row.Following < TinyForecasts.Horizon))
            row.Value = 1e6f;
        Assert.Equal(ForecastsOf(data), ForecastsOf(ml.Data.LoadFromEnumerable(changed)));

        List<string> ForecastsOf(IDataView view)
        {
            RecordingEstimator recorder = new(ml.Forecasting.ForecastByGru(options));
            backtest.Windows = 1;
            _ = ml.Forecasting.Backtest(view, recorder, backtest);
            return ViewText.Values(recorder.Model!.Transform(recorder.Data!), "Forecast", "Value");
        }
    }

    private static ShopRow[] OldRows()
    {
        return [.. Shops.Rows().Where(row => row.Following >= Shops.Length - Old)];
    }

    private static ShopRow[] NewRows()
    {
        return [.. Shops.Rows().Where(row => row.Following < Shops.Length - Old)];
    }

    private sealed class RecordingEstimator(IEstimator<ITransformer> inner) : IEstimator<ITransformer>
    {
        public IDataView? Data { get; private set; }

        public ITransformer? Model { get; private set; }

        public ITransformer Fit(IDataView input)
        {
            Data = input;
            return Model = inner.Fit(input);
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            return inner.GetOutputSchema(inputSchema);
        }
    }
}
