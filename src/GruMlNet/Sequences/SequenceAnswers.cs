// What is asked for about a piece of a sequence, as targets and weights of a batch.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Sequences;

internal static class SequenceAnswers
{
    /// <summary>Writes the targets and weights of one row; what is missing weighs nothing.</summary>
    public static void Fill(PreparedSequence sequence, SequencePiece piece, SequenceTargets targets, SequenceTask task, SequencePlan plan, StepLayout layout, SequenceBatch batch, int row)
    {
        var weight = targets.Weights[piece.Place];
        if (task.IsReconstruction)
        {
            var place = row * batch.TargetSize;
            FillSteps(sequence, piece, task, plan, layout, weight, batch.Targets.AsSpan(place, batch.TargetSize), batch.Weights.AsSpan(place, batch.TargetSize));
        }
        else if (task.IsPerStep) FillEachStep(sequence, piece, targets, task, plan, layout, weight, batch, row);
        else
        {
            var value = targets.Values[piece.Place];
            batch.Targets[row] = task.Kind == TaskKind.Regression ? (value - task.Mean) / task.Scale : value;
            batch.Weights[row] = weight * piece.Share;
        }
    }

    /// <summary>The raw steps themselves, those that the first step of the network advances by first: [steps·stride, F] numbers, or as many tokens.</summary>
    private static void FillSteps(PreparedSequence sequence, SequencePiece piece, SequenceTask task, SequencePlan plan, StepLayout layout, float weight, Span<float> values, Span<float> weights)
    {
        values.Clear();
        weights.Clear();
        var from = piece.First * layout.Stride;
        var count = Math.Min(piece.Count * layout.Stride, sequence.Steps - from);
        for (var i = 0; i < count; i++)
        {
            if (task.Kind == TaskKind.TokenReconstruction)
            {
                var token = sequence.Tokens[from + i];
                (values[i], weights[i]) = token < 0 ? (0f, 0f) : (token, weight);
                continue;
            }
            for (var f = 0; f < plan.Features; f++)
            {
                values[i * plan.Features + f] = sequence.Channels[(from + i) * plan.Channels + f];
                weights[i * plan.Features + f] = sequence.IsMissing(from + i, f, plan) ? 0f : weight;
            }
        }
    }

    private static void FillEachStep(PreparedSequence sequence, SequencePiece piece, SequenceTargets targets, SequenceTask task, SequencePlan plan, StepLayout layout, float weight, SequenceBatch batch, int row)
    {
        for (var j = 0; j < batch.Steps; j++)
        {
            var at = (j * batch.Rows + row) * batch.TargetSize;
            var values = batch.Targets.AsSpan(at, batch.TargetSize);
            var weights = batch.Weights.AsSpan(at, batch.TargetSize);
            weights.Clear();
            if (j >= piece.Count) continue;
            if (task.Kind == TaskKind.PerStep) FillClass(targets.Steps[piece.Place], plan.CutAtStart(targets.Steps[piece.Place].Length) + piece.First + j, weight, ref values[0], ref weights[0]);
            else FillNext(sequence, (piece.First + j) * layout.Stride - (layout.Width - 1) / 2 + layout.Width, task, plan, weight, values, weights);
        }
    }

    private static void FillClass(int[] classes, int step, float weight, ref float value, ref float stepWeight)
    {
        if (step >= classes.Length || classes[step] < 0) return;
        (value, stepWeight) = (classes[step], weight);
    }

    /// <summary>What follows the last raw step that a step of the network sees.</summary>
    private static void FillNext(PreparedSequence sequence, int next, SequenceTask task, SequencePlan plan, float weight, Span<float> values, Span<float> weights)
    {
        if (next >= sequence.Steps) return;
        if (task.Kind == TaskKind.NextToken)
        {
            if (sequence.Tokens[next] >= 0) (values[0], weights[0]) = (sequence.Tokens[next], weight);
            return;
        }
        sequence.Channels.AsSpan(next * plan.Channels, values.Length).CopyTo(values);
        for (var f = 0; f < values.Length; f++) weights[f] = sequence.IsMissing(next, f, plan) ? 0f : weight;
    }
}
