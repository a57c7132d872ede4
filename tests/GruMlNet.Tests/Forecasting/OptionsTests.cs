// Each option has a test that fails if the option is ignored, and an option without a test fails here too.

using System.Reflection;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Training;
using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class OptionsTests
{
    // Name of the option, what must be set for it to count, and the change that must change the forecasts.
    private static readonly Dictionary<string, (Action<GruForecastModelOptions> Before, Action<GruForecastModelOptions> Change)> ModelChanges = new()
    {
        ["Seasonality"] = (model => model.Seasonality = 6, model => model.Seasonality = 1),
        ["ContextLength"] = (_ => { }, model => model.ContextLength = 50),
        ["HiddenSize"] = (_ => { }, model => model.HiddenSize = 3),
        ["EnsembleSize"] = (_ => { }, model => model.EnsembleSize = 1),
        ["LogTransform"] = (model => model.LogTransform = false, model => model.LogTransform = true),
        ["Budget"] = (model => model.EnsembleSize = null, model => model.Budget = TrainingBudget.Fast),
        ["TrainingSteps"] = (model => model.Training!.MaxEpochs = 10, model => model.TrainingSteps = 16),
        ["Seed"] = (_ => { }, model => model.Seed = 77),
        ["Training"] = (_ => { }, model => model.Training = new TrainerOptions { MaxEpochs = 1, StepsPerEpoch = 3 }),
        ["Training.BatchSize"] = (_ => { }, model => model.Training!.BatchSize = 3),
        ["Training.MaxEpochs"] = (_ => { }, model => model.Training!.MaxEpochs = 4),
        ["Training.StepsPerEpoch"] = (_ => { }, model => model.Training!.StepsPerEpoch = 2),
        ["Training.LearningRate"] = (_ => { }, model => model.Training!.LearningRate = 0.02f),
        ["Training.WarmupSteps"] = (model => LongRun(model, training => training.WarmupSteps = 0), model => model.Training!.WarmupSteps = 3),
        ["Training.CosineDecay"] = (model => LongRun(model, _ => { }), model => model.Training!.CosineDecay = false),
        ["Training.ClipNorm"] = (_ => { }, model => model.Training!.ClipNorm = 0.001f),
        ["Training.Optimizer"] = (_ => { }, model => model.Training!.Optimizer = OptimizerKind.Sgd),
        ["Training.WeightDecay"] = (_ => { }, model => model.Training!.WeightDecay = 0.5f),
        ["Training.Momentum"] = (model => LongRun(model, training => training.Optimizer = OptimizerKind.Sgd), model => model.Training!.Momentum = 0.9f),
        ["Training.AverageDecay"] = (_ => { }, model => model.Training!.AverageDecay = 0.5f),
    };

    // The same with enough series for networks over all of them.
    private static readonly Dictionary<string, Action<GruForecastModelOptions>> PanelChanges = new()
    {
        ["Budget"] = model => (model.EnsembleSize, model.Budget) = (null, TrainingBudget.Fast),
        ["Seasonality"] = model => model.Seasonality = 1,
        ["ContextLength"] = model => model.ContextLength = 14,
        ["LookBack"] = model => model.LookBack = 12,
        ["SegmentLength"] = model => model.SegmentLength = 3,
        ["HiddenSize"] = model => model.HiddenSize = 3,
        ["EnsembleSize"] = model => model.EnsembleSize = 1,
        ["TrainingSteps"] = model => model.TrainingSteps = 48,
        ["LogTransform"] = model => model.LogTransform = false,
        ["Seed"] = model => model.Seed = 77,
        ["Training.BatchSize"] = model => model.Training!.BatchSize = 7,
        ["Training.LearningRate"] = model => model.Training!.LearningRate = 0.02f,
        ["Training.Optimizer"] = model => model.Training!.Optimizer = OptimizerKind.Sgd,
    };

    // Tested elsewhere, or without effect on the forecasts by design.
    private static readonly string[] Others =
    [
        "LookBack", // PanelOption_Changed_ChangesTheForecast
        "SegmentLength", // PanelOption_Changed_ChangesTheForecast
        "NonNegative", // NonNegative_FallingSeries_StaysAtZero
        "Training.Threads", // ThreadTeamTests: the result must not depend on it
        "Threads", // DeterminismTests: the result must not depend on it; Threads_Zero_IsRefused
        "CancellationToken", // the contract's cancellation rules
        "Progress", // Progress_ReturningFalse_StopsTraining
        "Training.Patience", // BadInputTests: a forecaster refuses it
        "Training.Seed", // documented as unused: the model's own seed counts
        "Training.Progress", // documented as unused: the model's own callback counts
    ];

    private readonly MLContext ml = new(seed: 11);

    public static TheoryData<string> ModelOptionNames => [.. ModelChanges.Keys];

    [Theory]
    [MemberData(nameof(ModelOptionNames))]
    public void ModelOption_Changed_ChangesTheForecast(string name)
    {
        (Action<GruForecastModelOptions> before, Action<GruForecastModelOptions> change) = ModelChanges[name];
        GruForecastModelOptions model = TinyForecasts.Model();
        before(model);
        List<string> expected = Forecasts(model);
        Assert.Equal(expected, Forecasts(model));
        change(model);
        Assert.NotEqual(expected, Forecasts(model));
    }

    public static TheoryData<string> PanelOptionNames => [.. PanelChanges.Keys];

    [Theory]
    [MemberData(nameof(PanelOptionNames))]
    public void PanelOption_Changed_ChangesTheForecast(string name)
    {
        GruForecastModelOptions model = new() { HiddenSize = 4, EnsembleSize = 2, TrainingSteps = 32, Training = new TrainerOptions { BatchSize = 16 } };
        List<string> expected = PanelForecasts(model);
        PanelChanges[name](model);
        Assert.NotEqual(expected, PanelForecasts(model));
    }

    [Fact]
    public void EveryModelOption_HasATest()
    {
        IEnumerable<string> options = Properties(typeof(GruForecastModelOptions)).Concat(Properties(typeof(TrainerOptions)).Select(name => $"Training.{name}"));
        Assert.Equal(options.Order(StringComparer.Ordinal), ModelChanges.Keys.Concat(Others).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryColumnOption_HasATest()
    {
        // The columns and the horizon are read back in ShortOverload_EachArgument_ReachesTheModel.
        Assert.Equal(
            ["CalendarFeatures", "ConfidenceLevel", "ConfidenceLevels", "ConfidenceLowerBoundColumn", "ConfidenceUpperBoundColumn", "HolidayColumnName", "Horizon", "InputColumnName", "KnownColumns", "Model", "OutputColumnName", "PastColumns", "SeriesColumnName",
                "StaticColumns", "TimeColumnName", "WeightColumnName"],
            Properties(typeof(GruForecastEstimator.Options)).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["ConfidenceLevel", "ConfidenceLevels", "ConfidenceLowerBoundColumn", "ConfidenceUpperBoundColumn", "Horizon", "InputColumnName", "Model", "OutputColumnName"],
            Properties(typeof(GruWindowForecastEstimator.Options)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ShortOverload_EachArgument_ReachesTheModel()
    {
        IDataView data = Series.View(ml);
        GruForecastEstimator estimator = ml.Forecasting.ForecastByGru("F", "Value", 3, "Time", "L", "U", 0.7f, TinyForecasts.Model());
        GruForecastEstimator byOptions = ml.Forecasting.ForecastByGru(new GruForecastEstimator.Options
        {
            OutputColumnName = "F",
            InputColumnName = "Value",
            Horizon = 3,
            TimeColumnName = "Time",
            ConfidenceLowerBoundColumn = "L",
            ConfidenceUpperBoundColumn = "U",
            ConfidenceLevel = 0.7f,
            Model = TinyForecasts.Model(),
        });
        GruForecastTransformer model = estimator.Fit(data);
        Assert.Equal(3, model.Horizon);
        Assert.Equal(TinyForecasts.ContextLength, model.ContextLength);
        Assert.Equal(["F", "L", "U"], model.GetOutputSchema(data.Schema).Skip(data.Schema.Count).Select(column => column.Name));
        ModelArchive.AssertSame(ModelArchive.Save(ml, model, data.Schema), ModelArchive.Save(ml, byOptions.Fit(data), data.Schema), "by options");
        List<string> expected = ViewText.Values(model.Transform(data), "L", "U");
        GruForecastTransformer other = ml.Forecasting.ForecastByGru("F", "Value", 3, "Time", "L", "U", 0.9f, TinyForecasts.Model()).Fit(data);
        Assert.NotEqual(expected, ViewText.Values(other.Transform(data), "L", "U"));
        Assert.Equal(ViewText.Values(model.Transform(data), "F"), ViewText.Values(other.Transform(data), "F"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void BoundColumns_OnlyThoseAskedFor_AreThere(bool lower, bool upper)
    {
        IDataView data = ml.Data.LoadFromEnumerable([new WindowRow { History = Series.Window(0, Series.WindowLength) }]);
        GruWindowForecastTransformer model = ml.Forecasting.ForecastWindowByGru("F", "History", 2, lower ? "L" : null, upper ? "U" : null, model: TinyForecasts.Model()).Fit(data);
        IEnumerable<string> expected = ((string?[])["F", lower ? "L" : null, upper ? "U" : null]).OfType<string>();
        Assert.Equal(expected, model.GetOutputSchema(data.Schema).Skip(data.Schema.Count).Select(column => column.Name));
        Assert.Equal(ViewText.Values(TinyForecasts.Window(ml).Fit(data).Transform(data), "Lower").Count, ViewText.Values(model.Transform(data), expected).Count);
    }

    [Fact]
    public void NonNegative_FallingSeries_StaysAtZero()
    {
        SeriesRow[] falling = Series.Rows([.. Enumerable.Range(0, 40).Select(step => MathF.Max(0, 20 - (0.5f * step)) + (0.5f * MathF.Sin(step)))]);
        foreach (bool nonNegative in (bool[])[false, true])
        {
            GruForecastModelOptions model = TinyForecasts.Model();
            model.LogTransform = false;
            model.NonNegative = nonNegative;
            IDataView data = ml.Data.LoadFromEnumerable(falling);
            List<BoundedForecast> forecasts = [.. ml.Data.CreateEnumerable<BoundedForecast>(TinyForecasts.SeriesWithTime(ml, model: model).Fit(data).Transform(data), reuseRowObject: false)];
            float smallest = forecasts.SelectMany(forecast => (float[])[.. forecast.Forecast, .. forecast.Lower, .. forecast.Upper]).Where(float.IsFinite).Min();
            Assert.True(nonNegative ? smallest >= 0 : smallest < 0, $"NonNegative = {nonNegative}: the smallest value is {smallest}.");
        }
    }

    [Fact]
    public void Progress_ReturningFalse_StopsTraining()
    {
        GruForecastModelOptions model = TinyForecasts.Model();
        model.EnsembleSize = 1;
        model.Training!.MaxEpochs = 40;
        List<ForecastTrainingProgress> all = [];
        model.Progress = progress =>
        {
            all.Add(progress);
            return progress.Network.Epoch < 3;
        };
        _ = Forecasts(model);
        Assert.Equal([1, 2, 3], all.Select(progress => progress.Network.Epoch));
        Assert.All(all, progress => Assert.True(progress.Network.MaxEpochs == 40 && double.IsFinite(progress.Network.TrainingLoss) && progress.Network.LearningRate > 0));
        Assert.Equal([1 / 40.0, 2 / 40.0, 3 / 40.0], all.Select(progress => progress.Fraction));
        Assert.All(all, progress => Assert.True(progress.Remaining >= TimeSpan.Zero && progress.Stage.Length > 0));
    }

    [Fact]
    public void Log_WhileTraining_HasALinePerEpoch()
    {
        GruForecastModelOptions model = TinyForecasts.Model();
        model.Training!.MaxEpochs = 4;
        System.Collections.Concurrent.ConcurrentQueue<LoggingEventArgs> lines = new();
        ml.Log += (_, line) => lines.Enqueue(line);
        _ = TinyForecasts.Series(ml, model: model).Fit(Series.View(ml));
        for (int epoch = 1; epoch <= 4; epoch++)
            _ = Assert.Single(lines, line => line.Message.Contains($"epoch {epoch}/4", StringComparison.Ordinal));
    }

    [Fact]
    public void Threads_Zero_IsRefused()
    {
        Exception exception = Assert.ThrowsAny<ArgumentException>(() => TinyForecasts.Series(ml, model: new GruForecastModelOptions { Threads = 0 }));
        Messages.AssertSays(exception, "Threads", "got 0");
    }

    [Fact]
    public void Defaults_NothingButColumnsAndHorizon_Train()
    {
        // The whole of what a beginner writes, only with fewer epochs.
        GruForecastModelOptions model = new() { EnsembleSize = 1, Training = new TrainerOptions { MaxEpochs = 1 } };
        IDataView data = Series.View(ml);
        GruForecastTransformer transformer = ml.Forecasting.ForecastByGru("Forecast", "Value", horizon: 4, model: model).Fit(data);
        Assert.Equal(Series.Length, ViewText.Values(transformer.Transform(data), "Forecast").Count);
    }

    private static void LongRun(GruForecastModelOptions model, Action<TrainerOptions> change)
    {
        // Long enough for the warm-up, which a short run shortens to a tenth.
        model.Training!.MaxEpochs = 10;
        change(model.Training!);
    }

    private static IEnumerable<string> Properties(Type type)
    {
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }).Select(property => property.Name);
    }

    /// <summary>Of series that are many enough for networks over all of them, and random enough to need such.</summary>
    private List<string> PanelForecasts(GruForecastModelOptions model)
    {
        List<string> log = [];
        ml.Log += (_, line) => log.Add(line.Message);
        IDataView data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 14).Select(series => new VariableWindowRow { History = Series.Window(0, 100, series) }).ToArray());
        GruWindowForecastTransformer transformer = ml.Forecasting.ForecastWindowByGru("Forecast", "History", TinyForecasts.Horizon, "Lower", "Upper", model: model).Fit(data);
        Assert.Contains(log, line => line.Contains("learning from everything", StringComparison.Ordinal));
        return ViewText.Values(transformer.Transform(data), "Forecast", "Lower", "Upper");
    }

    private List<string> Forecasts(GruForecastModelOptions model)
    {
        IDataView data = Series.View(ml);
        return ViewText.Values(TinyForecasts.Series(ml, model: model).Fit(data).Transform(data), "Forecast");
    }
}
