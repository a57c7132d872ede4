// Trains one cell on a task and measures what the table shows.
using System.Diagnostics;
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruVersusLstm;

/// <summary>A line of the table.</summary>
internal sealed record Result(RecurrentCell Cell, int Units, int Parameters, double SecondsPerEpoch, int? EpochsToTarget, double? SecondsToTarget, int BestEpoch, double Quality, double? Accuracy);

internal static class Contest
{
    public static Result Run(ComparisonTask task, RecurrentCell cell, GateStart start, GradientFlow? flow = null)
    {
        var network = RecurrentNetwork.Create(task.ShapeOf(cell), seed: 1, start);
        flow?.Measure(network, trained: false);
        int? epochs = null;
        double? seconds = null;
        var clock = Stopwatch.StartNew();
        var options = task.OptionsOf(cell);
        options.Progress = p =>
        {
            var loss = task.Measure(p.ValidationLoss!.Value);
            Console.Error.WriteLine($"  {cell,-9} epoch {p.Epoch,3} of {p.MaxEpochs}: training {task.Measure(p.TrainingLoss):G4}, validation {loss:G4} {task.Unit}, {p.Elapsed.TotalSeconds:F0} s, at most {p.Remaining.TotalSeconds:F0} s left");
            if (loss <= task.Target && epochs is null) (epochs, seconds) = (p.Epoch, clock.Elapsed.TotalSeconds);
            return true;
        };
        var run = Trainer.Train(network, task.Training, task.Loss, options, task.Validation);
        flow?.Measure(network, trained: true);
        var perEpoch = clock.Elapsed.TotalSeconds / run.Epochs;
        var quality = task.Measure(Trainer.Evaluate(network, task.Test, task.Loss));
        return new Result(cell, network.Shape.HiddenSize, network.ParameterCount, perEpoch, epochs, seconds, run.BestEpoch, quality, task.Classes ? Accuracy(network, task.Test) : null);
    }

    /// <summary>The share of sequences whose class has the largest output.</summary>
    private static double Accuracy(RecurrentNetwork network, ISequenceSource source)
    {
        var batch = new SequenceBatch(network.Shape, source.MaxSteps, 16, new SoftmaxCrossEntropyLoss(network.Shape.OutputSize));
        var output = new float[16 * network.Shape.OutputSize];
        var right = 0;
        for (var from = 0; from < source.Count; from += 16)
        {
            batch.Rows = Math.Min(16, source.Count - from);
            source.Fill([.. Enumerable.Range(from, batch.Rows)], batch);
            network.Predict(batch, output);
            for (var b = 0; b < batch.Rows; b++)
            {
                var scores = output.AsSpan(b * network.Shape.OutputSize, network.Shape.OutputSize);
                if (IndexOfLargest(scores) == (int)batch.Targets[b]) right++;
            }
        }
        return (double)right / source.Count;
    }

    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }
}
