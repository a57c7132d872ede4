// What is easily done wrong with several series and columns beside the values is said, in words that help.

using System.Collections.Concurrent;
using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet.Tests.Forecasting;

public sealed class KindnessTests
{
    private static readonly Lazy<GruForecastTransformer> WithCovariates = new(() => Shops.Fit(Shops.WithCovariates(), Shops.Rows()));

    private readonly MLContext ml = new(seed: 11);

    private sealed class StepSeriesRow
    {
        public string Step { get; set; } = "";

        public float Value { get; set; }
    }

    private sealed class TextCovariateRow
    {
        public float Value { get; set; }

        public string Kind { get; set; } = "";
    }

    [Fact]
    public void ForecastNext_SeriesWithoutAPast_SaysSo()
    {
        ShopRow[] rows = Shops.Future(0, Shops.Length, TinyForecasts.Horizon);
        foreach (ShopRow row in rows)
            row.Shop = "Elsewhere";
        IDataView next = WithCovariates.Value.ForecastNext(ml.Data.LoadFromEnumerable(rows));
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ViewText.Values(next, "Forecast")), "'Elsewhere'", "no value of 'Value'", "4 steps", "rows of the past", "name of the series");
    }

    [Fact]
    public void ForecastNext_TooFewRowsAhead_CountsThem()
    {
        ShopRow[] rows = [.. Shops.Rows(60, shops: 1), .. Shops.Future(0, 60, 1)];
        IDataView next = WithCovariates.Value.ForecastNext(ml.Data.LoadFromEnumerable(rows));
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ViewText.Values(next, "Forecast")), "series 'A'", "1 row after", "4 steps", "'Promotion'");
    }

    [Fact]
    public void ForecastNextSteps_SeriesColumnNamedStep_HasOneColumnOfEachName()
    {
        IDataView data = ml.Data.LoadFromEnumerable(((string[])["A", "B"]).SelectMany(name => Series.Rows().Select(row => new StepSeriesRow { Step = name, Value = row.Value })).ToArray());
        ITransformer model = ml.Forecasting.ForecastByGru("Forecast", "Value", 3, model: TinyForecasts.Model(), seriesColumnName: "Step").Fit(data);
        IDataView steps = model.ForecastNextSteps(data);
        Assert.Equal(["Step", "StepAhead", "Forecast"], steps.Schema.Select(column => column.Name));
        Assert.Equal(["A 1", "A 2", "A 3", "B 1", "B 2", "B 3"], ViewText.Values(steps, "Step").Zip(ViewText.Values(steps, "StepAhead"), (series, step) => $"{series} {step}"));
    }

    [Fact]
    public void UnseenCategoryAndHoliday_AreWarnedOfOncePerColumn()
    {
        ShopRow[] rows = Shops.Rows(60, shops: 2);
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        // The model belongs to the context that loads it, whose log this is.
        ITransformer model = ModelArchive.Load(ml, ModelArchive.Save(ml, WithCovariates.Value, data.Schema));
        ConcurrentQueue<string> warnings = Warnings();
        _ = ViewText.Values(model.Transform(data), "Forecast");
        Assert.Empty(warnings);

        foreach (ShopRow row in rows)
            row.Region = "West";
        rows[40].Holiday = "Fest";
        IDataView forecasts = model.Transform(data);
        _ = ViewText.Values(forecasts, "Forecast");
        _ = ViewText.Values(forecasts, "Forecast");
        Assert.Equal(2, warnings.Count);
        Assert.Contains(warnings, line => line.Contains("'Region': 'West' of series 'A' is no category", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("'Holiday': 'Fest' is none of the holidays", StringComparison.Ordinal) && line.Contains("'Feast'", StringComparison.Ordinal));

        warnings.Clear();
        GruForecastEngine<ShopRow, BoundedForecast> engine = model.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml);
        foreach (int step in (int[])[0, 1, 2])
        {
            ShopRow row = Shops.Row(0, Shops.Length + step);
            (row.Region, row.Holiday) = ("West", "Fest");
            engine.Update(row);
        }

        Assert.Equal(2, warnings.Count);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Fit_TooLittleForColumns_IsWarnedOf(bool known, bool weights)
    {
        GruForecastEstimator.Options options = Shops.Options();
        (options.KnownColumns, options.WeightColumnName) = (known ? ["Promotion"] : [], weights ? "Weight" : null);
        ShopRow[] rows = Shops.Rows(20, shops: 2);
        rows[3].Weight = 0.5f;
        ConcurrentQueue<string> warnings = Warnings();
        _ = ml.Forecasting.ForecastByGru(options).Fit(ml.Data.LoadFromEnumerable(rows));
        Assert.Equal(known || weights ? 1 : 0, warnings.Count(line => line.Contains("too little data to learn from more than the values", StringComparison.Ordinal)));
    }

    [Fact]
    public void Predict_EndlessFuture_ReadsWhatItNeeds()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine();
        int read = 0;
        BoundedForecast expected = engine.Predict("A", future: Shops.Future(0, Shops.Length, 6), horizon: 6);
        Assert.Equal(expected.Forecast, engine.Predict("A", future: Endless(), horizon: 6).Forecast);
        Assert.Equal(6, read);
        // By their times: what lies beyond the horizon ends the reading.
        BoundedForecast gap = engine.Predict("A", future: Shops.Future(0, Shops.Length, 1), horizon: 2);
        Assert.Equal(gap.Forecast, engine.Predict("A", future: [.. Shops.Future(0, Shops.Length, 1), .. Shops.Future(0, Shops.Length + 50, 3)], horizon: 2).Forecast);

        IEnumerable<ShopRow> Endless()
        {
            for (int step = Shops.Length; ; step++)
            {
                read++;
                foreach (ShopRow row in Shops.Future(0, step, 1))
                    yield return row;
            }
        }
    }

    [Fact]
    public void Predict_FutureOfAnotherSeries_IsRefused()
    {
        GruForecastEngine<ShopRow, BoundedForecast> engine = Engine();
        ShopRow[] others = Shops.Future(1, Shops.Length, TinyForecasts.Horizon);
        string before = SeriesForecastTests.Text(engine.Predict("A", future: []));
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Predict("A", future: others)), "'Shop' is 'B'", "series 'A'");
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Predict(Shops.Row(0, Shops.Length), future: Shops.Future(1, Shops.Length + 1, 2))), "'Shop' is 'B'", "series 'A'");
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => engine.Predict("A", future: [null!])), "future", "null");
        Assert.Equal(before, SeriesForecastTests.Text(engine.Predict("A", future: [])));
        // Without a name they are those of the series.
        foreach (ShopRow row in others)
            row.Shop = "";
        Assert.Equal(SeriesForecastTests.Text(engine.Predict("A", future: others)), SeriesForecastTests.Text(engine.Predict("A", future: [.. others.Select(row => { row.Shop = "A"; return row; })])));
    }

    [Fact]
    public void Covariate_OfText_SaysWhatCategoriesBecome()
    {
        IDataView data = ml.Data.LoadFromEnumerable([new TextCovariateRow()]);
        GruForecastEstimator estimator = ml.Forecasting.ForecastByGru(new GruForecastEstimator.Options { OutputColumnName = "F", InputColumnName = "Value", Horizon = 2, KnownColumns = ["Kind"] });
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data)), "'Kind'", "got String", "OneHotEncoding(\"Kind\")", "StaticColumns", "HolidayColumnName");
    }

    [Fact]
    public void Fit_ThreeValues_DoesNotBlameTheHorizon()
    {
        Exception exception = Assert.Throws<InvalidOperationException>(() => ml.Forecasting.ForecastByGru("F", "Value", 1).Fit(Series.View(ml, 3)));
        Messages.AssertSays(exception, "too little to learn from", "horizon of 1 step ", "at least 5 steps", "longest has 3 steps (3 values)", "more history");
        Assert.DoesNotContain("Shorten", exception.Message, StringComparison.Ordinal);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ml.Forecasting.ForecastByGru("F", "Value", 9).Fit(Series.View(ml, 10))), "horizon of 9 steps is longer", "Shorten");
    }

    [Theory]
    [InlineData(1, "time step 1 day")]
    [InlineData(7, "time step 7 days")]
    [InlineData(1 / 24.0, "time step 1 hour")]
    [InlineData(1 / 96.0, "time step 15 minutes")]
    [InlineData(31, "time step 1 calendar month")]
    public void Log_TimeStep_IsSaidInWords(double days, string expected)
    {
        DateTime start = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        SeriesRow[] rows = [.. Series.Rows().Select((row, step) => new SeriesRow { Value = row.Value, Time = days == 31 ? start.AddMonths(step) : start.AddMinutes(Math.Round(days * 1440) * step) })];
        ConcurrentQueue<string> lines = new();
        ml.Log += (_, line) => lines.Enqueue(line.Message);
        _ = TinyForecasts.SeriesWithTime(ml).Fit(ml.Data.LoadFromEnumerable(rows));
        Assert.Contains(lines, line => line.EndsWith(expected, StringComparison.Ordinal));
    }

    private GruForecastEngine<ShopRow, BoundedForecast> Engine()
    {
        return WithCovariates.Value.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml);
    }

    private ConcurrentQueue<string> Warnings()
    {
        ConcurrentQueue<string> warnings = new();
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
                warnings.Enqueue(line.Message);
        };
        return warnings;
    }
}
