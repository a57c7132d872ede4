// Prepared sequences as training examples.
using System.Buffers;
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Sequences;

/// <summary>
/// Every sequence counts as several examples, each with its own random changes where there are any; which ones depends on the example's number and the
/// seed alone. Safe to read from several threads.
/// </summary>
internal sealed class SequenceExamples(
    IReadOnlyList<PreparedSequence> sequences, IReadOnlyList<int> chosen, SequenceTargets targets, SequenceTask task, SequencePlan plan, StepLayout layout,
    Augmentation augmentation = default, int copies = 1, ulong seed = 0) : ISequenceSource
{
    public int Count => chosen.Count * copies;

    public int MaxSteps { get; } = Math.Max(1, chosen.Max(i => layout.Count(sequences[i].Steps)));

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        var longest = 1;
        foreach (var index in indices) longest = Math.Max(longest, layout.Count(sequences[chosen[index % chosen.Count]].Steps));
        batch.Steps = longest;
        batch.HasLengths = true;
        for (var row = 0; row < indices.Length; row++)
        {
            var place = chosen[indices[row] % chosen.Count];
            FillInputs(sequences[place], new SeededRandom(SeededRandom.Combine(seed, (ulong)indices[row])), batch, row);
            FillTargets(place, batch, row);
        }
    }

    private void FillInputs(PreparedSequence sequence, SeededRandom random, SequenceBatch batch, int row)
    {
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
            => layout.Write(channels, tokens, sequence.Context.AsSpan(0, plan.ContextSize), sequence.Steps, plan, batch, row);
    }

    private void FillTargets(int place, SequenceBatch batch, int row)
    {
        var weight = targets.Weights[place];
        if (!task.IsPerStep)
        {
            batch.Targets[row] = task.Kind == TaskKind.Regression ? (targets.Values[place] - task.Mean) / task.Scale : targets.Values[place];
            batch.Weights[row] = weight;
            return;
        }
        var sequence = sequences[place];
        var count = layout.Count(sequence.Steps);
        for (var j = 0; j < batch.Steps; j++)
        {
            var at = (j * batch.Rows + row) * batch.TargetSize;
            var target = batch.Targets.AsSpan(at, batch.TargetSize);
            var known = j < count && FillStep(place, sequence, j, target);
            batch.Weights.AsSpan(at, batch.TargetSize).Fill(known ? weight : 0f);
        }
    }

    /// <summary>The class of a step, or what follows the last raw step that it sees; false where there is none.</summary>
    private bool FillStep(int place, PreparedSequence sequence, int j, Span<float> target)
    {
        if (task.Kind == TaskKind.PerStep)
        {
            var classes = targets.Steps[place];
            target[0] = j < classes.Length ? classes[j] : -1;
            return target[0] >= 0f;
        }
        var next = j * layout.Stride - (layout.Width - 1) / 2 + layout.Width;
        if (next >= sequence.Steps) return false;
        if (task.Kind == TaskKind.NextToken)
        {
            target[0] = sequence.Tokens[next];
            return target[0] >= 0f;
        }
        sequence.Channels.AsSpan(next * plan.Channels, target.Length).CopyTo(target);
        return true;
    }
}
