// What stands beside the values reaches the model: in training, in Transform and in ForecastNext.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class CovariateTests
{
    // Name of the option, and the change that must change the forecasts.
    private static readonly Dictionary<string, Action<GruForecastEstimator.Options>> Changes = new()
    {
        ["PastColumns"] = options => options.PastColumns = [],
        ["KnownColumns"] = options => options.KnownColumns = ["Weather"],
        ["StaticColumns"] = options => options.StaticColumns = ["Size"],
        ["HolidayColumnName"] = options => options.HolidayColumnName = null,
        ["CalendarFeatures"] = options => options.CalendarFeatures = CalendarFeatures.DayOfYear,
        ["WeightColumnName"] = options => options.WeightColumnName = "Weight",
    };

    private static readonly Lazy<GruForecastTransformer> Model = new(() => Shops.Fit(Shops.WithCovariates(), WeightedRows()));

    private readonly MLContext ml = new(seed: 11);

    public static TheoryData<string> OptionNames => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(OptionNames))]
    public void Option_Changed_ChangesTheForecast(string name)
    {
        GruForecastEstimator.Options options = Shops.WithCovariates();
        Changes[name](options);
        ShopRow[] rows = [.. WeightedRows().Take(100)];
        Assert.NotEqual(Texts(Shops.Transform(Model.Value, rows)), Texts(Shops.Transform(Shops.Fit(options, WeightedRows()), rows)));
    }

    [Theory]
    [InlineData("Visitors")]
    [InlineData("Promotion")]
    [InlineData("Weather")]
    [InlineData("Holiday")]
    [InlineData("Region")]
    [InlineData("Size")]
    public void Transform_ColumnChanged_ChangesTheForecast(string column)
    {
        ShopRow[] rows = Shops.Rows(60, shops: 1), changed = Shops.Rows(60, shops: 1);
        foreach (ShopRow row in changed)
        {
            switch (column)
            {
                case "Visitors": row.Visitors = 50; break;
                case "Promotion": row.Promotion = 1 - row.Promotion; break;
                case "Weather": row.Weather = [row.Weather[0], -row.Weather[1]]; break;
                case "Holiday": row.Holiday = "Feast"; break;
                case "Region": row.Region = "South"; break;
                default: row.Size = 60; break;
            }
        }

        Assert.NotEqual(Texts(Shops.Transform(Model.Value, rows)), Texts(Shops.Transform(Model.Value, changed)));
    }

    [Fact]
    public void Transform_KnownColumn_LooksAheadAsFarAsTheHorizon()
    {
        ShopRow[] rows = Shops.Rows(60, shops: 1), changed = Shops.Rows(60, shops: 1);
        changed[50].Promotion = 1 - changed[50].Promotion;
        List<BoundedForecast> expected = Shops.Transform(Model.Value, rows), actual = Shops.Transform(Model.Value, changed);
        SeriesForecastTests.AssertSame(expected[..(50 - TinyForecasts.Horizon)], actual[..(50 - TinyForecasts.Horizon)]);
        for (int row = 50 - TinyForecasts.Horizon; row <= 50; row++)
            Assert.NotEqual(SeriesForecastTests.Text(expected[row]), SeriesForecastTests.Text(actual[row]));
    }

    [Fact]
    public void Transform_PastColumn_IsNotLookedUpAhead()
    {
        ShopRow[] rows = Shops.Rows(60, shops: 1), changed = Shops.Rows(60, shops: 1);
        changed[50].Visitors = 500;
        List<BoundedForecast> expected = Shops.Transform(Model.Value, rows), actual = Shops.Transform(Model.Value, changed);
        SeriesForecastTests.AssertSame(expected[..50], actual[..50]);
        Assert.NotEqual(SeriesForecastTests.Text(expected[50]), SeriesForecastTests.Text(actual[50]));
    }

    [Fact]
    public void ForecastNext_TakesTheRowsBehindTheLastValueAsKnownBeforehand()
    {
        ShopRow[] history = Shops.Rows(60, shops: 2), future = [.. Shops.Future(0, 60, TinyForecasts.Horizon), .. Shops.Future(1, 60, TinyForecasts.Horizon)];
        List<BoundedForecast> next = Next([.. history, .. future]);
        // Transform finds the same behind the last value.
        List<BoundedForecast> all = Shops.Transform(Model.Value, [.. history, .. future]);
        SeriesForecastTests.AssertSame([all[59], all[119]], next);
        future[1].Promotion = 1 - future[1].Promotion;
        List<BoundedForecast> other = Next([.. history, .. future]);
        Assert.NotEqual(next[0].Forecast, other[0].Forecast);
        Assert.Equal(next[1].Forecast, other[1].Forecast);
    }

    [Fact]
    public void ForecastNext_OnlyTheFuture_ContinuesTheTraining()
    {
        ShopRow[] all = [.. WeightedRows().Where(row => row.Shop == "A"), .. Shops.Future(0, Shops.Length, TinyForecasts.Horizon)];
        List<BoundedForecast> expected = Next(all);
        SeriesForecastTests.AssertSame(expected, Next(Shops.Future(0, Shops.Length, TinyForecasts.Horizon)));
    }

    [Fact]
    public void ForecastNext_FutureTooShort_SaysWhatToAppend()
    {
        ShopRow[] rows = [.. Shops.Rows(60, shops: 1), .. Shops.Future(0, 60, TinyForecasts.Horizon - 1)];
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Next(rows)), "Series 'A'", $"{TinyForecasts.Horizon - 1} rows after", $"{TinyForecasts.Horizon} steps", "'Promotion'", "'Weather'", "'Holiday'", "NaN for 'Value'");
    }

    [Fact]
    public void Fit_FutureRows_AreNotMissingSteps()
    {
        ShopRow[] history = WeightedRows();
        ShopRow[] withFuture = [.. Enumerable.Range(0, 8).SelectMany(shop => (ShopRow[])[.. history.Where(row => row.Shop == Shops.Names[shop]), .. Shops.Future(shop, Shops.Length, TinyForecasts.Horizon)])];
        ShopRow[] rows = Shops.Rows(60, shops: 2);
        SeriesForecastTests.AssertSame(Shops.Transform(Model.Value, rows), Shops.Transform(Shops.Fit(Shops.WithCovariates(), withFuture), rows));
    }

    [Fact]
    public void Holiday_AsFlagOrNumber_IsOneCovariate()
    {
        GruForecastEstimator.Options options = Shops.Options();
        (options.HolidayColumnName, options.KnownColumns) = ("Day", ["Promotion"]);
        List<string> flags = HolidayForecasts(options, row => row.Holiday.Length > 0), numbers = HolidayForecasts(options, row => row.Holiday.Length > 0 ? 1f : 0f);
        Assert.Equal(flags, numbers);
        Assert.NotEqual(flags, HolidayForecasts(options, row => row.Time.Day == 3 ? 1f : 0f));
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Fit_WeightThatIsNone_NamesTheRow(float weight)
    {
        GruForecastEstimator.Options options = Shops.Options();
        options.WeightColumnName = "Weight";
        ShopRow[] rows = Shops.Rows(40, shops: 2);
        rows[13].Weight = weight;
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Shops.Fit(options, rows)), "'Weight'", "row 13", "at least 0");
    }

    [Fact]
    public void Transform_WithoutTheWeightColumn_Works()
    {
        GruForecastEstimator.Options options = Shops.Options();
        options.WeightColumnName = "Weight";
        GruForecastTransformer model = Shops.Fit(options, WeightedRows());
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows(20, shops: 1).Select(row => new { row.Shop, row.Time, row.Value }));
        Assert.Equal(20, ViewText.Values(model.Transform(data), "Forecast").Count);
    }

    [Fact]
    public void Transform_VectorOfAnotherSize_IsRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows(20, shops: 1).Select(row => new { row.Shop, row.Time, row.Value, row.Visitors, row.Promotion, Weather = 1f, row.Holiday, row.Region, row.Size }));
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => Model.Value.Transform(data)), "'Weather'", "expected 2", "got 1");
    }

    [Fact]
    public void Transform_HolidayOfAnotherType_IsRefused()
    {
        GruForecastEstimator.Options options = Shops.Options();
        options.HolidayColumnName = "Holiday";
        GruForecastTransformer texts = Shops.Fit(options, Shops.Rows());
        IDataView flags = ml.Data.LoadFromEnumerable(Shops.Rows(20, shops: 1).Select(row => new { row.Shop, row.Time, row.Value, Holiday = row.Holiday.Length > 0 }));
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => texts.Transform(flags)), "'Holiday'", "expected text", "Boolean");
    }

    [Fact]
    public void CalendarFeatures_IrregularTimes_AreRefused()
    {
        GruForecastEstimator.Options options = Shops.Options();
        options.CalendarFeatures = CalendarFeatures.DayOfWeek;
        Random random = new(3);
        ShopRow[] rows = Shops.Rows(40, shops: 1);
        foreach (ShopRow row in rows)
            row.Time = row.Time.AddHours(random.Next(20));
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Shops.Fit(options, rows)), "CalendarFeatures", "'Time'", "regular step", "CalendarFeatures.None");
    }

    [Fact]
    public void CalendarFeatures_NotSaid_AreChosenFromFrequencyAndLength()
    {
        Assert.Equal(CalendarFeatures.DayOfWeek, Chosen(TimeSpan.FromHours(1), 24 * 7 * 4));
        Assert.Equal(CalendarFeatures.None, Chosen(TimeSpan.FromHours(1), 24 * 7));
        Assert.Equal(CalendarFeatures.DayOfYear, Chosen(TimeSpan.FromDays(1), 4 * 365));
        Assert.Equal(CalendarFeatures.None, Chosen(TimeSpan.FromDays(1), 365));
        Assert.Equal(CalendarFeatures.None, Chosen(TimeSpan.FromDays(7), 520));

        static CalendarFeatures Chosen(TimeSpan step, int length)
        {
            return Data.CalendarChoice.Of(new Data.SeriesClock(IsDate: true, Data.ClockUnit.Ticks, step.Ticks), length);
        }
    }

    [Fact]
    public void ToWindowTransformer_OfAModelWithCovariates_ForecastsAsIfTheyWereMissing()
    {
        GruWindowForecastTransformer window = Model.Value.ToWindowTransformer("Forecast", "History");
        float[] history = [.. Shops.Rows(60, shops: 1).Select(row => row.Value)];
        IDataView data = ml.Data.LoadFromEnumerable([new VariableWindowRow { History = history }]);
        List<BoundedForecast> forecasts = [.. ml.Data.CreateEnumerable<BoundedForecast>(window.Transform(data), reuseRowObject: false)];
        PanelForecast expected = Model.Value.Model.Forecast(history, TinyForecasts.Horizon, 0.8f);
        Assert.Equal(expected.Point, forecasts[0].Forecast);
        Assert.Equal(expected.Upper[0], forecasts[0].Upper);
        Assert.All(forecasts[0].Forecast, value => Assert.True(float.IsFinite(value)));
    }

    /// <summary>Rows of two weights, which only a weight column makes different.</summary>
    private static ShopRow[] WeightedRows()
    {
        ShopRow[] rows = Shops.Rows();
        foreach (ShopRow row in rows)
            row.Weight = row.Time.Month % 2;
        return rows;
    }

    private static IEnumerable<string> Texts(List<BoundedForecast> forecasts)
    {
        return forecasts.Select(SeriesForecastTests.Text);
    }

    private List<BoundedForecast> Next(ShopRow[] rows)
    {
        return [.. ml.Data.CreateEnumerable<BoundedForecast>(Model.Value.ForecastNext(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false)];
    }

    private List<string> HolidayForecasts<T>(GruForecastEstimator.Options options, Func<ShopRow, T> holiday)
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops.Rows().Select(row => new HolidayRow<T> { Shop = row.Shop, Time = row.Time, Value = row.Value, Promotion = row.Promotion, Day = holiday(row) }));
        return ViewText.Values(ml.Forecasting.ForecastByGru(options).Fit(data).Transform(data), "Forecast");
    }

    private sealed class HolidayRow<T>
    {
        public string Shop { get; set; } = "";

        public DateTime Time { get; set; }

        public float Value { get; set; }

        public float Promotion { get; set; }

        public T Day { get; set; } = default!;
    }
}
