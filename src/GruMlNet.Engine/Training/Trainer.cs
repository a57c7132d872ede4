// The training loop.
using System.Diagnostics;
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;

namespace GruMlNet.Engine.Training;

/// <summary>
/// Trains a network by mini-batch gradient descent, the rows of a batch shared among threads. The result depends on the network's weights, the
/// examples and the options alone, to the last bit, and not on the number of threads. Each call is independent; different networks may be trained at the same time.
/// </summary>
public static class Trainer
{
    /// <summary>
    /// Rows that go through the network together. A batch is worked off block by block: the activations of a block stay in the
    /// processor's cache, and threads share the blocks.
    /// </summary>
    internal const int BlockRows = 8;

    /// <summary>Trains in place.</summary>
    /// <param name="network">Starts from its present weights; ends with the best ones.</param>
    /// <param name="training">Examples to learn from; at least one. A <see cref="IStreamSource"/> is taken in its own order, and states are carried from example to example.</param>
    /// <param name="loss">What to minimise: the weighted mean over all targets.</param>
    /// <param name="options">Validated first.</param>
    /// <param name="validation">Examples that decide which epoch's weights are kept; null: the last epoch's.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>How the run went.</returns>
    /// <exception cref="ArgumentException">An option is out of range, a source is empty, or the network cannot go through a stream.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the network has the best weights so far.</exception>
    public static TrainingResult Train(RecurrentNetwork network, ISequenceSource training, Loss loss, TrainerOptions options, ISequenceSource? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (training.Count < 1) throw new ArgumentException("The training source has no example.", nameof(training));
        if (validation is { Count: < 1 }) throw new ArgumentException("The validation source has no example.", nameof(validation));
        if (options.Patience is not null && validation is null) throw new ArgumentException("Patience needs a validation source: give one, or set Patience to null.", nameof(options));

        using var run = new TrainingRun(network, training, loss, options, cancellationToken);
        var best = new BestWeights(network, loss, validation);
        var batchSize = (training as IStreamSource)?.Streams ?? options.BatchSize;
        var stepsPerEpoch = options.StepsPerEpoch ?? (int)(((long)training.Count + batchSize - 1) / batchSize);
        var totalSteps = TotalSteps(stepsPerEpoch, options.MaxEpochs);
        var clock = Stopwatch.StartNew();
        var end = TrainingEnd.Finished;
        var epoch = 0;
        var trainingLoss = double.NaN;
        try
        {
            while (epoch < options.MaxEpochs && end == TrainingEnd.Finished)
            {
                var sum = 0.0;
                for (var i = 0; i < stepsPerEpoch; i++) sum += run.Step(LearningRateSchedule.At(run.Steps, totalSteps, options));
                if (!double.IsFinite(sum))
                {
                    end = TrainingEnd.Diverged;
                    break;
                }
                epoch++;
                trainingLoss = sum / stepsPerEpoch;
                var validationLoss = best.Offer(epoch, run.Result);
                if (options.Patience is { } patience && epoch - best.Epoch >= patience) end = TrainingEnd.EarlyStopped;
                if (options.Progress is { } progress && !progress(Report(validationLoss))) end = TrainingEnd.StoppedByCallback;
            }
        }
        finally
        {
            network.SetParameters(best.Parameters);
        }
        return new TrainingResult(epoch, run.Steps, trainingLoss, best.Loss, best.Epoch, end);

        TrainingProgress Report(double? validationLoss)
        {
            var remaining = clock.Elapsed * ((double)(totalSteps - run.Steps) / run.Steps);
            return new TrainingProgress(epoch, options.MaxEpochs, run.Steps, totalSteps, trainingLoss, validationLoss, LearningRateSchedule.At(run.Steps - 1, totalSteps, options), clock.Elapsed, remaining);
        }
    }

    private static int TotalSteps(int stepsPerEpoch, int epochs)
    {
        var total = (long)stepsPerEpoch * epochs;
        return total <= int.MaxValue ? (int)total : throw new ArgumentException($"{epochs} epochs of {stepsPerEpoch} steps are {total} steps, and {int.MaxValue} are possible: lower MaxEpochs or StepsPerEpoch.");
    }

    /// <summary>The mean loss of a network over all examples of a source, without dropout.</summary>
    /// <param name="network">Not changed.</param>
    /// <param name="source">At least one example; states are carried along a <see cref="IStreamSource"/>.</param>
    /// <param name="loss">The loss to average; weights count.</param>
    public static double Evaluate(RecurrentNetwork network, ISequenceSource source, Loss loss)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(loss);
        var stream = source as IStreamSource;
        if (stream is not null) CarriedState.Check(network, stream, nameof(source));
        var batch = new SequenceBatch(network.Shape, source.MaxSteps, BlockRows, loss);
        var pass = new NetworkPass(network.Parts, source.MaxSteps, BlockRows, training: false);
        var carried = stream is null ? null : new CarriedState(network, BlockRows);
        Span<int> indices = stackalloc int[BlockRows];
        double sum = 0, weight = 0;
        // Rows side by side, then chunk after chunk of the same rows: what is no stream is a single chunk.
        var across = stream?.Streams ?? source.Count;
        for (var row = 0; row < across; row += BlockRows)
        {
            batch.Rows = Math.Min(BlockRows, across - row);
            for (var from = row; from < source.Count; from += across)
            {
                for (var i = 0; i < batch.Rows; i++) indices[i] = from + i;
                source.Fill(indices[..batch.Rows], batch);
                var states = carried is null ? default : carried.For(batch);
                sum += loss.Evaluate(batch.OutputRows, pass.Forward(batch, 0, states, states), batch.ActiveTargets, batch.ActiveWeights, 1f, default);
                weight += TrainingRun.Sum(batch.ActiveWeights);
            }
        }
        return weight > 0 ? sum / weight : 0;
    }
}
