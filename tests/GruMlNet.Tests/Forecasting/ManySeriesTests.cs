// What several series in one view promise beyond the contract: they do not mix, in whatever order their rows come.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Forecasting;

public sealed class ManySeriesTests
{
    private static readonly Lazy<GruForecastTransformer> Model = new(() => Shops.Fit(Shops.Options(), Shops.Rows()));

    private readonly MLContext ml = new(seed: 11);

    [Fact]
    public void Transform_EachSeries_IsForecastAsIfItWereAlone()
    {
        ShopRow[] rows = Shops.Rows(60, shops: 3);
        List<BoundedForecast> together = Shops.Transform(Model.Value, rows);
        for (int shop = 0; shop < 3; shop++)
            SeriesForecastTests.AssertSame(together[(60 * shop)..(60 * (shop + 1))], Shops.Transform(Model.Value, rows.Where(row => row.Shop == Shops.Names[shop])));
    }

    [Fact]
    public void RowsInAnyOrder_GiveTheSameModelAndForecasts()
    {
        ShopRow[] rows = Shops.Rows();
        ShopRow[] shuffled = [.. rows];
        new Random(5).Shuffle(shuffled);
        // The order in which series are first seen decides which is which in training, so the first row of each comes first.
        ShopRow[] firsts = [.. rows.Where(row => row.Time == rows[0].Time)];
        shuffled = [.. firsts, .. shuffled.Except(firsts)];
        GruForecastTransformer model = Shops.Fit(Shops.Options(), shuffled);
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        ModelArchive.AssertSame(ModelArchive.Save(ml, Model.Value, data.Schema), ModelArchive.Save(ml, model, data.Schema), "rows in another order");
        Dictionary<(string, DateTime), string> expected = ByRow(Shops.Transform(model, rows), rows);
        Assert.Equal(expected.Count, ByRow(Shops.Transform(model, shuffled), shuffled).Count(pair => expected[pair.Key] == pair.Value));
    }

    [Fact]
    public void SeriesWithoutTime_FollowTheFile()
    {
        GruForecastEstimator.Options options = Shops.Options();
        options.TimeColumnName = null;
        ShopRow[] rows = Shops.Rows();
        GruForecastTransformer model = Shops.Fit(options, rows);
        ShopRow[] mixed = [.. Shops.Rows(30, shops: 2).OrderBy(row => row.Time)];
        Dictionary<(string, DateTime), string> expected = ByRow(Shops.Transform(model, Shops.Rows(30, shops: 2)), Shops.Rows(30, shops: 2));
        Assert.All(ByRow(Shops.Transform(model, mixed), mixed), pair => Assert.Equal(expected[pair.Key], pair.Value));
        ShopRow[] backwards = [.. Shops.Rows(30, shops: 1).Reverse()];
        Assert.NotEqual(expected[("A", backwards[^1].Time)], SeriesForecastTests.Text(Shops.Transform(model, backwards)[0]));
    }

    [Fact]
    public void GapsInOneSeries_AreItsMissingSteps()
    {
        ShopRow[] rows = Shops.Rows(60, shops: 2);
        ShopRow[] marked = [.. Shops.Rows(60, shops: 2)];
        marked[80].Value = marked[81].Value = float.NaN;
        List<BoundedForecast> expected = Shops.Transform(Model.Value, marked);
        SeriesForecastTests.AssertSame([.. expected[..80], .. expected[82..]], Shops.Transform(Model.Value, [.. rows[..80], .. rows[82..]]));
        Assert.NotEqual(Shops.Transform(Model.Value, rows)[82].Forecast, expected[82].Forecast);
    }

