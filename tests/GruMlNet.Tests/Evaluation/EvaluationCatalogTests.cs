// Evaluate, Backtest and ChronologicalSplit over views.

using GruMlNet.Evaluation;
using GruMlNet.FreshProcess;
using GruMlNet.Tests.Forecasting;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace GruMlNet.Tests.Evaluation;

public sealed class EvaluationCatalogTests
{
    private const int Horizon = 3;
    private readonly MLContext ml = new(seed: 11);

    private sealed class ForecastRow
    {
        public string Series { get; set; } = "";

        public float[] History { get; set; } = [];

        public float[] Actual { get; set; } = [];

        public float[] Forecast { get; set; } = [];

        public float[] Lower { get; set; } = [];

        public float[] Upper { get; set; } = [];
    }

    private sealed class StepRow
    {
        public string Shop { get; set; } = "";

        public float Value { get; set; }

        public DateTime Day { get; set; }
    }

    private sealed class NaiveForecast
    {
        [VectorType(Horizon)]
        public float[] Forecast { get; set; } = [];
    }

    [Fact]
    public void Evaluate_AllColumns_ScoresAndBaselines()
    {
        IDataView data = ml.Data.LoadFromEnumerable([Row("A", 1), Row("B", 2), Row("A", 3)]);
        ForecastEvaluation evaluation = ml.Forecasting.Evaluate(data, "Actual", "Forecast", "History", "Lower", "Upper", 0.8f, seasonality: 2, "Series");
        ForecastEvaluation expected = ForecastEvaluation.Of(
            ((ForecastRow[])[Row("A", 1), Row("B", 2), Row("A", 3)]).Select(row => new ForecastCase { Series = row.Series, History = row.History, Actual = row.Actual, Forecast = row.Forecast, Lower = row.Lower, Upper = row.Upper }), 2, 0.8f);
        Assert.Equal(Scores(expected.Overall), Scores(evaluation.Overall));
        Assert.DoesNotContain(Scores(evaluation.Overall), double.IsNaN);
        Assert.Equal(["A", "B"], evaluation.PerSeries.Select(series => series.Key));
        Assert.Equal(2, evaluation.PerStep.Count);
        Assert.Equal(["naive", "seasonal naive", "Naive2", "drift", "ridge NLinear"], evaluation.Baselines.Select(baseline => baseline.Key));
        Assert.Equal(evaluation.Baselines.Min(baseline => baseline.Value.Overall.Mase), evaluation.BestBaseline!.Value.Value.Overall.Mase);
        Assert.Equal(ForecastEvaluation.Of([.. ((ForecastRow[])[Row("A", 1), Row("B", 2), Row("A", 3)]).Select(row => new ForecastCase { History = row.History, Actual = row.Actual, Forecast = ForecastBaselines.Drift(row.History, 2) })], 2).Overall.Mase,
            evaluation.Baselines[3].Value.Overall.Mase);
    }

    [Fact]
    public void Evaluate_ForecastAndActualOnly_NamesSeriesByRow()
    {
        ForecastEvaluation evaluation = ml.Forecasting.Evaluate(ml.Data.LoadFromEnumerable([Row("A", 1), Row("A", 2)]), "Actual", "Forecast");
        Assert.Equal(["0", "1"], evaluation.PerSeries.Select(series => series.Key));
        Assert.Empty(evaluation.Baselines);
        Assert.Null(evaluation.BestBaseline);
        Assert.True(double.IsNaN(evaluation.Overall.Mase));
        Assert.True(evaluation.Overall.MeanAbsoluteError > 0);
    }

