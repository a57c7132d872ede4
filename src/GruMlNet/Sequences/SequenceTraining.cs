using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet.Sequences;

/// <summary>Runs one training for any of the sequence components: seed, logging through the ML.NET host, cancellation.</summary>
internal sealed class SequenceTraining(IHostEnvironment environment, IHost host, SequenceInputOptions inputOptions, GruSequenceOptions modelOptions)
{
    private const int DefaultSeed = 0;

    // An estimator may be fitted again and again: it keeps what it was made with.
    private readonly GruSequenceOptions options = modelOptions.Clone();
    private readonly int? maxLength = inputOptions.MaxLength;
    private readonly bool keepEnd = inputOptions.Truncate == TruncationSide.Start;

    // host.Rand depends on how many components were registered before, so the seed itself is taken from the context.
    private readonly int seed = modelOptions.Seed ?? (environment as IHostEnvironmentInternal)?.Seed ?? DefaultSeed;

    /// <exception cref="OperationCanceledException">The user's token or ML.NET's host was cancelled.</exception>
    internal void CheckAlive()
    {
        host.CheckAlive();
        options.CancellationToken.ThrowIfCancellationRequested();
    }

    /// <param name="data">Sequences to learn from, and what is to be learnt.</param>
    /// <param name="validation">Sequences that choose the epoch whose weights are kept; null: as the options say.</param>
    /// <param name="features">Numbers per step.</param>
    /// <param name="keys">Number of different keys of a column of tokens, or 0.</param>
    /// <param name="task">What is learnt.</param>
    internal SequenceModel Run(SequenceData data, SequenceData? validation, int features, int keys, SequenceTask task)
    {
        using IChannel channel = host.Start("Training");
        using var cancellation = new HostCancellation(host, options.CancellationToken);
        SequencePlan plan = SequenceRules.Plan(data.Samples, keys > 0 ? 0 : features, keys, maxLength, keepEnd, task, options);
        if (task.Kind is TaskKind.NextToken or TaskKind.TokenReconstruction)
            task = task with { Outputs = Math.Max(2, plan.Vocabulary) };
        (SequenceData all, int[] learn, int[] judge) = Split(data, validation);
        if (options.Training?.Patience is { } patience && judge.Length == 0)
            throw new InvalidOperationException($"Training.Patience {patience} needs sequences to judge by, and there are none: set ValidationFraction, or fit with validation data; or leave Patience null.");
        if (Array.TrueForAll(learn, i => all.Targets.Weights[i] == 0))
            throw new InvalidOperationException("All weights are 0: at least one row to learn from must count, and with class weights, one of a class whose weight is above 0.");
        int cut = data.Samples.Count(sample => sample.Steps > plan.MaxLength);
        if (cut > 0)
            Log($"{cut} sequences have more than {plan.MaxLength} steps: {(keepEnd ? "their first steps are" : "what follows is")} not read");
        SequenceModel model = new SequenceTrainer(plan, task, options, seed, Log, cancellation.Token).Train(all.Samples, all.Targets, learn, judge);
        // ML.NET's flag is only polled: a training that ended between two polls must not pass as not cancelled.
        CheckAlive();
        return model;

        void Log(string line) => channel.Info(MessageSensitivity.None, "{0}", line);
    }

    /// <summary>The given validation sequences, or every n-th one, so that both parts have all of a file that is sorted by class.</summary>
    private (SequenceData All, int[] Learn, int[] Judge) Split(SequenceData data, SequenceData? validation)
    {
        int[] indices = [.. Enumerable.Range(0, data.Samples.Count)];
        if (validation is not null)
            return (data.With(validation), indices, [.. Enumerable.Range(data.Samples.Count, validation.Samples.Count)]);
        if (options.ValidationFraction == 0 || indices.Length < 2)
            return (data, indices, []);
        int held = Math.Clamp((int)Math.Round(indices.Length * options.ValidationFraction), 1, indices.Length - 1);
        var isHeld = new bool[indices.Length];
        for (int i = 0; i < held; i++)
            isHeld[(int)((i + 0.5) * indices.Length / held)] = true;
        return (data, [.. indices.Where(i => !isHeld[i])], [.. indices.Where(i => isHeld[i])]);
    }
}

/// <summary>Sequences with what is to be learnt of them.</summary>
internal sealed record SequenceData(IReadOnlyList<SequenceSample> Samples, SequenceTargets Targets)
{
    internal SequenceData With(SequenceData other) => new([.. Samples, .. other.Samples],
        new SequenceTargets([.. Targets.Values, .. other.Targets.Values], [.. Targets.Steps, .. other.Targets.Steps], [.. Targets.Weights, .. other.Targets.Weights]));
}
