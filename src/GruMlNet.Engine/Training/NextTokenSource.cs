// A long text as training examples: at every step, the next token is the target.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Training;

/// <summary>
/// Cuts a sequence of tokens into equal parts, one per stream, and each part into chunks, which continue one another. For networks whose steps are tokens, with
/// <see cref="SequencePooling.Whole"/> and one output per token, trained by <see cref="Losses.SoftmaxCrossEntropyLoss"/>. What is left over at the end of the tokens, fewer than there
/// are streams, is not used. Immutable: safe to read from several threads.
/// </summary>
public sealed class NextTokenSource : IStreamSource
{
    private readonly int[] _tokens;
    private readonly int _part;

    /// <summary>Makes the source; keeps a copy of the tokens.</summary>
    /// <param name="tokens">The text, each token 0 to V − 1; at least one more than there are streams.</param>
    /// <param name="streams">Parts that are read side by side, at least 1.</param>
    /// <param name="steps">Steps of a chunk, at least 1: how far back gradients reach.</param>
    /// <exception cref="ArgumentException">There are too few tokens.</exception>
    public NextTokenSource(ReadOnlySpan<int> tokens, int streams, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(streams, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (tokens.Length <= streams) throw new ArgumentException($"{streams} streams need at least {streams + 1} tokens, got {tokens.Length}: give a longer text, or fewer streams.", nameof(tokens));
        _tokens = tokens.ToArray();
        _part = (tokens.Length - 1) / streams;
        (Streams, MaxSteps) = (streams, Math.Min(steps, _part));
    }

    /// <inheritdoc/>
    public int Streams { get; }

    /// <inheritdoc/>
    public int MaxSteps { get; }

    /// <inheritdoc/>
    public int Count => (_part + MaxSteps - 1) / MaxSteps * Streams;

    /// <inheritdoc/>
    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Steps = MaxSteps;
        batch.HasLengths = true;
        for (var b = 0; b < indices.Length; b++)
        {
            var (chunk, stream) = Math.DivRem(indices[b], Streams);
            var from = stream * _part + chunk * MaxSteps;
            var length = Math.Min(MaxSteps, (stream + 1) * _part - from); // a part's last chunk may be shorter
            (batch.Lengths[b], batch.Continues[b]) = (length, chunk > 0);
            for (var t = 0; t < MaxSteps; t++)
            {
                var place = t * batch.Rows + b;
                batch.Weights[place] = t < length ? 1f : 0f;
                if (t >= length) continue;
                batch.Tokens[place] = _tokens[from + t];
                batch.Targets[place] = _tokens[from + t + 1];
            }
        }
    }
}