    [Fact]
    public void Evaluate_WrongColumns_Throws()
    {
        IDataView data = ml.Data.LoadFromEnumerable([Row("A", 1)]);
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.Evaluate(data, "Real", "Forecast")), "'Real'", "'Actual'");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.Evaluate(data, "Series", "Forecast")), "'Series'", "Vector<Single>");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.Evaluate(data, "Actual", "Forecast", seriesColumnName: "History")), "series column 'History'");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backtest_NaiveEstimatorOverSeveralSeries_ScoresLikeTheNaiveBaseline(bool refit)
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops());
        int fits = 0;
        IEstimator<ITransformer> naive = new CountingEstimator(Naive(), () => fits++);
        ForecastEvaluation evaluation = ml.Forecasting.Backtest(data, naive, Options(options => (options.SeriesColumnName, options.Windows, options.Stride, options.Refit) = ("Shop", 4, 2, refit)));
        Assert.Equal(refit ? 4 : 1, fits);
        // The short shop, 8 steps, is known at the origins 9, 7, 5 and 3 steps before its end only at the last three.
        Assert.Equal([4, 3], evaluation.PerSeries.Select(series => series.Value.Cases));
        Assert.Equal(Scores(evaluation.Baselines[0].Value.Overall).Take(7), Scores(evaluation.Overall).Take(7));
        // From the last origin alone, by hand: 25 and 7 are the last known values of the two.
        ForecastEvaluation last = ml.Forecasting.Backtest(data, Naive(), Options(options => (options.SeriesColumnName, options.Windows) = ("Shop", 1)));
        Assert.Equal(((1 + 4 + 9) / 3.0 + 2) / 2, last.Overall.MeanAbsoluteError, 1e-6);
    }

    [Fact]
    public void Backtest_GruForecaster_ForecastsFromThePastAlone()
    {
        IDataView data = Series.View(ml);
        BacktestOptions options = new()
        {
            ActualColumnName = "Value",
            ForecastColumnName = "Forecast",
            ConfidenceLowerBoundColumn = "Lower",
            ConfidenceUpperBoundColumn = "Upper",
            ConfidenceLevel = 0.8f,
            Horizon = TinyForecasts.Horizon,
            Windows = 2,
            Seasonality = 6,
        };
        ForecastEvaluation evaluation = ml.Forecasting.Backtest(data, TinyForecasts.SeriesWithTime(ml), options);

        float[] values = [.. data.GetColumn<float>("Value")];
        ITransformer? model = null;
        List<ForecastCase> cases = [];
        foreach (int known in (int[])[values.Length - 2 * TinyForecasts.Horizon, values.Length - TinyForecasts.Horizon])
        {
            IDataView past = ml.Data.TakeRows(data, known);
            model ??= TinyForecasts.SeriesWithTime(ml).Fit(past);
            BoundedForecast forecast = ml.Data.CreateEnumerable<BoundedForecast>(model.Transform(past), reuseRowObject: false).Last();
            cases.Add(new ForecastCase { History = values.AsMemory(0, known), Actual = values.AsMemory(known, TinyForecasts.Horizon), Forecast = forecast.Forecast, Lower = forecast.Lower, Upper = forecast.Upper });
        }

        Assert.Equal(Scores(ForecastEvaluation.Of(cases, 6, 0.8f).Overall), Scores(evaluation.Overall));
        Assert.Equal(5, evaluation.Baselines.Count);
    }

    [Fact]
    public void EveryBacktestOption_HasATest()
    {
        // Read back here, but for ShowFutureRows, which is in WarmStartTests.
        Assert.Equal(
            ["ActualColumnName", "ConfidenceLevel", "ConfidenceLowerBoundColumn", "ConfidenceUpperBoundColumn", "ForecastColumnName", "Horizon", "Refit", "Seasonality", "SeriesColumnName", "ShowFutureRows", "Stride", "TimeColumnName", "Windows"],
            typeof(BacktestOptions).GetProperties().Where(property => property.SetMethod is { IsPublic: true }).Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Backtest_WhatCannotWork_SaysWhy()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops());
        BacktestOptions bad = new() { Horizon = 0, Windows = 0, Stride = 0, Seasonality = 0, ConfidenceLevel = 95, ConfidenceLowerBoundColumn = "L" };
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.Backtest(data, Naive(), bad)), "ActualColumnName", "ForecastColumnName", "belong together", "Horizon", "Windows", "Stride", "Seasonality", "got 95");
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ml.Forecasting.Backtest(data, Naive(), Options(options => options.Windows = 20))), "horizon 3", "more than 60 steps", "longest has 34");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.Backtest(data, Naive(), Options(options => options.Horizon = 4))), "forecasts 3 steps", "asks for 4");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.Backtest(data, Naive(), Options(options => options.ActualColumnName = "Price"))), "'Price'");
        List<StepRow> rows = Shops();
        rows[7].Value = float.PositiveInfinity;
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ml.Forecasting.Backtest(ml.Data.LoadFromEnumerable(rows), Naive(), Options(_ => { }))), "'Value'", "row 7");
    }

    [Fact]
    public void ChronologicalSplit_SeveralSeries_CutsTheEndOfEach()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Shops());
        DataOperationsCatalog.TrainTestData split = ml.Forecasting.ChronologicalSplit(data, 3, "Shop");
        Assert.Equal(34 - 6, split.TrainSet.GetColumn<float>("Value").Count());
        Assert.Equal(["long 26", "short 9", "long 29", "short 9", "long 34", "short 9"],
            ml.Data.CreateEnumerable<StepRow>(split.TestSet, reuseRowObject: false).Select(row => $"{row.Shop} {row.Value}"));
        Assert.Equal(6, split.TestSet.GetRowCount());
        Assert.Equal([29, 9, 34, 9], ml.Forecasting.ChronologicalSplit(data, 4).TestSet.GetColumn<float>("Value"));
        Assert.DoesNotContain("short", ml.Forecasting.ChronologicalSplit(data, 9, "Shop").TrainSet.GetColumn<string>("Shop"));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ChronologicalSplit(data, 0));
    }

    [Fact]
    public void Backtest_WithTimes_TakesRowsInAnyOrderAndCountsGaps()
    {
        BacktestOptions options = Options(options => (options.SeriesColumnName, options.TimeColumnName, options.Windows) = ("Shop", "Day", 2));
        ForecastEvaluation sorted = ml.Forecasting.Backtest(ml.Data.LoadFromEnumerable(Shops()), Naive(), options);
        List<StepRow> rows = Shops();
        new Random(3).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows));
        ForecastEvaluation shuffled = ml.Forecasting.Backtest(ml.Data.LoadFromEnumerable(rows), Naive(), options);
        Assert.Equal(Error(sorted, "long"), Error(shuffled, "long"));
        Assert.Equal(Error(sorted, "short"), Error(shuffled, "short"));
        options.TimeColumnName = null;
        Assert.NotEqual(Error(sorted, "long"), Error(ml.Forecasting.Backtest(ml.Data.LoadFromEnumerable(rows), Naive(), options), "long"));

        // Without the step before the last origin, the forecast is made one step earlier, and its first step has no value to be scored by: 24 forecasts what came as 26, 29, but not 34.
        List<StepRow> gap = [.. Shops().Where(row => !(row.Shop == "long" && row.Value == 25))];
        ForecastEvaluation last = ml.Forecasting.Backtest(ml.Data.LoadFromEnumerable(gap), Naive(), Options(options => (options.SeriesColumnName, options.TimeColumnName, options.Windows) = ("Shop", "Day", 1)));
        Assert.Equal((2 + 5) / 2.0, Error(last, "long"), 1e-6);

        static double Error(ForecastEvaluation evaluation, string series)
        {
            return evaluation.PerSeries.Single(one => one.Key == series).Value.MeanAbsoluteError;
        }
    }

    [Fact]
    public void ChronologicalSplit_WithTimes_TakesRowsInAnyOrderAndCountsGaps()
    {
        List<StepRow> rows = [.. Shops().Where(row => !(row.Shop == "long" && row.Value == 29))];
        rows.Reverse();
        DataOperationsCatalog.TrainTestData split = ml.Forecasting.ChronologicalSplit(ml.Data.LoadFromEnumerable(rows), 3, "Shop", "Day");
        Assert.Equal(["short 9", "long 34", "short 9", "short 9", "long 26"],
            ml.Data.CreateEnumerable<StepRow>(split.TestSet, reuseRowObject: false).Select(row => $"{row.Shop} {row.Value}"));
        Assert.Equal(rows.Count - 5, split.TrainSet.GetColumn<float>("Value").Count());
        IDataView twice = ml.Data.LoadFromEnumerable([.. Shops(), Shops()[^1]]);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ml.Forecasting.ChronologicalSplit(twice, 3, "Shop", "Day")), "'Day'", "twice", "series 'short'");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ChronologicalSplit(twice, 3, "Shop", "Month")), "'Month'", "'Day'");
    }

    /// <summary>Each row forecasts its own value.</summary>
    private CustomMappingEstimator<StepRow, NaiveForecast> Naive()
    {
        return ml.Transforms.CustomMapping<StepRow, NaiveForecast>((row, output) => output.Forecast = [row.Value, row.Value, row.Value], contractName: null);
    }

    private static BacktestOptions Options(Action<BacktestOptions> change)
    {
        BacktestOptions options = new() { ActualColumnName = "Value", ForecastColumnName = "Forecast", Horizon = Horizon };
        change(options);
        return options;
    }

    /// <summary>26 steps 0, 1, …, 25 and then squares more; 8 steps of 7 and 9 at the end, the rows of the two mixed.</summary>
    private static List<StepRow> Shops()
    {
        List<StepRow> rows = [];
        for (int step = 0; step < 26; step++)
        {
            rows.Add(new StepRow { Shop = "long", Value = step < 23 ? step + 3 : 25 + (step - 22) * (step - 22), Day = new DateTime(2024, 1, 1).AddDays(step) });
            if (step >= 18)
                rows.Add(new StepRow { Shop = "short", Value = step < 23 ? 7 : 9, Day = new DateTime(2024, 1, 1).AddDays(step) });
        }

        return rows;
    }

    private static ForecastRow Row(string series, int seed)
    {
        var random = new Random(seed);
        return new ForecastRow { Series = series, History = Values(20), Actual = Values(2), Forecast = Values(2), Lower = Values(2), Upper = Values(2) };

        float[] Values(int count)
        {
            return [.. Enumerable.Range(0, count).Select(_ => 1 + random.NextSingle())];
        }
    }

    private static double[] Scores(ForecastMetrics metrics)
    {
        return [metrics.MeanAbsoluteError, metrics.RootMeanSquaredError, metrics.Smape, metrics.Mape, metrics.Mase, metrics.Rmsse, metrics.Owa, metrics.PinballLoss, metrics.ScaledPinballLoss, metrics.Msis, metrics.Coverage];
    }

    private sealed class CountingEstimator(IEstimator<ITransformer> inner, Action count) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input)
        {
            count();
            return inner.Fit(input);
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            return inner.GetOutputSchema(inputSchema);
        }
    }
}
