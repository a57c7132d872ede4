// From sequences and what is to be learnt of them to a model.
using System.Runtime.ExceptionServices;
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Sequences;

/// <summary>
/// Networks that differ by seed, window and pooling learn side by side, one per thread; their answers are averaged. The result depends on data, options and
/// seed alone.
/// </summary>
internal sealed class SequenceTrainer(SequencePlan plan, SequenceTask task, GruSequenceOptions options, int seed, Action<string> log, CancellationToken token)
{
    /// <summary>Changed copies of each sequence that a network gets to see: about as many as there are epochs.</summary>
    private const int MaxExamples = 1 << 20;

    private volatile bool _stopped;

    /// <summary>Trains on sequences; those of <paramref name="validation"/> only decide which epoch's weights are kept.</summary>
    public SequenceModel Train(IReadOnlyList<SequenceSample> samples, SequenceTargets targets, IReadOnlyList<int> training, IReadOnlyList<int> validation)
    {
        var prepared = samples.Select(sample => PreparedSequence.Of(sample, plan)).ToArray();
        var typical = Median(samples);
        var members = new SequenceMember[SequenceRules.Members(options)];
        for (var i = 0; i < members.Length; i++)
        {
            var layout = SequenceRules.Layout(i, plan, task, typical, options);
            members[i] = new SequenceMember(layout, RecurrentNetwork.Create(SequenceRules.Shape(i, plan, task, layout, training.Count, options), Seed(i)));
        }
        Describe(members, training.Count, validation.Count);
        var threads = options.Threads ?? Environment.ProcessorCount;
        Run(members.Length, threads, i => TrainMember(members[i], i, Math.Max(1, threads / members.Length)));
        return new SequenceModel(plan, task, members);

        void TrainMember(SequenceMember member, int i, int ownThreads)
        {
            if (_stopped && i > 0) return;
            var run = SequenceRules.Training(training.Count, task, options);
            run.Seed = Seed(i);
            run.Threads = ownThreads;
            run.Patience = validation.Count > 0 ? run.Patience : null;
            run.Progress = progress =>
            {
                if (i == 0 && options.Progress?.Invoke(progress) == false) _stopped = true;
                return !_stopped;
            };
            var augmentation = SequenceRules.Augmentation(plan, task, options);
            var copies = augmentation == default ? 1 : Math.Clamp(MaxExamples / training.Count, 1, run.MaxEpochs);
            var learn = new SequenceExamples(prepared, training, targets, task, plan, member.Layout, augmentation, copies, (ulong)Seed(i));
            run.StepsPerEpoch ??= (training.Count + run.BatchSize - 1) / run.BatchSize;
            var judge = validation.Count > 0 ? new SequenceExamples(prepared, validation, targets, task, plan, member.Layout) : null;
            var result = Trainer.Train(member.Network, learn, task.CreateLoss(SequenceRules.Smoothing(options)), run, judge, token);
            log(FormattableString.Invariant($"network {i + 1}: {result.Epochs} epochs, training loss {result.TrainingLoss:F4}{(result.ValidationLoss is { } loss ? FormattableString.Invariant($", validation loss {loss:F4} in epoch {result.BestEpoch}") : "")}"));
            if (result.End == TrainingEnd.Diverged) log($"network {i + 1} diverged after {result.Steps} steps: its last good weights are kept");
        }
    }

    /// <summary>Does the work on several threads; the first thing that goes wrong comes out as it is.</summary>
    private void Run(int count, int threads, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        }
        catch (AggregateException e)
        {
            token.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        token.ThrowIfCancellationRequested();
    }

    private void Describe(SequenceMember[] members, int training, int validation)
    {
        log($"{training} sequences to learn from{(validation > 0 ? $", {validation} to judge by" : "")}; {(plan.IsTokens ? $"{plan.Vocabulary} tokens" : $"{plan.Features} channels, scaled {(plan.PerSequence ? "each sequence by itself" : "over the training data")}{(plan.Differences ? ", with their changes" : "")}{(plan.MissingFlags ? ", with flags for missing values" : "")}")}");
        log($"{members.Length} networks of up to {members.Max(m => m.Network.ParameterCount)} parameters; windows of {string.Join(", ", members.Select(m => m.Layout.Width).Distinct())} steps every {members[0].Layout.Stride}");
    }

    private int Seed(int network) => unchecked(seed * 1_000_003 + network);

    private static int Median(IReadOnlyList<SequenceSample> samples)
    {
        var lengths = samples.Select(sample => sample.Steps).Order().ToArray();
        return Math.Max(1, lengths[lengths.Length / 2]);
    }
}
