using GruMlNet.Data;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Reads what a trainer learns from: sequence, label and weight of every row, in one pass over the needed columns.</summary>
internal static class TrainingRows
{
    /// <summary>A label as it is read from a row: null where it is missing, and the row is left out.</summary>
    internal delegate float? LabelReader(SequenceRowReader sequence, out int[] steps);

    /// <exception cref="InvalidOperationException">No row can be learnt from, or a value is infinite.</exception>
    internal static SequenceData Read(IDataView view, SequenceColumns columns, string? label, string? weight, Func<DataViewRow, DataViewSchema.Column, LabelReader>? createLabelReader, Action checkAlive)
    {
        DataViewSchema.Column[] needed = [.. ((string?[])[.. columns.Names, label, weight]).OfType<string>().Distinct(StringComparer.Ordinal).Select(name => SchemaCheck.Column(view.Schema, name))];
        List<SequenceSample> samples = [];
        List<float> values = [], weights = [];
        List<int[]> steps = [];
        int rows = 0;
        using (DataViewRowCursor cursor = view.GetRowCursor(needed))
        {
            var sequence = new SequenceRowReader(cursor, columns);
            LabelReader? readLabel = label is null ? null : createLabelReader!(cursor, SchemaCheck.Column(view.Schema, label));
            ValueGetter<float>? getWeight = weight is null ? null : cursor.GetGetter<float>(SchemaCheck.Column(view.Schema, weight));
            float one = 1;
            for (; cursor.MoveNext(); rows++)
            {
                if ((rows & 0xFF) == 0)
                    checkAlive();
                sequence.Read();
                int[] stepLabels = [];
                float? value = readLabel is null ? 0 : readLabel(sequence, out stepLabels);
                getWeight?.Invoke(ref one);
                if (!(one >= 0) || float.IsInfinity(one))
                    throw new InvalidOperationException(FormattableString.Invariant($"Weight column '{weight}' is {one} in row {cursor.Position}: weights must be numbers of at least 0."));
                if (value is not { } known)
                    continue;
                samples.Add(new SequenceSample(sequence.Steps, sequence.Values.ToArray(), sequence.Tokens.ToArray()));
                values.Add(known);
                steps.Add(stepLabels);
                weights.Add(one);
            }
        }

        Check(rows, samples, weights, columns, label);
        return new SequenceData(samples, new SequenceTargets([.. values], [.. steps], [.. weights]));
    }

    private static void Check(int rows, List<SequenceSample> samples, List<float> weights, SequenceColumns columns, string? label)
    {
        string what = string.Join(", ", columns.Names.Take(3).Select(name => $"'{name}'"));
        if (rows == 0)
            throw new InvalidOperationException($"The data has no rows to learn from in column {what}: check the file and the filters before the trainer.");
        if (samples.Count == 0)
            throw new InvalidOperationException($"Label column '{label}' is missing in all {rows} rows: check how it is loaded, and that MapValueToKey knows its values.");
        if (samples.TrueForAll(sample => sample.Steps == 0))
            throw new InvalidOperationException($"Column {what} has an empty sequence in all {samples.Count} rows: check how it is loaded.");
        if (samples.TrueForAll(sample => Array.TrueForAll(sample.Values, float.IsNaN) && Array.TrueForAll(sample.Tokens, token => token < 0)))
            throw new InvalidOperationException($"Column {what} has no values to learn from: all are missing (NaN, or keys of 0) in all {samples.Count} rows. Check how it is loaded.");
        if (weights.TrueForAll(weight => weight == 0))
            throw new InvalidOperationException("All weights are 0: at least one row must count.");
    }
}
