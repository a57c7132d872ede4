// The trainers among ML.NET's own tools: evaluation, cross-validation, feature importance, calibration, prediction, labels, weights.

using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace GruMlNet.Tests.Sequences;

public sealed class TrainerUseTests
{
    private readonly MLContext ml = new(seed: 3);

    public sealed class TextRow
    {
        public float[] Features { get; set; } = [];

        public string Kind { get; set; } = "";

        public float Weight { get; set; } = 1;
    }

    public sealed class TextPrediction
    {
        public string Answer { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private static readonly string[] Names = ["slow", "middle", "fast"];

    private static TextRow[] TextRows(int count, int phase = 0)
        => [.. Enumerable.Range(0, count).Select(i => new TextRow { Features = SequenceRows.Wave(i % 3, 9 + (i % 6), i + phase), Kind = Names[i % 3] })];

    private IEstimator<ITransformer> Pipeline()
        => ml.Transforms.Conversion.MapValueToKey("Label", "Kind")
            .Append(ml.MulticlassClassification.Trainers.Gru(featuresPerStep: 2, model: SequenceRows.Small()))
            .Append(ml.Transforms.Conversion.MapKeyToValue("Answer", "PredictedLabel"));

    [Fact]
    public void Multiclass_Evaluate_FindsItLearnt()
    {
        ITransformer model = Pipeline().Fit(ml.Data.LoadFromEnumerable(TextRows(60)));
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(ml.Data.LoadFromEnumerable(TextRows(30, phase: 100))));
        Assert.True(metrics.MicroAccuracy > 0.9, $"accuracy {metrics.MicroAccuracy}");
        Assert.True(metrics.LogLoss < 0.6, $"log loss {metrics.LogLoss}");
        Assert.Equal(3, metrics.ConfusionMatrix.NumberOfClasses);
    }

    [Fact]
    public void Multiclass_PredictionEngineAfterSaveAndLoad_SaysTheLabelsValue()
    {
        IDataView data = ml.Data.LoadFromEnumerable(TextRows(60));
        byte[] archive = ModelArchive.Save(ml, Pipeline().Fit(data), data.Schema);
        var fresh = new MLContext();
        using PredictionEngine<TextRow, TextPrediction> engine = fresh.Model.CreatePredictionEngine<TextRow, TextPrediction>(ModelArchive.Load(fresh, archive));
        TextRow[] rows = TextRows(9, phase: 200);
        Assert.True(rows.Count(row => engine.Predict(row).Answer == row.Kind) >= 8);
        Assert.Equal(1f, engine.Predict(rows[0]).Score.Sum(), 1e-5f);
    }

