// From series to a trained model: choose, analyse, train an ensemble.
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet;

internal static class ForecastTrainer
{
    /// <summary>Observed values without which nothing is trained.</summary>
    private const int MinObserved = 3;

    /// <summary>Steps before the first forecast that can be scored.</summary>
    private const int MinHistory = 4;

    /// <summary>Trains a model.</summary>
    /// <param name="series">At least one, oldest value first, NaN where missing.</param>
    /// <param name="options">Valid. Same data, options and seed: same model, whatever the number of threads.</param>
    /// <exception cref="InvalidOperationException">Nothing can be learnt from the data; the message says why and what to do.</exception>
    public static ForecastModel Train(IReadOnlyList<float[]> series, GruForecastModelOptions options)
    {
        CheckData(series, options.Horizon);
        var token = options.CancellationToken;
        Action<string> log = options.Log ?? (_ => { });
        var plan = ForecastPlan.Choose(series, options);
        log($"season {plan.Season}, {(plan.UseLog ? "logarithms" : "plain values")}, context {plan.ContextLength} steps, {(plan.NonNegative ? "kept at or above 0" : "any sign")}");

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads ?? Environment.ProcessorCount, CancellationToken = token };
        var analyses = Analyze(plan, series, parallel);
        var features = new WindowFeatures(plan.Season);
        var examples = new ForecastExamples(analyses, features);
        plan = plan with { NetworkTrust = ForecastPlan.TrustOf(examples.Count) };
        if (plan.NetworkTrust == 0)
        {
            log($"{examples.Count} examples are too few to train a network on: the classical forecasters alone are combined");
            return new ForecastModel(plan, []);
        }
        return new ForecastModel(plan, TrainEnsemble(plan, examples, features, options, log, parallel));
    }

    private static int Networks(GruForecastModelOptions options) => options.EnsembleSize ?? options.Budget switch { TrainingBudget.Fast => 1, TrainingBudget.Default => 3, _ => 6 };

    /// <summary>What the options say of the run of one network, at most their number of steps.</summary>
    private static TrainerOptions Training(GruForecastModelOptions options, int examples)
    {
        var training = options.Training?.Clone() ?? ForecastPlan.DefaultTraining(examples);
        if (options.TrainingSteps is { } steps)
        {
            var perEpoch = Math.Min(steps, training.StepsPerEpoch ?? (examples + training.BatchSize - 1) / training.BatchSize);
            (training.StepsPerEpoch, training.MaxEpochs) = (perEpoch, Math.Min(training.MaxEpochs, steps / perEpoch));
        }
        return training;
    }

    /// <summary>Refuses what nothing can be learnt from.</summary>
    /// <exception cref="InvalidOperationException">The message says what is wrong and what to do.</exception>
    public static void CheckData(IReadOnlyList<float[]> series, int horizon)
    {
        var (longest, observed) = (0, 0);
        foreach (var values in series)
        {
            longest = Math.Max(longest, values.Length);
            for (var t = 0; t < values.Length; t++)
            {
                if (float.IsInfinity(values[t])) throw new InvalidOperationException($"Value {t + 1} of the series is {values[t]}; a forecaster learns from finite numbers. Replace infinities by NaN (missing) or by real values.");
            }
            observed = Math.Max(observed, Observed(values));
        }
        if (longest == 0) throw new InvalidOperationException("There is no value to learn from: the data is empty. Give at least one series.");
        if (observed == 0) throw new InvalidOperationException($"There is no value to learn from: all {longest} are NaN (missing). Check the input column.");
        if (longest >= horizon + MinHistory && observed >= MinObserved) return;
        var there = $"it takes a series of at least {Counted.Of(horizon + MinHistory, "step")} with {MinObserved} values, and the longest has {Counted.Of(longest, "step")} ({Counted.Of(observed, "value")})";
        throw new InvalidOperationException(longest > MinHistory && observed >= MinObserved
            ? $"The horizon of {Counted.Of(horizon, "step")} is longer than the data allows: {there}. Shorten the horizon or give more history."
            : $"There is too little to learn from: for a horizon of {Counted.Of(horizon, "step")} {there}. Give more history, or more series.");
    }

    private static int Observed(ReadOnlySpan<float> values)
    {
        var count = 0;
        foreach (var v in values)
            if (!float.IsNaN(v)) count++;
        return count;
    }

    private static SeriesAnalysis[] Analyze(ForecastPlan plan, IReadOnlyList<float[]> series, ParallelOptions parallel)
    {
        // What lies before the context is never looked at, so it cannot stand in for recent values.
        var usable = series.Where(s => Observed(plan.Recent(s)) >= MinObserved).ToArray();
        if (usable.Length == 0)
            throw new InvalidOperationException($"There is too little to learn from: no series has {MinObserved} values among its latest {plan.ContextLength} steps. Drop the missing steps at the end, or set a longer ContextLength.");
        var keep = plan.OriginsToKeep(usable.Length);
        var analyses = new SeriesAnalysis[usable.Length];
        Parallel.For(0, usable.Length, parallel, i => analyses[i] = plan.Analyze(usable[i], keep));
        return analyses;
    }

    private static RecurrentNetwork[] TrainEnsemble(ForecastPlan plan, ForecastExamples examples, WindowFeatures features, GruForecastModelOptions options, Action<string> log, ParallelOptions parallel)
    {
        var shape = plan.Shape(options.HiddenSize ?? ForecastPlan.DefaultHiddenSize(examples.Count), features);
        var networks = new RecurrentNetwork[Networks(options)];
        var (seed, stop) = (options.Seed ?? GruForecastModelOptions.DefaultSeed, false);
        log($"{Counted.Of(examples.Count, "example")}, {Counted.Of(networks.Length, "network")} of {RecurrentNetwork.Create(shape, 0).ParameterCount} parameters");
        try
        {
            Parallel.For(0, networks.Length, parallel, i =>
            {
                networks[i] = RecurrentNetwork.Create(shape, unchecked(seed * 1_000_003 + i));
                var result = Trainer.Train(networks[i], examples, new AbsoluteLoss(), TrainingOf(i), cancellationToken: parallel.CancellationToken);
                if (result.End == TrainingEnd.Diverged) log($"network {i + 1} diverged after epoch {result.Epochs}: its last good weights are kept; a lower learning rate helps");
            });
        }
        catch (AggregateException e)
        {
            // One failure, or the same one in each network: the first tells it all, with its own type.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return networks;

        TrainerOptions TrainingOf(int member)
        {
            var training = Training(options, examples.Count);
            training.Threads ??= Math.Max(1, parallel.MaxDegreeOfParallelism / networks.Length); // what is left when each network has one
            training.Seed = unchecked(seed * 1_000_003 + member);
            training.Progress = progress =>
            {
                if (member > 0) return !Volatile.Read(ref stop);
                if (options.Progress is { } callback && !callback(new ForecastTrainingProgress("learning to combine forecasters", (double)progress.Step / progress.MaxSteps, progress, progress.Elapsed))) Volatile.Write(ref stop, true);
                return !Volatile.Read(ref stop);
            };
            return training;
        }
    }
}
