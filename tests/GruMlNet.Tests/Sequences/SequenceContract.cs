// What the contracts of all sequence components share: what they refuse, and which rows are unusual.

using GruMlNet.Tests.Contract;
using Microsoft.ML;

namespace GruMlNet.Tests.Sequences;

public abstract class SequenceContract<TRow, TResult> : EstimatorContract<TRow, TResult>
    where TRow : LabelledRow, new()
    where TResult : class, new()
{
    protected override IReadOnlyList<string> InputColumns => ["Sequence"];

    protected override string LabelColumn => "Label";

    protected override bool IsRowToRow => true;

    /// <summary>Each has the label columns, so that it is the sequence that is refused.</summary>
    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        new("missing", ml => ml.Data.LoadFromEnumerable([new Labels()]), "input column 'Sequence'"),
        new("one number", ml => ml.Data.LoadFromEnumerable([new WithNumber()]), "'Sequence'", "vector", "got Single", "GroupStepsIntoSequences"),
        new("doubles", ml => ml.Data.LoadFromEnumerable([new WithDoubles()]), "'Sequence'", "vector", "Vector<Double>", "ConvertType"),
        new("text", ml => ml.Data.LoadFromEnumerable([new WithText()]), "'Sequence'", "vector", "got String", "TokenizeIntoWords"),
        new("words", ml => ml.Data.LoadFromEnumerable([new WithWords()]), "'Sequence'", "vector", "MapValueToKey"),
    ];

    private class Labels : LabelledRow
    {
        [Microsoft.ML.Data.KeyType(3)]
        public uint[] Classes { get; set; } = [1];
    }

    private sealed class WithNumber : Labels
    {
        public float Sequence { get; set; }
    }

    private sealed class WithDoubles : Labels
    {
        public double[] Sequence { get; set; } = [1];
    }

    private sealed class WithText : Labels
    {
        public string Sequence { get; set; } = "1";
    }

    private sealed class WithWords : Labels
    {
        public string[] Sequence { get; set; } = ["1"];
    }
}

/// <summary>Sequences of numbers.</summary>
public abstract class NumberContract<TRow, TResult> : SequenceContract<TRow, TResult>
    where TRow : LabelledRow, ISequenceRow, new()
    where TResult : class, new()
{
    protected override IEnumerable<UnusualRows<TRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'Sequence'", "rows", "check"] },
        new("one row", Rows(1, value => value)),
        new("all missing", Rows(4, _ => float.NaN)) { FitMessage = ["'Sequence'", "missing"] },
        new("infinity", Rows(4, value => value > 0.9f ? float.PositiveInfinity : value)) { FitMessage = ["'Sequence'", "infin"], TransformMessage = ["'Sequence'", "infin"] },
        new("some missing", Rows(6, value => value > 0.5f ? float.NaN : value)),
        new("constant", Rows(6, _ => 7)),
        new("zeros", Rows(6, _ => 0)),
        new("negative", Rows(6, value => -value)),
        new("huge", Rows(6, value => 1e37f * value)),
        new("tiny", Rows(6, value => 1e-37f * value)),
    ];

    protected static TRow[] Rows(int count, Func<float, float> value)
    {
        return [.. Enumerable.Range(0, count).Select(i => SequenceRows.Fill(new TRow { Sequence = [.. SequenceRows.Wave(i % 3, 12, i).Select(value)] }, i % 3))];
    }
}