    [Fact]
    public void Multiclass_Score_HasTheLabelsAsSlotNamesAndStandardAnnotations()
    {
        IDataView data = ml.Data.LoadFromEnumerable(TextRows(12));
        DataViewSchema schema = Pipeline().Fit(data).GetOutputSchema(data.Schema);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        schema["Score"].GetSlotNames(ref slots);
        Assert.Equal(Names, slots.DenseValues().Select(name => name.ToString()));
        DataViewSchema mine = schema;
        DataViewSchema theirs = ml.Transforms.Conversion.MapValueToKey("Label", "Kind").Append(ml.Transforms.Concatenate("F", "Weight")).Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(featureColumnName: "F", maximumNumberOfIterations: 1)).Fit(data).GetOutputSchema(data.Schema);
        foreach (string column in (string[])["Score", "PredictedLabel"])
            Assert.Equal(theirs[column].Annotations.Schema.Select(a => $"{a.Name}: {a.Type}").Order(StringComparer.Ordinal), mine[column].Annotations.Schema.Select(a => $"{a.Name}: {a.Type}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Multiclass_CrossValidate_Works()
    {
        var folds = ml.MulticlassClassification.CrossValidate(ml.Data.LoadFromEnumerable(TextRows(60)), Pipeline(), numberOfFolds: 2);
        Assert.All(folds, fold => Assert.True(fold.Metrics.MicroAccuracy > 0.6, $"accuracy {fold.Metrics.MicroAccuracy}"));
    }

    [Fact]
    public void Multiclass_PermutationFeatureImportance_FindsTheStepsThatMatter()
    {
        // Only the last four of twelve steps differ between the classes.
        SequenceRow[] rows = [.. Enumerable.Range(0, 40).Select(i => SequenceRows.Fill(new SequenceRow { Sequence = [.. Enumerable.Range(0, 24).Select(j => MathF.Sin(i * 3 + j) + (j >= 16 ? (i % 3) * 3 : 0))] }, i % 3))];
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        GruSequencePredictionTransformer model = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: SequenceRows.Small()).Fit(data);
        var importance = ml.MulticlassClassification.PermutationFeatureImportance(model, data, "Class", permutationCount: 2);
        Assert.Equal(24, importance.Length);
        double Loss(Range range) => importance[range].Average(slot => slot.LogLoss.Mean);
        Assert.True(Loss(16..24) > Loss(0..16), $"late {Loss(16..24)}, early {Loss(0..16)}");
    }

    [Fact]
    public void Multiclass_PermutationFeatureImportanceOfAChain_Works()
    {
        IDataView data = ml.Data.LoadFromEnumerable(SequenceRows.Fixed(30));
        // ML.NET asks for slot names here, which a vector of its own does not have.
        ITransformer chain = ml.Transforms.CopyColumns("Other", "Label").Append(ml.Transforms.Concatenate("Features", "Sequence", "Label", "Other")).Append(ml.MulticlassClassification.Trainers.Gru("Class", featuresPerStep: 2, model: SequenceRows.Small())).Fit(data);
        var importance = ml.MulticlassClassification.PermutationFeatureImportance(chain, chain.Transform(data), "Class");
        Assert.Equal(26, importance.Count);
    }

    [Fact]
    public void Binary_EvaluateAndCalibrate_Work()
    {
        IDataView data = ml.Data.LoadFromEnumerable(SequenceRows.Variable(60));
        var trainer = ml.BinaryClassification.Trainers.Gru("Flag", "Sequence", featuresPerStep: 2, model: SequenceRows.Small());
        GruSequencePredictionTransformer model = trainer.Fit(data);
        IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(SequenceRows.Variable(30, variant: 2)));
        CalibratedBinaryClassificationMetrics metrics = ml.BinaryClassification.Evaluate(scored, "Flag");
        Assert.True(metrics.Accuracy > 0.9 && metrics.AreaUnderRocCurve > 0.9, $"accuracy {metrics.Accuracy}, AUC {metrics.AreaUnderRocCurve}");
        IDataView calibrated = ml.BinaryClassification.Calibrators.Platt("Flag").Fit(scored).Transform(scored);
        Assert.True(ml.BinaryClassification.Evaluate(calibrated, "Flag").LogLoss < 0.5);
        ITransformer chain = trainer.Append(ml.BinaryClassification.Calibrators.Naive("Flag")).Fit(data);
        Assert.True(ml.BinaryClassification.Evaluate(chain.Transform(data), "Flag").Accuracy > 0.8);
        Assert.Equal(2, ml.BinaryClassification.CrossValidate(data, trainer, 2, "Flag").Count);
    }

    [Fact]
    public void Binary_Importance_Works()
    {
        IDataView data = ml.Data.LoadFromEnumerable(SequenceRows.Fixed(24));
        var model = ml.BinaryClassification.Trainers.Gru("Flag", "Sequence", featuresPerStep: 2, model: SequenceRows.Tiny()).Fit(data);
        Assert.Equal(24, ml.BinaryClassification.PermutationFeatureImportance(model, data, "Flag").Length);
    }

    [Fact]
    public void Regression_EvaluateCrossValidateImportance_Work()
    {
        IDataView data = ml.Data.LoadFromEnumerable(SequenceRows.Fixed(60));
        var trainer = ml.Regression.Trainers.Gru("Target", "Sequence", featuresPerStep: 2, model: SequenceRows.Small());
        GruSequencePredictionTransformer model = trainer.Fit(data);
        RegressionMetrics metrics = ml.Regression.Evaluate(model.Transform(ml.Data.LoadFromEnumerable(SequenceRows.Fixed(30, variant: 2))), "Target");
        Assert.True(metrics.RSquared > 0.9, $"R² {metrics.RSquared}");
        Assert.All(ml.Regression.CrossValidate(data, trainer, 2, "Target"), fold => Assert.True(double.IsFinite(fold.Metrics.RootMeanSquaredError)));
        Assert.Equal(24, ml.Regression.PermutationFeatureImportance(model, data, "Target").Length);
    }

