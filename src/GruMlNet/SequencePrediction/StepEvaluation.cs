using GruMlNet.Data;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Turns rows with one class per step into rows of one step each, which ML.NET's evaluation understands.</summary>
internal static class StepEvaluation
{
    private sealed class Step
    {
        public uint Label { get; set; }

        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }

    internal static MulticlassClassificationMetrics Evaluate(IDataView data, string label, string score)
    {
        LabelCheck.Key(SchemaCheck.Find(SchemaShape.Create(data.Schema), label), SchemaShape.Column.VectorKind.VariableVector);
        SchemaCheck.SingleVector(SchemaShape.Create(data.Schema), score);
        int classes = LabelCheck.Classes(SchemaCheck.Column(data.Schema, label));
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Step));
        schema[nameof(Step.Label)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(Step.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(Step.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        var context = new MLContext();
        return context.MulticlassClassification.Evaluate(context.Data.LoadFromEnumerable(Steps(data, label, score, classes), schema));
    }

    private static List<Step> Steps(IDataView data, string label, string score, int classes)
    {
        DataViewSchema.Column labelColumn = SchemaCheck.Column(data.Schema, label), scoreColumn = SchemaCheck.Column(data.Schema, score);
        List<Step> steps = [];
        using DataViewRowCursor cursor = data.GetRowCursor([labelColumn, scoreColumn]);
        var labels = new SequenceRowReader(cursor, SequenceColumns.Single(label));
        ValueGetter<VBuffer<float>> getScores = cursor.GetGetter<VBuffer<float>>(scoreColumn);
        VBuffer<float> scores = default;
        while (cursor.MoveNext())
        {
            labels.Read();
            getScores(ref scores);
            float[] probabilities = [.. scores.DenseValues()];
            if (probabilities.Length != labels.Steps * classes)
                throw new InvalidOperationException($"Row {cursor.Position} has {labels.Steps} labels in column '{label}', but {probabilities.Length} scores in column '{score}'; {classes} classes need {labels.Steps * classes}.");
            for (int t = 0; t < labels.Steps; t++)
            {
                // In a class's property, keys count from 0.
                float[] own = probabilities[(t * classes)..((t + 1) * classes)];
                if (labels.Tokens[t] < 0 || float.IsNaN(own[0]))
                    continue;
                steps.Add(new Step { Label = (uint)labels.Tokens[t], PredictedLabel = (uint)Array.IndexOf(own, own.Max()), Score = own });
            }
        }

        return steps;
    }
}
