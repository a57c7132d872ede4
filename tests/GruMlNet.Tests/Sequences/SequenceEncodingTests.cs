// The encoder before other trainers, its pooling and slot names.

using GruMlNet.Engine;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Sequences;

public sealed class SequenceEncodingTests
{
    private readonly MLContext ml = new(seed: 3);

    private IDataView Data(int count, int variant = 0) => ml.Data.LoadFromEnumerable(SequenceRows.Variable(count, variant));

    private GruSequenceEncodingEstimator Encoder(string? label, SelfSupervision objective = SelfSupervision.AutoEncoder) => ml.Transforms.EncodeSequenceByGru(new GruSequenceEncodingEstimator.Options
    {
        OutputColumnName = "Features",
        InputColumnName = "Sequence",
        LabelColumnName = label,
        Objective = objective,
        Input = { FeaturesPerStep = 2 },
        Model = { HiddenSize = 24 },
    });

    [Theory]
    [InlineData(null, SelfSupervision.AutoEncoder)]
    [InlineData(null, SelfSupervision.NextStep)]
    [InlineData("Class", SelfSupervision.AutoEncoder)]
    public void Encoding_BeforeSdca_TellsTheClassesApart(string? label, SelfSupervision objective)
    {
        var pipeline = Encoder(label, objective).Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Class"));
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(pipeline.Fit(Data(60)).Transform(Data(30, 2)), "Class");
        Assert.True(metrics.MicroAccuracy > 0.85, $"accuracy {metrics.MicroAccuracy}");
    }

    [Fact]
    public void Encoding_BeforeFastTree_EstimatesTheNumber()
    {
        var pipeline = Encoder("Target").Append(ml.Regression.Trainers.FastTree("Target", minimumExampleCountPerLeaf: 2, numberOfTrees: 20));
        RegressionMetrics metrics = ml.Regression.Evaluate(pipeline.Fit(Data(60)).Transform(Data(30, 2)), "Target");
        Assert.True(metrics.RSquared > 0.8, $"R² {metrics.RSquared}");
    }

    [Fact]
    public void Encoding_BeforeKMeans_FindsTheKindsWithoutLabels()
    {
        var pipeline = Encoder(label: null, SelfSupervision.NextStep).Append(ml.Clustering.Trainers.KMeans(numberOfClusters: 3));
        ClusteringMetrics metrics = ml.Clustering.Evaluate(pipeline.Fit(Data(60)).Transform(Data(60)), "Class");
        Assert.True(metrics.NormalizedMutualInformation > 0.3, $"mutual information {metrics.NormalizedMutualInformation}");
    }

    [Theory]
    [InlineData(null, SequencePooling.Last, 8, "last.forward.0")]
    [InlineData(null, SequencePooling.LastMeanMax, 24, "last.forward.0")]
    [InlineData(null, SequencePooling.Attention, 8, "attention.forward.0")]
    [InlineData("Class", SequencePooling.Mean, 8, "mean.forward.0")]
    [InlineData("Flag", SequencePooling.Max, 8, "max.forward.0")]
    [InlineData("Target", SequencePooling.Attention, 8, "attention.forward.0")]
    public void Pooling_GivesSizeAndSlotNames(string? label, SequencePooling pooling, int size, string first)
    {
        GruSequenceOptions model = SequenceRows.Tiny();
        model.Pooling = pooling;
        GruSequenceEncodingTransformer encoder = ml.Transforms.EncodeSequenceByGru("Features", "Sequence", label, 2, model).Fit(Data(12));
        Assert.Equal(size, encoder.EncodingSize);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        encoder.GetOutputSchema(Data(1).Schema)["Features"].GetSlotNames(ref slots);
        Assert.Equal(size, slots.DenseValues().Select(slot => slot.ToString()).Distinct().Count());
        Assert.Equal(first, slots.GetItemOrDefault(0).ToString());
    }

    [Fact]
    public void ScaledBySequence_LevelAndSpreadFollow()
    {
        var model = new GruSequenceOptions { HiddenSize = 4, ScalePerSequence = true, Pooling = SequencePooling.Last, Training = SequenceRows.Tiny().Training };
        GruSequenceEncodingTransformer encoder = ml.Transforms.EncodeSequenceByGru("Features", "Sequence", "Class", 2, model).Fit(Data(12));
        Assert.Equal(8 + 4, encoder.EncodingSize);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        encoder.GetOutputSchema(Data(1).Schema)["Features"].GetSlotNames(ref slots);
        Assert.Equal(["level.0", "spread.0", "level.1", "spread.1"], slots.DenseValues().Skip(8).Select(slot => slot.ToString()));
    }

    [Fact]
    public void WrongOptions_AreReportedTogether()
    {
        var options = new GruSequenceEncodingEstimator.Options
        {
            InputColumnName = " ",
            Input = new SequenceInputOptions { FeaturesPerStep = 0, MaxLength = 0, ChannelColumnNames = ["A", "A"] },
            Objective = SelfSupervision.NextStep,
            ReconstructionErrorColumnName = "",
            Model = new GruSequenceOptions { BackpropagationSteps = 0, HiddenSize = 0, EnsembleSize = 2, Pooling = SequencePooling.Attention, Dropout = 1, Augmentation = -1, LabelSmoothing = float.NaN },
        };
        Exception exception = Assert.Throws<ArgumentOutOfRangeException>(() => ml.Transforms.EncodeSequenceByGru(options));
        Messages.AssertSays(exception, "outputColumnName", "inputColumnName", "featuresPerStep", "maxLength", "channelColumnNames", "only an auto-encoder", "column of its own", "BackpropagationSteps", "HiddenSize", "EnsembleSize", "Attention", "Dropout", "Augmentation", "LabelSmoothing");
    }

    [Fact]
    public void WrongTrainerOptions_AreReportedTogether()
    {
        var options = new GruMulticlassTrainer.Options { LabelColumnName = "", FeatureColumnName = "", ExampleWeightColumnName = " ", ClassWeights = [-1], Model = new GruSequenceOptions { Threads = 0, Pooling = SequencePooling.Whole } };
        Exception exception = Assert.Throws<ArgumentOutOfRangeException>(() => ml.MulticlassClassification.Trainers.Gru(options));
        Messages.AssertSays(exception, "labelColumnName", "featureColumnName", "exampleWeightColumnName", "classWeights", "Threads", "Whole");
    }

    [Fact]
    public void MissingOrWrongLabel_SaysWhatToAdd()
    {
        IDataView data = Data(6);
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.MulticlassClassification.Trainers.Gru("Clas", "Sequence").Fit(data)), "'Clas'", "'Class'");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.MulticlassClassification.Trainers.Gru("Target", "Sequence").Fit(data)), "'Target'", "a key", "MapValueToKey");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.MulticlassClassification.Trainers.GruPerStep("Class", "Sequence").Fit(data)), "'Class'", "one per step");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.BinaryClassification.Trainers.Gru("Class", "Sequence").Fit(data)), "'Class'", "Boolean", "MulticlassClassification");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Regression.Trainers.Gru("Flag", "Sequence").Fit(data)), "'Flag'", "Single", "ConvertType");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Regression.Trainers.Gru("Target", "Sequence", "Flag").Fit(data)), "'Flag'", "Single");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Transforms.EncodeSequenceByGru("E", "Sequence", "Sequence").Fit(data)), "'Sequence'");
    }
}