    [Fact]
    public void PerStep_EvaluateSteps_FindsItLearnt()
    {
        GruSequenceOptions options = SequenceRows.Small();
        var model = ml.MulticlassClassification.Trainers.GruPerStep("Classes", "Sequence", featuresPerStep: 2, model: options).Fit(ml.Data.LoadFromEnumerable(SequenceRows.Steps(60)));
        IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(SequenceRows.Steps(20, variant: 2)));
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.EvaluateSteps(scored, "Classes");
        Assert.True(metrics.MicroAccuracy > 0.85, $"accuracy {metrics.MicroAccuracy}");
        Assert.True(double.IsFinite(metrics.LogLoss));
    }

    [Theory]
    [InlineData(TruncationSide.End)]
    [InlineData(TruncationSide.Start)]
    public void PerStep_BeyondTheLongest_HasNoAnswer_AndTheOthersKeepTheirPlace(TruncationSide side)
    {
        // The class of a step is the sign of its first number: a label that slips by one step cannot be learnt.
        StepRow Row(int i)
        {
            float[] sequence = [.. Enumerable.Range(0, 40).Select(j => MathF.Sin((1.7f + (i * 0.37f)) * (j + 1)))];
            return new StepRow { Sequence = sequence, Classes = [.. Enumerable.Range(0, 20).Select(t => sequence[2 * t] > 0 ? 1u : 2u)] };
        }

        var options = new GruStepTrainer.Options { LabelColumnName = "Classes", FeatureColumnName = "Sequence", Model = SequenceRows.Small() };
        (options.Input.FeaturesPerStep, options.Input.MaxLength, options.Input.Truncate) = (2, 15, side);
        ITransformer model = ml.MulticlassClassification.Trainers.GruPerStep(options).Fit(ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(Row)));
        IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(Enumerable.Range(50, 10).Select(Row)));
        Assert.True(ml.MulticlassClassification.EvaluateSteps(scored, "Classes").MicroAccuracy > 0.9);
        StepResult first = ml.Data.CreateEnumerable<StepResult>(scored, reuseRowObject: false).First();
        Assert.Equal((20, 60), (first.PredictedLabel.Length, first.Score.Length));
        Range cut = side == TruncationSide.End ? 15.. : ..5;
        Assert.All(first.PredictedLabel[cut], label => Assert.Equal(0u, label));
        Assert.Equal(15, first.PredictedLabel.Count(label => label > 0));
        Assert.Equal(15, first.Score.Count(float.IsNaN));
    }

    [Fact]
    public void ClassWeights_ThatLeaveNothing_AreRefused()
    {
        var options = new GruMulticlassTrainer.Options { LabelColumnName = "Class", FeatureColumnName = "Sequence", ClassWeights = [0, 0, 0], Model = SequenceRows.Tiny() };
        options.Input.FeaturesPerStep = 2;
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => ml.MulticlassClassification.Trainers.Gru(options).Fit(ml.Data.LoadFromEnumerable(SequenceRows.Variable(12)))), "weights are 0", "class weights");
    }

    [Fact]
    public void OneClassOnly_IsLearnt_AndOneKeyOnly_IsRefused()
    {
        TextRow[] same = [.. TextRows(9).Select(row => new TextRow { Features = row.Features, Kind = "slow" })];
        Messages.AssertSays(Assert.ThrowsAny<InvalidOperationException>(() => Pipeline().Fit(ml.Data.LoadFromEnumerable(same))), "'Label'", "1 class");
        VariableSequenceRow[] rows = [.. SequenceRows.Variable(9).Select(row => new VariableSequenceRow { Sequence = row.Sequence, Class = 1 })];
        var model = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: SequenceRows.Small()).Fit(ml.Data.LoadFromEnumerable(rows));
        Assert.All(ml.Data.CreateEnumerable<MulticlassResult>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false), row => Assert.True(row.Score[1] > 0.8));
    }

    [Fact]
    public void RowsWithoutLabel_AreLeftOut()
    {
        VariableSequenceRow[] rows = SequenceRows.Variable(12);
        VariableSequenceRow[] more = [.. rows, .. SequenceRows.Variable(6, variant: 3).Select(row => new VariableSequenceRow { Sequence = row.Sequence, Class = SequenceRows.Missing, Target = float.NaN })];
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        foreach (Func<IEstimator<ITransformer>> trainer in (Func<IEstimator<ITransformer>>[])[
            () => ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: SequenceRows.Tiny()),
            () => ml.Regression.Trainers.Gru("Target", "Sequence", featuresPerStep: 2, model: SequenceRows.Tiny())])
        {
            ITransformer without = trainer().Fit(data), with = trainer().Fit(ml.Data.LoadFromEnumerable(more));
            Assert.Equal(ViewText.Values(without.Transform(data), "Score"), ViewText.Values(with.Transform(data), "Score"));
        }
    }

    [Fact]
    public void Weights_OfRowsAndClasses_Count()
    {
        // The second half of the rows says the opposite of the first; whoever has the weight is believed.
        TextRow[] honest = TextRows(30), liars = TextRows(30);
        foreach ((TextRow row, int i) in liars.Select((row, i) => (row, i)))
            (row.Kind, row.Weight) = (Names[(i + 1) % 3], 0);
        var key = ml.Transforms.Conversion.MapValueToKey("Label", "Kind");
        IDataView data = ml.Data.LoadFromEnumerable((TextRow[])[.. honest, .. liars]);
        double Accuracy(IEstimator<ITransformer> trainer)
            => ml.MulticlassClassification.Evaluate(key.Append(trainer).Fit(data).Transform(ml.Data.LoadFromEnumerable(honest))).MicroAccuracy;
        Assert.True(Accuracy(ml.MulticlassClassification.Trainers.Gru(exampleWeightColumnName: "Weight", featuresPerStep: 2, model: SequenceRows.Small())) > 0.9);
        var onlySlow = new GruMulticlassTrainer.Options { ClassWeights = [1, 0, 0], Model = SequenceRows.Small() };
        onlySlow.Input.FeaturesPerStep = 2;
        Assert.Equal(1 / 3.0, Accuracy(ml.MulticlassClassification.Trainers.Gru(onlySlow)), 2);
        onlySlow.ClassWeights = [1, 2];
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => Accuracy(ml.MulticlassClassification.Trainers.Gru(onlySlow))), "classWeights", "2 weights", "3 classes");
    }

    [Fact]
    public void ValidationData_ChoosesTheEpoch_AndIsReported()
    {
        var losses = new List<double?>();
        GruSequenceOptions options = SequenceRows.Small();
        options.Progress = progress =>
        {
            losses.Add(progress.ValidationLoss);
            return true;
        };
        IDataView Data(int count, int variant) => ml.Data.LoadFromEnumerable(SequenceRows.Variable(count, variant));
        _ = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: options).Fit(Data(30, 0), Data(12, 1));
        Assert.All(losses, loss => Assert.True(loss is > 0));
        losses.Clear();
        options.ValidationFraction = 0.2f;
        _ = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: options).Fit(Data(30, 0));
        Assert.All(losses, loss => Assert.True(loss is > 0));
    }

    [Fact]
    public void Progress_ReturningFalse_KeepsTheModelSoFar()
    {
        GruSequenceOptions options = SequenceRows.Small();
        int epochs = 0;
        options.Progress = _ => ++epochs < 3;
        ITransformer model = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: options).Fit(ml.Data.LoadFromEnumerable(SequenceRows.Variable(30)));
        Assert.Equal(3, epochs);
        Assert.Equal(30, ViewText.Values(model.Transform(ml.Data.LoadFromEnumerable(SequenceRows.Variable(30))), "Score").Count);
    }

    [Fact]
    public void Log_TellsWhatWasChosen()
    {
        var lines = new List<string>();
        ml.Log += (_, e) =>
        {
            lock (lines)
                lines.Add(e.Message);
        };
        _ = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 2, model: SequenceRows.Tiny()).Fit(ml.Data.LoadFromEnumerable(SequenceRows.Variable(30)));
        Assert.Contains(lines, line => line.Contains("30 sequences to learn from", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("network 1: 2 epochs", StringComparison.Ordinal));
    }
}
