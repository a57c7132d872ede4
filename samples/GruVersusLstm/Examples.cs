// Sequences in memory, or made on demand, as a source for the trainer.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruVersusLstm;

/// <summary>One sequence: features [T,I] or tokens [T], and targets, one row in all or one row per step. NaN: no target.</summary>
internal sealed record Example(int Steps, float[] Targets)
{
    public float[] Features { get; init; } = [];

    public int[] Tokens { get; init; } = [];
}

/// <summary>Example i is what the function makes of i, the same every time.</summary>
internal sealed class Examples(int count, int maxSteps, Func<int, Example> make) : ISequenceSource
{
    public Examples(IReadOnlyList<Example> list)
        : this(list.Count, list.Max(e => e.Steps), i => list[i])
    {
    }

    public int Count => count;

    public int MaxSteps => maxSteps;

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        (batch.Steps, batch.HasLengths) = (maxSteps, true);
        batch.Weights.AsSpan().Clear();
        int I = batch.Shape.InputSize, O = batch.TargetSize;
        for (var b = 0; b < indices.Length; b++)
        {
            var e = make(indices[b]);
            batch.Lengths[b] = e.Steps;
            for (var t = 0; t < e.Steps; t++)
            {
                var place = t * batch.Rows + b;
                e.Features.AsSpan(Math.Min(t * I, e.Features.Length), e.Features.Length > 0 ? I : 0).CopyTo(batch.Inputs.AsSpan(place * I));
                if (e.Tokens.Length > 0) batch.Tokens[place] = e.Tokens[t];
            }
            var rows = batch.Shape.Pooling == GruMlNet.Engine.SequencePooling.Whole ? e.Steps : 1;
            for (var i = 0; i < rows * O; i++)
            {
                var at = (i / O * batch.Rows + b) * O + i % O;
                if (rows == 1) at = b * O + i;
                batch.Targets[at] = e.Targets[i];
                batch.Weights[at] = float.IsNaN(e.Targets[i]) ? 0f : 1f;
            }
        }
    }
}
