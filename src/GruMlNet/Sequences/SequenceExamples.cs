// Prepared sequences as training examples.
using System.Buffers;
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Sequences;

/// <summary>
/// Every piece counts as several examples, each with its own random changes where there are any; which ones depends on the example's number and the
/// seed alone. Safe to read from several threads.
/// </summary>
internal class SequenceExamples(
    IReadOnlyList<PreparedSequence> sequences, IReadOnlyList<SequencePiece> pieces, SequenceTargets targets, SequenceTask task, SequencePlan plan, StepLayout layout,
    Augmentation augmentation = default, int copies = 1, ulong seed = 0) : ISequenceSource
{
    public int Count => pieces.Count * copies;

    public int MaxSteps { get; } = Math.Max(1, pieces.Max(piece => piece.Count));

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        var longest = 1;
        foreach (var index in indices) longest = Math.Max(longest, pieces[index % pieces.Count].Count);
        batch.Steps = longest;
        batch.HasLengths = true;
        for (var row = 0; row < indices.Length; row++)
        {
            var piece = pieces[indices[row] % pieces.Count];
            batch.Continues[row] = piece.Continues;
            FillInputs(piece, new SeededRandom(SeededRandom.Combine(seed, (ulong)indices[row])), batch, row);
            SequenceAnswers.Fill(sequences[piece.Place], piece, targets, task, plan, layout, batch, row);
        }
    }

    private void FillInputs(SequencePiece piece, SeededRandom random, SequenceBatch batch, int row)
    {
        var sequence = sequences[piece.Place];
        var size = sequence.Steps * plan.Channels;
        if (plan.IsTokens)
        {
            if (augmentation.TokenLoss == 0f)
            {
                Write(default, sequence.Tokens);
                return;
            }
            var tokens = ArrayPool<int>.Shared.Rent(sequence.Steps);
            augmentation.Apply(sequence.Tokens.AsSpan(0, sequence.Steps), random, tokens);
            Write(default, tokens);
            ArrayPool<int>.Shared.Return(tokens);
        }
        else if (augmentation.Strength == 0f) Write(sequence.Channels.AsSpan(0, size), default);
        else
        {
            var changed = ArrayPool<float>.Shared.Rent(size);
            augmentation.Apply(sequence.Channels, sequence.Steps, plan, random, changed);
            Write(changed.AsSpan(0, size), default);
            ArrayPool<float>.Shared.Return(changed);
        }

        void Write(ReadOnlySpan<float> channels, ReadOnlySpan<int> tokens)
            => layout.Write(channels, tokens, sequence.Context.AsSpan(0, plan.ContextSize), sequence.Steps, plan, batch, row, piece.First, piece.Count);
    }
}

/// <summary>The same as streams, whose states go on from chunk to chunk.</summary>
internal sealed class SequenceStreams(IReadOnlyList<PreparedSequence> sequences, IReadOnlyList<SequencePiece> pieces, int streams, SequenceTargets targets, SequenceTask task, SequencePlan plan, StepLayout layout)
    : SequenceExamples(sequences, pieces, targets, task, plan, layout), IStreamSource
{
    public int Streams => streams;
}
