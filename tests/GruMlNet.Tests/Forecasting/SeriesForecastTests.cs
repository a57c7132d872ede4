// What the series face promises beyond the contract: its values, its bounds, its time.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Forecasting;

public sealed class SeriesForecastTests
{
    private static readonly Lazy<ITransformer> WithTime = new(() => Fit(Series.Rows()));

    [Fact]
    public void Transform_RowT_IsTheWindowForecastOfTheRowsUpToT()
    {
        MLContext ml = new(seed: 11);
        SeriesRow[] rows = Series.Rows();
        List<BoundedForecast> bySeries = Transform(WithTime.Value, rows);
        GruWindowForecastTransformer window = ((GruForecastTransformer)WithTime.Value).ToWindowTransformer("Forecast", "History");
        IEnumerable<VariableWindowRow> prefixes = rows.Select((_, row) => new VariableWindowRow { History = [.. rows.Take(row + 1).Select(step => step.Value)] });
        List<BoundedForecast> byWindow = [.. ml.Data.CreateEnumerable<BoundedForecast>(window.Transform(ml.Data.LoadFromEnumerable(prefixes.ToArray())), reuseRowObject: false)];
        AssertSame(bySeries, byWindow);
    }

    [Fact]
    public void ToWindowTransformer_SavedAndLoaded_IsTheSame()
    {
        MLContext ml = new(seed: 11);
        GruWindowForecastTransformer window = ((GruForecastTransformer)WithTime.Value).ToWindowTransformer("Forecast", "History");
        IDataView data = ml.Data.LoadFromEnumerable([new WindowRow { History = Series.Window(3, Series.WindowLength) }]);
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, window, data.Schema));
        Assert.Equal(ViewText.Values(window.Transform(data), "Forecast", "Lower", "Upper"), ViewText.Values(loaded.Transform(data), "Forecast", "Lower", "Upper"));
    }

    [Fact]
    public void Transform_ViewAfterTheTraining_ContinuesIt()
    {
        SeriesRow[] rows = Series.Rows(Series.Length + 8);
        List<BoundedForecast> all = Transform(WithTime.Value, rows);
        AssertSame(all[Series.Length..], Transform(WithTime.Value, rows[Series.Length..]));
        Assert.NotEqual(all[0].Forecast, Transform(WithTime.Value, rows[Series.Length..])[0].Forecast);
    }

    [Fact]
    public void Transform_MissingRows_AreMissingSteps()
    {
        SeriesRow[] rows = Series.Rows();
        SeriesRow[] missing = [.. rows.Select((row, step) => step is >= 20 and < 23 ? Series.Row(step, float.NaN) : row)];
        List<BoundedForecast> marked = Transform(WithTime.Value, missing);
        AssertSame([.. marked[..20], .. marked[23..]], Transform(WithTime.Value, [.. rows[..20], .. rows[23..]]));
        Assert.NotEqual(Transform(WithTime.Value, rows)[23].Forecast, marked[23].Forecast);
    }

    [Fact]
    public void Fit_MissingRows_AreMissingSteps()
    {
        SeriesRow[] missing = [.. Series.Rows().Select((row, step) => step is 20 or 21 ? Series.Row(step, float.NaN) : row)];
        AssertSame(Transform(Fit(missing), Series.Rows()), Transform(Fit([.. missing[..20], .. missing[22..]]), Series.Rows()));
    }

    [Fact]
    public void Bounds_EnclosedByHigherLevel_EncloseTheForecast()
    {
        List<BoundedForecast> narrow = Transform(Fit(Series.Rows(), 0.5f), Series.Rows());
        List<BoundedForecast> wide = Transform(Fit(Series.Rows(), 0.95f), Series.Rows());
        foreach ((BoundedForecast inner, BoundedForecast outer) in narrow.Zip(wide).Skip(20))
        {
            Assert.Equal(inner.Forecast, outer.Forecast);
            for (int step = 0; step < TinyForecasts.Horizon; step++)
            {
                Assert.InRange(inner.Forecast[step], inner.Lower[step], inner.Upper[step]);
                Assert.True(outer.Lower[step] < inner.Lower[step] && inner.Upper[step] < outer.Upper[step], $"t+{step + 1}: [{outer.Lower[step]}, {outer.Upper[step]}] does not enclose [{inner.Lower[step]}, {inner.Upper[step]}].");
            }
        }
    }

    [Fact]
    public void Bounds_MissingStepsAtTheEnd_WidenThem()
    {
        SeriesRow[] rows = RandomWalk();
        ITransformer model = Fit(rows);
        double known = Width(Transform(model, rows)[^1]);
        double afterGap = Width(Transform(model, [.. rows, .. Missing(rows.Length, 20)])[^1]);
        // 20 steps without news: a walk's uncertainty grows with the root of the steps; half of that leaves room for the fitted growth.
        Assert.True(afterGap > known * Math.Sqrt(20) / 2, $"{known} before the gap, {afterGap} after it.");
    }

    [Fact]
    public void Bounds_NoPastForecastCouldBeScored_AreThoseOfARandomWalk()
    {
        SeriesRow[] rows = RandomWalk();
        List<BoundedForecast> forecasts = Transform(Fit(rows), [.. rows[..3], .. Missing(3, 30)]);
        Assert.True(Width(forecasts[2]) > 0);
        Assert.True(Width(forecasts[^1]) > 2 * Width(forecasts[2]));
    }

    [Fact]
    public void Bounds_OneValue_AreNotKnown()
    {
        BoundedForecast first = Transform(WithTime.Value, Series.Rows())[0];
        Assert.All(first.Forecast, value => Assert.True(float.IsFinite(value)));
        Assert.All([.. first.Lower, .. first.Upper], bound => Assert.True(float.IsNaN(bound)));
    }

    [Fact]
    public void OutputColumns_HaveTheHorizonAsSizeAndStepNames()
    {
        MLContext ml = new(seed: 11);
        DataViewSchema schema = WithTime.Value.GetOutputSchema(Series.View(ml).Schema);
        foreach (string name in (string[])["Forecast", "Lower", "Upper"])
        {
            Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, TinyForecasts.Horizon), schema[name].Type);
            VBuffer<ReadOnlyMemory<char>> slots = default;
            schema[name].GetSlotNames(ref slots);
            Assert.Equal(["t+1", "t+2", "t+3", "t+4"], slots.DenseValues().Select(slot => slot.ToString()));
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(7f)]
    [InlineData(-1234.5f)]
    public void ConstantSeries_ForecastsTheConstant(float constant)
    {
        SeriesRow[] rows = Series.Rows([.. Enumerable.Repeat(constant, 40)]);
        BoundedForecast last = Transform(Fit(rows), rows)[^1];
        for (int step = 0; step < TinyForecasts.Horizon; step++)
        {
            // A constant carries no information beyond itself; rounding through the scaling is all that may be lost.
            Assert.Equal(constant, last.Forecast[step], Math.Max(1e-3f * Math.Abs(constant), 1e-3f));
            Assert.True(last.Lower[step] <= last.Forecast[step] && last.Forecast[step] <= last.Upper[step]);
            Assert.True(float.IsFinite(last.Lower[step]) && float.IsFinite(last.Upper[step]));
        }
    }

    [Theory]
    [InlineData("Int32")]
    [InlineData("Int64")]
    [InlineData("Single")]
    [InlineData("Double")]
    [InlineData("DateTimeOffset")]
    public void TimeColumn_OfAnotherType_GivesTheSameForecast(string type)
    {
        MLContext ml = new(seed: 11);
        IDataView data = type switch
        {
            "Int32" => View(ml, step => step),
            "Int64" => View(ml, step => (long)step),
            "Single" => View(ml, step => (float)step),
            "Double" => View(ml, step => (double)step),
            _ => View(ml, step => new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)).AddDays(step)),
        };
        // The season that daily dates suggest, so that only the way of reading the time differs.
        GruForecastModelOptions model = TinyForecasts.Model();
        model.Seasonality = 7;
        IDataView days = Series.View(ml);
        List<string> expected = ViewText.Values(TinyForecasts.SeriesWithTime(ml, model: model).Fit(days).Transform(days), "Forecast");
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, TinyForecasts.SeriesWithTime(ml, model: model).Fit(data), data.Schema));
        Assert.Equal(expected, ViewText.Values(loaded.Transform(data), "Forecast"));
    }

    [Fact]
    public void TimeColumn_OfAnotherKindThanInTraining_IsRefused()
    {
        MLContext ml = new(seed: 11);
        Exception exception = Assert.ThrowsAny<ArgumentException>(() => WithTime.Value.Transform(View(ml, step => step)));
        Messages.AssertSays(exception, "'Time'", "DateTime", "Int32");
    }

    private static double Width(BoundedForecast forecast)
    {
        return forecast.Upper[0] - forecast.Lower[0];
    }

    private static SeriesRow[] RandomWalk()
    {
        Random random = new(3);
        float value = 0;
        return [.. Enumerable.Range(0, Series.Length).Select(step => Series.Row(step, value += random.NextSingle() - 0.5f))];
    }

    private static IEnumerable<SeriesRow> Missing(int from, int count)
    {
        return Enumerable.Range(from, count).Select(step => Series.Row(step, float.NaN));
    }

    internal static ITransformer Fit(SeriesRow[] rows, float level = 0.8f)
    {
        MLContext ml = new(seed: 11);
        return ml.Forecasting.ForecastByGru("Forecast", "Value", TinyForecasts.Horizon, "Time", "Lower", "Upper", level, TinyForecasts.Model())
            .Fit(ml.Data.LoadFromEnumerable(rows));
    }

    internal static List<BoundedForecast> Transform(ITransformer model, SeriesRow[] rows)
    {
        MLContext ml = new(seed: 11);
        return [.. ml.Data.CreateEnumerable<BoundedForecast>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false)];
    }

    internal static void AssertSame(List<BoundedForecast> expected, List<BoundedForecast> actual)
    {
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(Text), actual.Select(Text));
    }

    internal static string Text(BoundedForecast forecast)
    {
        return $"{ViewText.Value(forecast.Forecast)} {ViewText.Value(forecast.Lower)} {ViewText.Value(forecast.Upper)}";
    }

    private static IDataView View<TTime>(MLContext ml, Func<int, TTime> time)
    {
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, Series.Length).Select(step => new TimedRow<TTime> { Value = Series.Value(step), Time = time(step) }).ToArray());
    }

    private sealed class TimedRow<TTime>
    {
        public float Value { get; set; }

        public TTime Time { get; set; } = default!;
    }
}
