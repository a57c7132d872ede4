using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Kinds = Microsoft.ML.Data.AnnotationUtils.Kinds;
using ScoreKind = Microsoft.ML.Data.AnnotationUtils.Const.ScoreColumnKind;
using ValueKind = Microsoft.ML.Data.AnnotationUtils.Const.ScoreValueKind;

namespace GruMlNet;

/// <summary>One output column of a trained predictor: its type with annotations, and its values.</summary>
internal sealed record SequenceOutput(DataViewSchema.DetachedColumn Column, Func<CachedPrediction, Delegate> Getter);

/// <summary>The standard output columns of each kind of prediction, as ML.NET's own trainers have them.</summary>
internal static class SequenceOutputs
{
    internal const string Score = "Score";
    internal const string Probability = "Probability";
    internal const string PredictedLabel = "PredictedLabel";

    /// <param name="task">What was learnt.</param>
    /// <param name="labels">What the keys of the label stand for; null where they stand for themselves, or there are none.</param>
    /// <param name="setId">A number that the score columns of one predictor share, and no others of the same data.</param>
    internal static SequenceOutput[] Of(SequenceTask task, KeyNames? labels, uint setId) => task.Kind switch
    {
        TaskKind.Multiclass => [PredictedKey(task, labels, setId), Probabilities(task, labels, setId)],
        TaskKind.Binary => [PredictedBoolean(setId), Logit(setId), ProbabilityOfTrue(setId)],
        TaskKind.Regression => [Number(setId)],
        TaskKind.PerStep => [PredictedKeys(task, labels, setId), ProbabilitiesOfSteps(setId)],
        _ => throw new ArgumentOutOfRangeException(nameof(task), task.Kind, $"A predictor of kind {task.Kind} has no output columns."),
    };

    private static SequenceOutput PredictedKey(SequenceTask task, KeyNames? labels, uint setId) => new(
        new DataViewSchema.DetachedColumn(PredictedLabel, new KeyDataViewType(typeof(uint), task.Outputs), Annotations(ScoreKind.MulticlassClassification, ValueKind.PredictedLabel, setId, builder => labels?.AddTo(builder, Kinds.KeyValues))),
        prediction => (ValueGetter<uint>)((ref uint value) => value = Best(prediction.Compute())));

    private static SequenceOutput Probabilities(SequenceTask task, KeyNames? labels, uint setId) => new(
        new DataViewSchema.DetachedColumn(Score, new VectorDataViewType(NumberDataViewType.Single, task.Outputs), Annotations(ScoreKind.MulticlassClassification, ValueKind.Score, setId, builder =>
        {
            labels?.AddTo(builder, Kinds.TrainingLabelValues);
            AddSlotNames(builder, labels?.Texts ?? [.. Enumerable.Range(1, task.Outputs).Select(i => FormattableString.Invariant($"{i}"))]);
        })),
        prediction => CachedPrediction.VectorGetter<float>(() => task.Outputs, target => prediction.Compute().CopyTo(target)));

    private static SequenceOutput PredictedBoolean(uint setId) => new(
        new DataViewSchema.DetachedColumn(PredictedLabel, BooleanDataViewType.Instance, Annotations(ScoreKind.BinaryClassification, ValueKind.PredictedLabel, setId)),
        prediction => (ValueGetter<bool>)((ref bool value) => value = prediction.Compute()[0] > 0.5f));

    /// <summary>ln(p / (1 − p)): what calibrators and ranking scores work on.</summary>
    private static SequenceOutput Logit(uint setId) => new(
        new DataViewSchema.DetachedColumn(Score, NumberDataViewType.Single, Annotations(ScoreKind.BinaryClassification, ValueKind.Score, setId)),
        prediction => (ValueGetter<float>)((ref float value) =>
        {
            double p = Math.Clamp(prediction.Compute()[0], 1e-7, 1 - 1e-7);
            value = (float)Math.Log(p / (1 - p));
        }));

    private static SequenceOutput ProbabilityOfTrue(uint setId) => new(
        new DataViewSchema.DetachedColumn(Probability, NumberDataViewType.Single, Annotations(ScoreKind.BinaryClassification, ValueKind.Probability, setId, builder =>
            builder.Add(Kinds.IsNormalized, BooleanDataViewType.Instance, (ValueGetter<bool>)((ref bool value) => value = true)))),
        prediction => (ValueGetter<float>)((ref float value) => value = prediction.Compute()[0]));

    private static SequenceOutput Number(uint setId) => new(
        new DataViewSchema.DetachedColumn(Score, NumberDataViewType.Single, Annotations(ScoreKind.Regression, ValueKind.Score, setId)),
        prediction => (ValueGetter<float>)((ref float value) => value = prediction.Compute()[0]));

    private static SequenceOutput PredictedKeys(SequenceTask task, KeyNames? labels, uint setId) => new(
        new DataViewSchema.DetachedColumn(PredictedLabel, new VectorDataViewType(new KeyDataViewType(typeof(uint), task.Outputs)), Annotations(ScoreKind.SequenceClassification, ValueKind.PredictedLabel, setId, builder => labels?.AddTo(builder, Kinds.KeyValues))),
        prediction => CachedPrediction.VectorGetter<uint>(() => prediction.Compute().Length / task.Outputs, target =>
        {
            for (int t = 0; t < target.Length; t++)
                target[t] = Best(prediction.Compute().Slice(t * task.Outputs, task.Outputs));
        }));

    private static SequenceOutput ProbabilitiesOfSteps(uint setId) => new(
        new DataViewSchema.DetachedColumn(Score, new VectorDataViewType(NumberDataViewType.Single), Annotations(ScoreKind.SequenceClassification, ValueKind.Score, setId)),
        prediction => CachedPrediction.VectorGetter<float>(() => prediction.Compute().Length, target => prediction.Compute().CopyTo(target)));

    /// <summary>The key of the largest probability: keys count from 1, and 0 is missing, as where there are none.</summary>
    private static uint Best(ReadOnlySpan<float> probabilities)
    {
        if (float.IsNaN(probabilities[0]))
            return 0;
        int best = 0;
        for (int i = 1; i < probabilities.Length; i++)
        {
            if (probabilities[i] > probabilities[best])
                best = i;
        }

        return (uint)best + 1;
    }

    private static DataViewSchema.Annotations Annotations(string scoreKind, string valueKind, uint setId, Action<DataViewSchema.Annotations.Builder>? more = null)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        more?.Invoke(builder);
        builder.Add(Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, (ValueGetter<uint>)((ref uint value) => value = setId));
        AddText(builder, Kinds.ScoreColumnKind, scoreKind);
        AddText(builder, Kinds.ScoreValueKind, valueKind);
        return builder.ToAnnotations();
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text)
        => builder.Add(kind, TextDataViewType.Instance, (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = text.AsMemory()));

    private static void AddSlotNames(DataViewSchema.Annotations.Builder builder, string[] names)
        => builder.Add(Kinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, names.Length), CachedPrediction.VectorGetter<ReadOnlyMemory<char>>(() => names.Length, target =>
        {
            for (int i = 0; i < names.Length; i++)
                target[i] = names[i].AsMemory();
        }));
}
