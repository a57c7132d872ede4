// Arguments and data that cannot work: every message names the argument, what was got, what is expected and what to do.

using GruMlNet.Engine.Training;
using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class BadInputTests
{
    private readonly MLContext ml = new(seed: 11);

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(10_001)]
    [InlineData(int.MaxValue)]
    public void Create_HorizonOutOfRange_Throws(int horizon)
    {
        foreach (Func<object> create in (Func<object>[])[() => ml.Forecasting.ForecastByGru("F", "Value", horizon), () => ml.Forecasting.ForecastWindowByGru("F", "Value", horizon)])
            Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(create), "horizon must be 1 to 10", $"got {horizon}");
    }

    [Theory]
    [InlineData(0f, "got 0")]
    [InlineData(-0.5f, "got -0.5")]
    [InlineData(1f, "got 1")]
    [InlineData(95f, "got 95")]
    [InlineData(float.NaN, "got NaN")]
    public void Create_ConfidenceLevelOutOfRange_Throws(float level, string got)
    {
        foreach (Func<object> create in (Func<object>[])[() => ml.Forecasting.ForecastByGru("F", "Value", 2, confidenceLevel: level), () => ml.Forecasting.ForecastWindowByGru("F", "Value", 2, confidenceLevel: level)])
            Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(create), "confidenceLevel", "above 0 and below 1", got, "0.95f");
    }

    [Fact]
    public void Create_SeveralProblems_AreReportedTogether()
    {
        GruForecastEstimator.Options options = new()
        {
            OutputColumnName = " ",
            InputColumnName = "",
            TimeColumnName = " ",
            Horizon = 0,
            ConfidenceLevel = 2,
            ConfidenceLowerBoundColumn = "",
            Model = new GruForecastModelOptions { HiddenSize = 0, ContextLength = -1, EnsembleSize = 0, Seasonality = 0, Threads = 0 },
        };
        Exception exception = Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ForecastByGru(options));
        Messages.AssertSays(exception, "outputColumnName", "inputColumnName", "timeColumnName", "horizon", "confidenceLevel", "bound column", "HiddenSize", "ContextLength", "EnsembleSize", "Seasonality", "Threads");
        Assert.Equal(exception.Message, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message);
    }

    [Fact]
    public void Fit_OnlyMissingStepsInTheContext_Throws()
    {
        SeriesRow[] rows = [.. Series.Rows(), .. Enumerable.Range(Series.Length, TinyForecasts.ContextLength).Select(step => Series.Row(step, float.NaN))];
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => TinyForecasts.Series(ml).Fit(ml.Data.LoadFromEnumerable(rows))), "'Value'", $"latest {TinyForecasts.ContextLength} steps", "ContextLength");
    }

    [Fact]
    public void Create_TwoOutputsWithOneName_Throws()
    {
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ForecastByGru("F", "Value", 2, confidenceLowerBoundColumn: "F")), "different names", "'F'");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ForecastWindowByGru("F", "Value", 2, "B", "B")), "different names", "'B'");
    }

    [Fact]
    public void Create_TimeIsTheValue_Throws()
    {
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Forecasting.ForecastByGru("F", "Value", 2, "Value")), "timeColumnName", "inputColumnName", "'Value'", "two columns");
    }

    [Fact]
    public void Create_Null_Throws()
    {
        _ = Assert.Throws<ArgumentNullException>(() => ml.Forecasting.ForecastByGru((GruForecastEstimator.Options)null!));
        _ = Assert.Throws<ArgumentNullException>(() => ml.Forecasting.ForecastWindowByGru((GruWindowForecastEstimator.Options)null!));
        Messages.AssertSays(Assert.ThrowsAny<ArgumentException>(() => ml.Forecasting.ForecastByGru((string)null!, "Value", 2)), "outputColumnName");
        Messages.AssertSays(Assert.ThrowsAny<ArgumentException>(() => ml.Forecasting.ForecastByGru(new GruForecastEstimator.Options { OutputColumnName = "F", Horizon = 1, Model = null! })), "model");
        _ = Assert.Throws<ArgumentNullException>(() => TinyForecasts.Series(ml).Fit(null!));
    }

    [Fact]
    public void Create_TrainingProblems_AreReportedWithTheOthers()
    {
        GruForecastModelOptions model = new() { HiddenSize = 5000, Training = new TrainerOptions { LearningRate = -1, BatchSize = 0, Patience = 3 } };
        Exception exception = Assert.ThrowsAny<ArgumentException>(() => ml.Forecasting.ForecastWindowByGru("F", "Value", 2, model: model));
        Messages.AssertSays(exception, "HiddenSize", "got 5000", "LearningRate", "got -1", "BatchSize", "got 0", "Patience must be null");
    }

    [Fact]
    public void Create_ChangedOptionsAfterwards_DoNotReachTheEstimator()
    {
        GruForecastEstimator.Options options = new() { OutputColumnName = "Forecast", InputColumnName = "Value", Horizon = TinyForecasts.Horizon, Model = TinyForecasts.Model() };
        GruForecastEstimator estimator = ml.Forecasting.ForecastByGru(options);
        byte[] before = ModelArchive.Save(ml, estimator.Fit(Series.View(ml)), Series.View(ml).Schema);
        options.Horizon = 2;
        options.Model.HiddenSize = 9;
        options.Model.Training!.MaxEpochs = 5;
        ModelArchive.AssertSame(before, ModelArchive.Save(ml, estimator.Fit(Series.View(ml)), Series.View(ml).Schema), "options changed after creation");
    }

    [Theory]
    [InlineData(40, 39)]
    [InlineData(40, 200)]
    [InlineData(5, 5)]
    public void Fit_HorizonLongerThanTheDataAllows_SaysWhatIsThere(int rows, int horizon)
    {
        Exception exception = Assert.Throws<InvalidOperationException>(() => ml.Forecasting.ForecastByGru("F", "Value", horizon, model: TinyForecasts.Model()).Fit(Series.View(ml, rows)));
        Messages.AssertSays(exception, "horizon", $"{horizon}", $"{rows}");
        IDataView windows = ml.Data.LoadFromEnumerable([new VariableWindowRow { History = Series.Window(0, rows) }]);
        exception = Assert.Throws<InvalidOperationException>(() => ml.Forecasting.ForecastWindowByGru("F", "History", horizon, model: TinyForecasts.Model()).Fit(windows));
        Messages.AssertSays(exception, "horizon", $"{horizon}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fit_FewerRowsThanNeeded_SaysHowManyAreNeeded(int rows)
    {
        Exception exception = Assert.Throws<InvalidOperationException>(() => TinyForecasts.Series(ml).Fit(Series.View(ml, rows)));
        Messages.AssertSays(exception, "horizon", $"{TinyForecasts.Horizon}", $"{rows}", "at least");
    }

    [Fact]
    public void Fit_Infinity_NamesTheRow()
    {
        SeriesRow[] rows = Series.Rows();
        rows[17].Value = float.NegativeInfinity;
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => TinyForecasts.Series(ml).Fit(ml.Data.LoadFromEnumerable(rows))), "'Value'", "infinite", "row 17", "NaN");
    }

    [Fact]
    public void Fit_OneRowFarAway_SaysWhichTimeIsWrong()
    {
        SeriesRow[] rows = [.. Series.Rows(), Series.Row(4_000_000 / 2, 30)];
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => TinyForecasts.SeriesWithTime(ml).Fit(ml.Data.LoadFromEnumerable(rows))), "'Time'", $"row {Series.Length}", "steps");
    }
}