    [Fact]
    public void LongGapInOneSeries_IsSurvived()
    {
        // Longer than any method looks back: some forecasts on the way are made from nothing recent.
        ShopRow[] rows = [.. Shops.Rows(), .. Enumerable.Range(Shops.Length + 700, 5).Select(step => Shops.Row(0, step))];
        GruForecastTransformer model = Shops.Fit(Shops.Options(), rows);
        Assert.All(Shops.Transform(model, rows).SelectMany(forecast => forecast.Forecast), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData("Int32")]
    [InlineData("Int64")]
    [InlineData("UInt32")]
    [InlineData("Key")]
    public void SeriesColumn_OfAnotherType_GivesTheSameForecasts(string type)
    {
        IDataView texts = ml.Data.LoadFromEnumerable(Shops.Rows());
        IDataView data = type switch
        {
            "Int32" => ml.Data.LoadFromEnumerable(Shops.Rows().Select(row => new KeyedRow<int> { Shop = 7 * row.Shop[0], Time = row.Time, Value = row.Value })),
            "Int64" => ml.Data.LoadFromEnumerable(Shops.Rows().Select(row => new KeyedRow<long> { Shop = -7 * row.Shop[0], Time = row.Time, Value = row.Value })),
            "UInt32" => ml.Data.LoadFromEnumerable(Shops.Rows().Select(row => new KeyedRow<uint> { Shop = row.Shop[0], Time = row.Time, Value = row.Value })),
            _ => ml.Transforms.Conversion.MapValueToKey("Shop").Fit(texts).Transform(texts),
        };
        GruForecastTransformer model = ml.Forecasting.ForecastByGru(Shops.Options()).Fit(data);
        Assert.Equal(ViewText.Values(Model.Value.Transform(texts), "Forecast", "Upper"), ViewText.Values(model.Transform(data), "Forecast", "Upper"));
        Assert.Equal(Shops.Names.Length, ViewText.Values(model.ForecastNext(data), "Forecast").Count);
    }

    [Theory]
    [InlineData("yyyy-MM-dd")]
    [InlineData("yyyy-MM-dd HH:mm:ss")]
    [InlineData("number")]
    public void TimeColumn_OfText_GivesTheSameForecasts(string format)
    {
        DateTime start = Shops.Row(0, 0).Time;
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows().Select(row => new TextTimeRow
        {
            Shop = row.Shop,
            Time = format == "number" ? $"{(row.Time - start).TotalDays}" : row.Time.ToString(format, System.Globalization.CultureInfo.InvariantCulture),
            Value = row.Value,
        }));
        GruForecastTransformer model = ml.Forecasting.ForecastByGru(Shops.Options()).Fit(data);
        List<string> expected = ViewText.Values(Model.Value.Transform(ml.Data.LoadFromEnumerable(Shops.Rows())), "Forecast");
        Assert.Equal(expected, ViewText.Values(ModelArchive.Load(ml, ModelArchive.Save(ml, model, data.Schema)).Transform(data), "Forecast"));
        IDataView wrong = ml.Data.LoadFromEnumerable([new TextTimeRow { Shop = "A", Time = "next week", Value = 1 }]);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ViewText.Values(model.Transform(wrong), "Forecast")), "'Time'", "row 0", "'next week'", format == "number" ? "a number" : "a date");
    }

    [Fact]
    public void ForecastNext_IsTransformsRowOfEachSeriesEnd()
    {
        ShopRow[] rows = [.. Shops.Rows(60, shops: 3).OrderByDescending(row => row.Time)];
        List<BoundedForecast> all = Shops.Transform(Model.Value, rows);
        IDataView next = Model.Value.ForecastNext(ml.Data.LoadFromEnumerable(rows));
        List<BoundedForecast> forecasts = [.. ml.Data.CreateEnumerable<BoundedForecast>(next, reuseRowObject: false)];
        // In the order of the rows, which here begin with the latest.
        SeriesForecastTests.AssertSame(all[..3], forecasts);
        Assert.Equal(["A", "B", "C"], next.GetColumn<string>("Shop"));
        Assert.Equal([rows[0].Time, rows[0].Time, rows[0].Time], next.GetColumn<DateTime>("Time"));
        SeriesForecastTests.AssertSame(forecasts, [.. ml.Data.CreateEnumerable<BoundedForecast>(next, reuseRowObject: false)]);
    }

    [Fact]
    public void ForecastNext_OfALoadedChain_RunsItsStepsBefore()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows());
        GruForecastEstimator.Options options = Shops.Options();
        options.InputColumnName = "Sales";
        ITransformer chain = ml.Transforms.CopyColumns("Sales", "Value").Append(ml.Forecasting.ForecastByGru(options)).Fit(data);
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, chain, data.Schema));
        Assert.Equal(ViewText.Values(Model.Value.ForecastNext(data), "Forecast", "Lower"), ViewText.Values(loaded.ForecastNext(data), "Forecast", "Lower"));
        ITransformer other = ml.Transforms.CopyColumns("Sales", "Value").Fit(data);
        Messages.AssertSays(Assert.ThrowsAny<ArgumentException>(() => other.ForecastNext(data)), "ForecastByGru");
    }

    [Fact]
    public void ForecastNextSteps_IsForecastNextInLongForm()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows(60, shops: 3));
        List<BoundedForecast> next = [.. ml.Data.CreateEnumerable<BoundedForecast>(Model.Value.ForecastNext(data), reuseRowObject: false)];
        List<LongRow> steps = [.. ml.Data.CreateEnumerable<LongRow>(Model.Value.ForecastNextSteps(data), reuseRowObject: false)];
        Assert.Equal(3 * TinyForecasts.Horizon, steps.Count);
        DateTime last = Shops.Row(0, 59).Time;
        for (int i = 0; i < steps.Count; i++)
        {
            int shop = i / TinyForecasts.Horizon, step = i % TinyForecasts.Horizon;
            Assert.Equal((Shops.Names[shop], step + 1, last.AddDays(step + 1)), (steps[i].Shop, steps[i].Step, steps[i].Time));
            Assert.Equal((next[shop].Forecast[step], next[shop].Lower[step], next[shop].Upper[step]), (steps[i].Forecast, steps[i].Lower, steps[i].Upper));
        }
    }

    [Fact]
    public void ForecastNext_Empty_IsEmpty()
    {
        Assert.Empty(ViewText.Values(Model.Value.ForecastNext(ml.Data.LoadFromEnumerable(Array.Empty<ShopRow>())), "Forecast"));
        Assert.Empty(ViewText.Values(Model.Value.ForecastNextSteps(ml.Data.LoadFromEnumerable(Array.Empty<ShopRow>())), "Forecast"));
    }

    [Fact]
    public void Transform_ManyRowsAtOnce_EqualsRowByRow()
    {
        // Blocks of many rows are forecast together; a row that is asked for alone must not differ.
        IDataView view = Model.Value.Transform(ml.Data.LoadFromEnumerable(Shops.Rows(100, shops: 4)));
        List<string> all = ViewText.Values(view, "Forecast", "Lower", "Upper");
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Forecast"]]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Forecast"]);
        VBuffer<float> forecast = default;
        List<string> forecasts = ViewText.Values(view, "Forecast");
        for (int row = 0; cursor.MoveNext(); row++)
        {
            if (row % 7 != 3)
                continue;
            getter(ref forecast);
            Assert.Equal(forecasts[row], ViewText.Value(forecast));
        }

        Assert.Equal(400, all.Count);
    }

    [Fact]
    public void Create_SeriesProblems_AreReportedTogether()
    {
        GruForecastEstimator.Options options = Shops.WithCovariates();
        (options.SeriesColumnName, options.HolidayColumnName, options.WeightColumnName) = (" ", "", "Value");
        (options.PastColumns, options.KnownColumns, options.StaticColumns) = (["Visitors", " "], ["Visitors"], null!);
        (options.TimeColumnName, options.CalendarFeatures) = (null, (CalendarFeatures)64);
        Exception exception = Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ForecastByGru(options));
        Messages.AssertSays(exception, "seriesColumnName is blank", "HolidayColumnName is blank", "PastColumns has a blank name", "StaticColumns is null", "PastColumns and KnownColumns both name 'Visitors'", "WeightColumnName and inputColumnName both name 'Value'",
            "CalendarFeatures must be", "got 64", "need timeColumnName");
    }

    [Fact]
    public void ShortOverload_SeriesColumn_ReachesTheModel()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows(60, shops: 2));
        GruForecastTransformer model = ml.Forecasting.ForecastByGru("Forecast", "Value", 3, "Time", model: TinyForecasts.Model(), seriesColumnName: "Shop").Fit(data);
        Assert.Equal(2, ViewText.Values(model.ForecastNext(data), "Forecast").Count);
    }

    private static Dictionary<(string, DateTime), string> ByRow(List<BoundedForecast> forecasts, ShopRow[] rows)
    {
        Assert.Equal(rows.Length, forecasts.Count);
        return rows.Zip(forecasts).ToDictionary(pair => (pair.First.Shop, pair.First.Time), pair => SeriesForecastTests.Text(pair.Second));
    }

    private sealed class KeyedRow<TKey>
    {
        public TKey Shop { get; set; } = default!;

        public DateTime Time { get; set; }

        public float Value { get; set; }
    }

    private sealed class TextTimeRow
    {
        public string Shop { get; set; } = "";

        public string Time { get; set; } = "";

        public float Value { get; set; }
    }

    private sealed class LongRow
    {
        public string Shop { get; set; } = "";

        public int Step { get; set; }

        public DateTime Time { get; set; }

        public float Forecast { get; set; }

        public float Lower { get; set; }

        public float Upper { get; set; }
    }
}
