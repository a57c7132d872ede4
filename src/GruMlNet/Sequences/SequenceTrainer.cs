// From sequences and what is to be learnt of them to a model.
using System.Runtime.ExceptionServices;
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Sequences;

/// <summary>
/// Networks that differ by seed, window and pooling learn side by side, one per thread; their answers are averaged. The result depends on data, options and
/// seed alone, unless it is stopped early: then the networks that had begun are kept.
/// </summary>
internal sealed class SequenceTrainer(SequencePlan plan, SequenceTask task, GruSequenceOptions options, int seed, Action<string> log, CancellationToken token)
{
    /// <summary>Changed copies of each sequence that a network gets to see: about as many as there are epochs.</summary>
    private const int MaxExamples = 1 << 20;

    private readonly int _longestPiece = SequenceRules.LongestPiece(options);

    /// <summary>Trains on sequences; those of <paramref name="validation"/> only decide which epoch's weights are kept.</summary>
    /// <exception cref="InvalidOperationException">Every network diverged in its first epoch.</exception>
    public SequenceModel Train(IReadOnlyList<SequenceSample> samples, SequenceTargets targets, IReadOnlyList<int> training, IReadOnlyList<int> validation)
    {
        var prepared = samples.Select(sample => PreparedSequence.Of(sample, plan)).ToArray();
        var members = new SequenceMember[SequenceRules.Members(options)];
        for (var i = 0; i < members.Length; i++) members[i] = Create(i, prepared, training);
        Describe(members, prepared, training, validation.Count);
        var progress = new EnsembleProgress(members.Length, options.Progress);
        var threads = options.Threads ?? Environment.ProcessorCount;
        var trained = new bool[members.Length];
        Run(members.Length, threads, i =>
        {
            if (progress.Stopped) return;
            var result = TrainMember(members[i], i, prepared, targets, training, validation, progress, Math.Max(1, threads / members.Length));
            trained[i] = result.Epochs > 0;
        });
        var kept = members.Where((_, i) => trained[i]).ToArray();
        return kept.Length > 0 ? new SequenceModel(plan, task, kept)
            : throw new InvalidOperationException("Training diverged before the end of the first epoch: lower LearningRate in Training, or leave Training null.");
    }

    private SequenceMember Create(int i, PreparedSequence[] prepared, IReadOnlyList<int> training)
    {
        var layout = SequenceRules.Layout(i, plan, task, Median(prepared), options);
        var longest = Math.Clamp(prepared.Max(sequence => layout.Count(sequence.Steps)), 1, _longestPiece);
        return new SequenceMember(layout, RecurrentNetwork.Create(SequenceRules.Shape(i, plan, task, layout, Pieces(prepared, training, layout), longest, options), Seed(i)));
    }

    private TrainingResult TrainMember(SequenceMember member, int i, PreparedSequence[] prepared, SequenceTargets targets, IReadOnlyList<int> training, IReadOnlyList<int> validation, EnsembleProgress progress, int threads)
    {
        var pieces = Pieces(prepared, training, member.Layout);
        var run = SequenceRules.Training(pieces, task, options);
        run.Seed = Seed(i);
        run.Threads = threads;
        run.Progress = progress.Report;
        var augmentation = SequenceRules.Augmentation(plan, task, options);
        var copies = augmentation == default ? 1 : Math.Clamp(MaxExamples / pieces, 1, run.MaxEpochs);
        var learn = Source(training, run.BatchSize, augmentation, copies, (ulong)Seed(i));
        run.StepsPerEpoch ??= learn is IStreamSource source ? learn.Count / source.Streams : (pieces + run.BatchSize - 1) / run.BatchSize;
        var judge = validation.Count > 0 ? Source(validation, run.BatchSize) : null;
        var result = Trainer.Train(member.Network, learn, task.CreateLoss(SequenceRules.Smoothing(options)), run, judge, token);
        log(FormattableString.Invariant($"network {i + 1}: {result.Epochs} epochs, training loss {result.TrainingLoss:F4}{(result.ValidationLoss is { } loss ? FormattableString.Invariant($", validation loss {loss:F4} in epoch {result.BestEpoch}") : "")}"));
        if (result.End == TrainingEnd.Diverged) log($"network {i + 1} diverged after {result.Steps} steps: {(result.Epochs > 0 ? "its last good weights are kept" : "it is left out")}");
        return result;

        SequenceExamples Source(IReadOnlyList<int> chosen, int batch, Augmentation changes = default, int times = 1, ulong changeSeed = 0)
        {
            int Steps(int place) => member.Layout.Count(prepared[place].Steps);
            if (task.IsPerStep && !member.Network.Shape.Bidirectional && chosen.Any(place => Steps(place) > _longestPiece))
            {
                var (chunks, streams) = SequencePieces.Stream(chosen, Steps, _longestPiece, batch);
                return new SequenceStreams(prepared, chunks, streams, targets, task, plan, member.Layout);
            }
            return new SequenceExamples(prepared, SequencePieces.Cut(chosen, Steps, _longestPiece), targets, task, plan, member.Layout, changes, times, changeSeed);
        }
    }

    /// <summary>Examples that the sequences make: one each, unless they are too long.</summary>
    private int Pieces(PreparedSequence[] prepared, IReadOnlyList<int> training, StepLayout layout) => SequencePieces.Count(training, place => layout.Count(prepared[place].Steps), _longestPiece);

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

    private void Describe(SequenceMember[] members, PreparedSequence[] prepared, IReadOnlyList<int> training, int validation)
    {
        log($"{training.Count} sequences to learn from{(validation > 0 ? $", {validation} to judge by" : "")}; {(plan.IsTokens ? $"{plan.Vocabulary} tokens" : $"{plan.Features} channels, scaled {(plan.PerSequence ? "each sequence by itself" : "over the training data")}{(plan.Differences ? ", with their changes" : "")}{(plan.MissingFlags ? ", with flags for missing values" : "")}")}");
        log($"{members.Length} networks of up to {members.Max(m => m.Network.ParameterCount)} parameters; windows of {string.Join(", ", members.Select(m => m.Layout.Width).Distinct())} steps every {members[0].Layout.Stride}");
        var pieces = members.Max(member => Pieces(prepared, training, member.Layout));
        if (pieces > training.Count) log($"learnt from in {pieces} pieces of at most {_longestPiece} steps of a network: BackpropagationSteps says how long they may be");
    }

    private int Seed(int network) => unchecked(seed * 1_000_003 + network);

    private static int Median(PreparedSequence[] sequences)
    {
        var lengths = sequences.Select(sequence => sequence.Steps).Order().ToArray();
        return Math.Max(1, lengths[lengths.Length / 2]);
    }
}
