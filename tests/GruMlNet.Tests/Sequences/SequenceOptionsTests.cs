// Each option of the encoder and the trainers has a test that fails if the option is ignored, and an option without a test fails here too.

using System.Reflection;
using GruMlNet.Engine;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Training;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Sequences;

public sealed class SequenceOptionsTests
{
    /// <summary>Everything that learns from sequences.</summary>
    public enum Kind
    {
        Multiclass,
        Binary,
        Regression,
        PerStep,
        SupervisedEncoder,
        AutoEncoder,
        NextStepEncoder,
    }

    private static readonly Kind[] Encoders = [Kind.SupervisedEncoder, Kind.AutoEncoder, Kind.NextStepEncoder];

    private static readonly Kind[] Unsupervised = [Kind.AutoEncoder, Kind.NextStepEncoder];

    /// <summary>What must be set for the option to count, the change that must change the results, and where it is documented as unused.</summary>
    private sealed record Case(Action<GruSequenceOptions> Change, Action<GruSequenceOptions>? Before = null, Kind[]? Unused = null);

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["HiddenSize"] = new(model => model.HiddenSize = 3),
        ["Layers"] = new(model => model.Layers = 1),
        ["Cell"] = new(model => model.Cell = RecurrentCell.Lstm),
        ["Reset"] = new(model => model.Reset = ResetMode.Before),
        ["Bidirectional"] = new(model => model.Bidirectional = false, Unused: [Kind.NextStepEncoder]),
        ["Pooling"] = new(model => model.Pooling = SequencePooling.Max, Unused: [Kind.PerStep]),
        ["WindowLength"] = new(model => model.WindowLength = 2),
        ["WindowStride"] = new(model => model.WindowStride = 2, Unused: [Kind.PerStep]),
        ["BackpropagationSteps"] = new(model => model.BackpropagationSteps = 3),
        ["ScalePerSequence"] = new(model => model.ScalePerSequence = true),
        ["Differences"] = new(model => model.Differences = true),
        ["Augmentation"] = new(model => model.Augmentation = 2, Unused: [Kind.PerStep, .. Unsupervised]),
        ["Dropout"] = new(model => model.Dropout = 0.7f),
        ["RecurrentDropout"] = new(model => model.RecurrentDropout = 0.5f),
        ["LayerNorm"] = new(model => model.LayerNorm = true),
        ["LabelSmoothing"] = new(model => model.LabelSmoothing = 0.5f, Unused: [Kind.Regression, .. Unsupervised]),
        ["EnsembleSize"] = new(model => model.EnsembleSize = 2, Unused: Encoders),
        ["ValidationFraction"] = new(model => model.ValidationFraction = 0.3f),
        ["Seed"] = new(model => model.Seed = 77),
        ["Training"] = new(model => model.Training = new TrainerOptions { MaxEpochs = 1, StepsPerEpoch = 3 }),
        ["Training.BatchSize"] = new(model => model.Training!.BatchSize = 3),
        ["Training.MaxEpochs"] = new(model => model.Training!.MaxEpochs = 4),
        ["Training.StepsPerEpoch"] = new(model => model.Training!.StepsPerEpoch = 1),
        ["Training.LearningRate"] = new(model => model.Training!.LearningRate = 0.02f),
        ["Training.WarmupSteps"] = new(model => model.Training!.WarmupSteps = 3, LongRun(training => training.WarmupSteps = 0)),
        ["Training.CosineDecay"] = new(model => model.Training!.CosineDecay = false, LongRun(_ => { })),
        ["Training.ClipNorm"] = new(model => model.Training!.ClipNorm = 1e-6f, LongRun(training => training.Optimizer = OptimizerKind.Sgd)),
        ["Training.Optimizer"] = new(model => model.Training!.Optimizer = OptimizerKind.Sgd),
        ["Training.WeightDecay"] = new(model => model.Training!.WeightDecay = 0.5f),
        ["Training.Momentum"] = new(model => model.Training!.Momentum = 0.9f, LongRun(training => training.Optimizer = OptimizerKind.Sgd)),
        ["Training.AverageDecay"] = new(model => model.Training!.AverageDecay = 0.5f),
    };

    // Tested elsewhere, or without effect on the results by design.
    private static readonly string[] Others =
    [
        "Threads", // Threads_ChangeNothing
        "CancellationToken", // the contract's cancellation rules
        "Progress", // TrainerUseTests.Progress_ReturningFalse_KeepsTheModelSoFar
        "Training.Patience", // Patience_EndsTrainingEarly_AndNeedsValidation
        "Training.Threads", // documented as unused, like the next two: the model's own count
        "Training.Seed",
        "Training.Progress",
    ];

    private readonly MLContext ml = new(seed: 11);

    public static TheoryData<string> OptionNames => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(OptionNames))]
    public void ModelOption_Changed_ChangesWhatIsLearnt(string name)
    {
        Case one = Cases[name];
        foreach (Kind kind in Enum.GetValues<Kind>().Except(one.Unused ?? []))
        {
            GruSequenceOptions model = Model(kind);
            one.Before?.Invoke(model);
            List<string> before = Results(kind, model);
            one.Change(model);
            Assert.False(before.SequenceEqual(Results(kind, model)), $"{name} changes nothing for {kind}.");
        }
    }

    [Fact]
    public void EveryOption_HasATest()
    {
        IEnumerable<string> options = Properties(typeof(GruSequenceOptions)).Concat(Properties(typeof(TrainerOptions)).Select(name => $"Training.{name}"));
        Assert.Equal(options.Order(StringComparer.Ordinal), Cases.Keys.Concat(Others).Order(StringComparer.Ordinal));
        // SequenceInputTests
        Assert.Equal(["ChannelColumnNames", "FeaturesPerStep", "MaxLength", "Truncate"], Properties(typeof(SequenceInputOptions)).Order(StringComparer.Ordinal));
        // Columns are found by their names in all tests; weights: Weights_…, here and in TrainerUseTests.
        string[] shared = ["ExampleWeightColumnName", "FeatureColumnName", "Input", "LabelColumnName", "Model"];
        Assert.Equal(["BalanceClasses", "ClassWeights", .. shared], Properties(typeof(GruMulticlassTrainer.Options)).Order(StringComparer.Ordinal));
        Assert.Equal(["BalanceClasses", .. shared, "PositiveWeight"], Properties(typeof(GruBinaryTrainer.Options)).Order(StringComparer.Ordinal));
        Assert.Equal(shared, Properties(typeof(GruRegressionTrainer.Options)).Order(StringComparer.Ordinal));
        Assert.Equal(shared, Properties(typeof(GruStepTrainer.Options)).Order(StringComparer.Ordinal));
        // Objective and the error: ReconstructionTests, and the three kinds of encoder here.
        Assert.Equal(["Input", "InputColumnName", "LabelColumnName", "Model", "Objective", "OutputColumnName", "ReconstructionErrorColumnName"], Properties(typeof(GruSequenceEncodingEstimator.Options)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Threads_ChangeNothing()
    {
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            List<string>[] results = [.. ((int[])[1, 3]).Select(threads =>
            {
                GruSequenceOptions model = Model(kind);
                (model.Threads, model.EnsembleSize) = (threads, Encoders.Contains(kind) ? 1 : 3);
                return Results(kind, model);
            })];
            Assert.Equal(results[0], results[1]);
        }
    }

    [Fact]
    public void Patience_EndsTrainingEarly_AndNeedsValidation()
    {
        GruSequenceOptions model = Model(Kind.Multiclass);
        model.Training = new TrainerOptions { MaxEpochs = 60, LearningRate = 0.2f, Patience = 2 };
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Results(Kind.Multiclass, model)), "Patience 2", "ValidationFraction");
        model.ValidationFraction = 0.3f;
        int epochs = 0;
        model.Progress = progress =>
        {
            (epochs, _) = (progress.Epoch, Assert.IsType<double>(progress.ValidationLoss));
            return true;
        };
        _ = Results(Kind.Multiclass, model);
        Assert.InRange(epochs, 3, 59);
    }

    [Fact]
    public void Progress_CountsTheEpochsOfAllNetworks()
    {
        GruSequenceOptions model = Model(Kind.Binary);
        model.EnsembleSize = 3;
        List<TrainingProgress> all = [];
        model.Progress = progress =>
        {
            all.Add(progress);
            return true;
        };
        _ = Results(Kind.Binary, model);
        Assert.Equal([1, 2, 3, 4, 5, 6], all.Select(progress => progress.Epoch));
        Assert.All(all, progress => Assert.Equal((6, 3 * 2 * (progress.MaxSteps / 6)), (progress.MaxEpochs, progress.MaxSteps)));
        Assert.Equal(all[^1].MaxSteps, all[^1].Step);
        Assert.Equal(TimeSpan.Zero, all[^1].Remaining);
    }

    [Fact]
    public void StoppedEarly_NetworksThatHaveNotBegun_AreLeftOut()
    {
        GruSequenceOptions model = Model(Kind.Regression);
        (model.EnsembleSize, model.Threads, model.Progress) = (4, 1, _ => false);
        var stopped = (GruSequencePredictionTransformer)Fit(Kind.Regression, model, out _);
        Assert.Equal(1, stopped.Model.EnsembleSize);
    }

    [Fact]
    public void Divergence_InTheFirstEpoch_IsSaid()
    {
        GruSequenceOptions model = Model(Kind.Regression);
        model.Training = new TrainerOptions { LearningRate = 1e30f, WarmupSteps = 0, ClipNorm = null, Optimizer = OptimizerKind.Sgd, StepsPerEpoch = 50 };
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => Results(Kind.Regression, model)), "diverged", "LearningRate");
    }

    [Fact]
    public void WindowStride_PerStep_IsRefused()
    {
        Exception exception = Assert.Throws<ArgumentOutOfRangeException>(() => ml.MulticlassClassification.Trainers.GruPerStep(model: new GruSequenceOptions { WindowStride = 2 }));
        Messages.AssertSays(exception, "WindowStride", "got 2");
    }

    [Fact]
    public void WindowLength_OfTooManyChannels_IsRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable([new VariableSequenceRow { Sequence = new float[4000] }, new VariableSequenceRow { Sequence = [.. Enumerable.Range(0, 4000).Select(i => (float)i)] }]);
        GruSequenceOptions model = SequenceRows.Tiny();
        model.WindowLength = 100;
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Regression.Trainers.Gru("Target", "Sequence", featuresPerStep: 1000, model: model).Fit(data)), "WindowLength 100", "1000 channels", "at most 65");
    }

    [Fact]
    public void Weights_OfBinaryAnswers_Count()
    {
        // Features tell nothing: the answer is what the weights make it.
        IDataView data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new SequenceRow { Flag = i % 4 == 0 }));
        float Probability(Action<GruBinaryTrainer.Options> change)
        {
            var options = new GruBinaryTrainer.Options { LabelColumnName = "Flag", FeatureColumnName = "Sequence", Model = SequenceRows.Small() };
            options.Model.LabelSmoothing = 0;
            change(options);
            return ml.Data.CreateEnumerable<BinaryResult>(ml.BinaryClassification.Trainers.Gru(options).Fit(data).Transform(data), reuseRowObject: false).First().Probability;
        }

        Assert.Equal(0.25, Probability(_ => { }), 0.05);
        Assert.Equal(0.5, Probability(options => options.BalanceClasses = true), 0.05);
        Assert.Equal(0.5, Probability(options => options.PositiveWeight = 3), 0.05);
    }

    [Fact]
    public void Weights_OfBalancedClasses_Count()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new SequenceRow { Class = i % 8 == 0 ? 0u : 1u + ((uint)i % 2) }));
        var options = new GruMulticlassTrainer.Options { LabelColumnName = "Class", FeatureColumnName = "Sequence", BalanceClasses = true, Model = SequenceRows.Small() };
        float[] score = ml.Data.CreateEnumerable<MulticlassResult>(ml.MulticlassClassification.Trainers.Gru(options).Fit(data).Transform(data), reuseRowObject: false).First().Score;
        Assert.All(score, probability => Assert.Equal(1 / 3.0, probability, 0.06));
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weight_ThatIsNone_IsRefused(float weight)
    {
        IDataView data = ml.Data.LoadFromEnumerable([new WeightedRow { Weight = 1 }, new WeightedRow { Weight = weight }]);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ml.Regression.Trainers.Gru("Target", "Sequence", "Weight", model: SequenceRows.Tiny()).Fit(data)), "'Weight'", "row 1", "at least 0");
    }

    [Fact]
    public void Weights_AllZero_AreRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable([new WeightedRow(), new WeightedRow()]);
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ml.Regression.Trainers.Gru("Target", "Sequence", "Weight", model: SequenceRows.Tiny()).Fit(data)), "weights", "0");
    }

    public sealed class WeightedRow : LabelledRow
    {
        public float[] Sequence { get; set; } = [1, 2, 3];

        public float Weight { get; set; }
    }

    /// <summary>Small, and with more than one layer, so that every option counts.</summary>
    private static GruSequenceOptions Model(Kind kind)
    {
        GruSequenceOptions model = SequenceRows.Tiny();
        model.Layers = 2;
        if (!Encoders.Contains(kind))
            model.EnsembleSize = 1;
        return model;
    }

    private static Action<GruSequenceOptions> LongRun(Action<TrainerOptions> change) => model =>
    {
        // Long enough for the warm-up, which a short run shortens to a tenth.
        model.Training!.MaxEpochs = 20;
        change(model.Training);
    };

    private List<string> Results(Kind kind, GruSequenceOptions model)
    {
        ITransformer fitted = Fit(kind, model, out IDataView data);
        return ViewText.Values(fitted.Transform(data), Encoders.Contains(kind) ? "Encoding" : "Score");
    }

    private ITransformer Fit(Kind kind, GruSequenceOptions model, out IDataView data)
    {
        data = kind == Kind.PerStep ? ml.Data.LoadFromEnumerable(SequenceRows.Steps(12)) : ml.Data.LoadFromEnumerable(SequenceRows.Variable(12));
        IEstimator<ITransformer> estimator = kind switch
        {
            Kind.Multiclass => ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: model),
            Kind.Binary => ml.BinaryClassification.Trainers.Gru("Flag", "Sequence", featuresPerStep: 2, model: model),
            Kind.Regression => ml.Regression.Trainers.Gru("Target", "Sequence", featuresPerStep: 2, model: model),
            Kind.PerStep => ml.MulticlassClassification.Trainers.GruPerStep("Classes", "Sequence", featuresPerStep: 2, model: model),
            _ => TinyEncoder.Create(ml, kind == Kind.NextStepEncoder ? SelfSupervision.NextStep : SelfSupervision.AutoEncoder, error: null, label: kind == Kind.SupervisedEncoder ? "Class" : null, model: model),
        };
        return estimator.Fit(data);
    }

    private static IEnumerable<string> Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
}
