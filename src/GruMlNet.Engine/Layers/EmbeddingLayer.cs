// A table with one learnt vector per token: looking it up, and where the gradient goes.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// weight [V,E]. The table is read in place, because a packed copy of it would cost more than the few rows that a step looks up; for the same
/// reason its gradient is never summed as a whole: it stays with the places, and is added to the rows of their tokens once per step.
/// </summary>
internal sealed class EmbeddingLayer(ParameterLayout layout, string name, int tokens, int size)
{
    private ReadOnlyMemory<float> _parameters;

    public ParameterSlice Table { get; } = layout.Add(name + ".weight", tokens, size, Initializer.Uniform(StartLimit(tokens)), sumLength: 0);

    /// <summary>E.</summary>
    public int Size => size;

    /// <summary>
    /// Vectors start uniform in ±limit: ±1 for up to a hundred tokens, ±0.1 for ten thousand. The tokens of a small alphabet all come often, and what starts too near together is told apart
    /// late (copying three symbols over ten steps: not learnt in 1,500 steps from ±0.1, learnt from ±1); most words of a large vocabulary are rare, and keep much of what they started from as noise.
    /// </summary>
    private static double StartLimit(int tokens) => Math.Clamp(Math.Sqrt(100.0 / tokens), 0.1, 1.0);

    /// <summary>Where the parameters lie: a view that later changes show through.</summary>
    public void Attach(ReadOnlyMemory<float> parameters) => _parameters = parameters;

    /// <summary>Writes each place's vector behind its features; zeros where there is no token, and after a row's end.</summary>
    /// <param name="batch">Tokens and lengths.</param>
    /// <param name="target">[T,B,stride].</param>
    /// <param name="stride">Values of a place; its last E are written.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary.</exception>
    public void Forward(SequenceBatch batch, Span<float> target, int stride)
    {
        var table = Table.Of(_parameters.Span);
        var block = batch.Block;
        for (var t = 0; t < block.Steps; t++)
        {
            for (var b = 0; b < block.Rows; b++)
            {
                var place = t * block.Rows + b;
                var vector = target.Slice((place + 1) * stride - size, size);
                var token = t < block.LengthOf(b) ? batch.Tokens[place] : -1;
                if ((uint)token < (uint)tokens) table.Slice(token * size, size).CopyTo(vector);
                else if (token == -1) vector.Clear();
                else throw new ArgumentException($"A token must be 0 to {tokens - 1}, or -1 for none, got {token} at step {t} of row {b}.", nameof(batch));
            }
        }
    }

    /// <summary>Adds the gradients of a batch's places to the rows of their tokens.</summary>
    /// <param name="batch">As in the forward pass.</param>
    /// <param name="places">[T,B,E].</param>
    /// <param name="gradient">Added to.</param>
    public void AddGradient(SequenceBatch batch, ReadOnlySpan<float> places, ParameterGradient gradient)
    {
        var block = batch.Block;
        for (var t = 0; t < block.Steps; t++)
        {
            for (var b = 0; b < block.Rows; b++)
            {
                var place = t * block.Rows + b;
                if (t >= block.LengthOf(b) || batch.Tokens[place] < 0) continue;
                var row = gradient.Touch(batch.Tokens[place]);
                for (var e = 0; e < size; e++) row[e] += places[place * size + e];
            }
        }
    }
}
