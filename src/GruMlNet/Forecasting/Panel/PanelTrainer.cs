// From many series to one model: choose, learn without the last steps, judge on them, learn from everything.
using System.Collections.Concurrent;
using System.Diagnostics;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>
/// First networks are trained without the end of the series. What they forecast there decides how long to train, which simpler methods to blend in, and, together with
/// what others forecast of earlier blocks, how wide the bounds must be. Then new networks are trained on everything. The result depends on data, options and seed alone.
/// </summary>
internal sealed class PanelTrainer
{
    /// <summary>Fewer examples than this teach a network nothing that holds.</summary>
    private const int MinExamples = 1000;

    private const int BatchSize = 128;
    private const float LearningRate = 0.005f;

    /// <summary>While it is not known how long to train, the rate stays, and the average of the last 200 steps or so is judged.</summary>
    private const float AverageDecay = 0.995f;

    /// <summary>Times that the networks are judged on the way.</summary>
    private const int Checkpoints = 16;

    /// <summary>Times in a row that a trial may be no better than before.</summary>
    private const int Patience = 5;

    /// <summary>Blocks of the past that are held back in turn, at most: how wide bounds must be, several times tell better than many series at one time.</summary>
    private const int MaxFolds = 3;

    /// <summary>Share of the examples that must be left to learn from before an earlier block.</summary>
    private const double MinFoldExamples = 0.4;

    /// <summary>What the trials may cost together, in usual steps.</summary>
    private const double TrialSteps = 12_000;

    /// <summary>Steps are fewer where a step costs more than one of two weeks of hours.</summary>
    private const double UsualCost = 550_000;

    /// <summary>An example is seen at most this often.</summary>
    private const double MaxPasses = 20;

    private readonly GruForecastModelOptions _options;
    private readonly IReadOnlyList<PanelPlan> _plans;
    private readonly PreparedSeries[] _series;
    private readonly PanelSplit _split;
    private readonly List<PanelSplit> _folds; // the first one is _split
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly int _maxSteps;
    private readonly long _plannedSteps;
    private long _doneSteps;
    private bool _stopped;

    private PanelTrainer(IReadOnlyList<PanelPlan> plans, PreparedSeries[] series, PanelSplit split, GruForecastModelOptions options)
    {
        (_plans, _series, _split, _options) = (plans, series, split, options);
        _maxSteps = options.TrainingSteps ?? MaxSteps();
        _folds = Folds(split);
        _plannedSteps = (long)_maxSteps * (plans.Count * _folds.Count + Networks);
    }

    private int Networks => _options.EnsembleSize ?? _options.Budget switch { TrainingBudget.Fast => 1, TrainingBudget.Default => 4, _ => 8 };

    private int Threads => _options.Threads ?? Environment.ProcessorCount;

    /// <summary>Trains a model, or returns null where there is too little data for it; the log says so.</summary>
    public static (PanelModel? Model, bool Cancelled) Train(IReadOnlyList<PanelSeries> series, GruForecastModelOptions options)
    {
        var plans = PanelRules.Choose(series, options);
        var plan = plans[0];
        Log(options, $"season {plan.Season}, level and first guess from the last {(plan.Period > 1 ? "season" : "value")}, {(plan.UseLog ? "logarithms" : "plain values")}, {(plan.NonNegative ? "kept at or above 0" : "any sign")}");
        var prepared = series.Select(s => new PreparedSeries(s.Values, plan)).Where(s => s.Length > 0).ToArray();
        if (prepared.Length == 0) return (null, false);
        var split = new PanelSplit(prepared, plan);
        var (learn, judge) = (split.Learn.Sum(r => (long)r.Count), split.Judge.Sum(r => (long)r.Count));
        Log(options, $"windows of {string.Join(" and ", plans.Select(p => p.LookBack))} steps in segments of {plan.Segment}; {learn} windows to learn from, {judge} forecasts of the last {split.HeldBack} steps to judge by");
        if (learn < MinExamples || judge == 0)
        {
            Log(options, "that is too little for a network over all series: each series is forecast by the classical forecasters that did well on it");
            return (null, false);
        }
        return new PanelTrainer(plans, prepared, split, options).Run();
    }

    private (PanelModel Model, bool Cancelled) Run()
    {
        var folds = TrainTrials(out var steps, out var cancelled);
        var judge = new PanelJudge(folds, _plans[0]);
        var blend = judge.Choose(new ParallelOptions { MaxDegreeOfParallelism = Threads }, line => Log(_options, line));
        var calibration = judge.Calibrate(blend);
        Log(_options, FormattableString.Invariant($"bounds reach {calibration.MeanFactor(0.8):F2} (80 %) and {calibration.MeanFactor(0.95):F2} (95 %) times as far as the networks have them"));
        if (!cancelled && TrainFinal(steps) is { } ensembles)
        {
            return (new PanelModel(ensembles, PanelLinear.Fit(_series, _split.All, _plans[0]), blend, calibration), false);
        }
        Log(_options, $"training was cancelled: the model is the best so far, which has not seen the last {_split.HeldBack} steps");
        return (folds[0].Model(blend, calibration), true);
    }

    /// <summary>
    /// One network per plan and fold, without the held-back steps; each ends with the weights that did best on them. The first fold, the last steps, is always there, and tells how long to train; others
    /// only where they were trained before the training was cancelled.
    /// </summary>
    private List<PanelFold> TrainTrials(out int[] steps, out bool cancelled)
    {
        var best = new int[_folds.Count * _plans.Count];
        var perCheckpoint = Math.Max(1, _maxSteps / Checkpoints);
        var plans = Enumerable.Range(0, best.Length).Select(i => _plans[i % _plans.Count]).ToArray();
        var networks = TrainAll(plans, "learning without the last steps", i =>
        {
            var training = Optimizer();
            (training.StepsPerEpoch, training.MaxEpochs, training.AverageDecay, training.Patience) = (perCheckpoint, Checkpoints, AverageDecay, Patience);
            var split = _folds[i / _plans.Count];
            return (new PanelExamples(_series, split.Learn, plans[i]), new PanelExamples(_series, split.Judge, plans[i]), training);
        }, (i, result) =>
        {
            best[i] = Math.Max(1, result.BestEpoch) * perCheckpoint;
            Log(_options, FormattableString.Invariant($"window {plans[i].LookBack}: best after {best[i]} of {result.Steps} steps, loss {result.ValidationLoss:F4}"));
        }, firstSeed: 0, out cancelled);
        var done = Enumerable.Range(0, _folds.Count).TakeWhile(f => f == 0 || Enumerable.Range(f * _plans.Count, _plans.Count).All(i => best[i] > 0)).ToArray();
        steps = best[.._plans.Count]; // of the last steps: they are most like what comes
        return [.. done.Select(f =>
        {
            var judged = new PanelExamples(_series, _folds[f].Judge, _plans[0]);
            return new PanelFold(
                [.. _plans.Select((plan, p) => new PanelEnsemble(plan, [networks[f * _plans.Count + p]]))],
                PanelLinear.Fit(_series, _folds[f].Learn, _plans[0]),
                [.. Enumerable.Range(0, judged.Count).Select(i => judged[i])]);
        })];
    }

    /// <summary>The networks of the model, on everything, each for as many steps as did best; null where cancelled.</summary>
    private PanelEnsemble[]? TrainFinal(int[] steps)
    {
        var plans = Enumerable.Range(0, Networks).Select(i => i % _plans.Count).ToArray();
        Log(_options, $"{Networks} networks of {RecurrentNetwork.Create(_plans[0].Shape, 0).ParameterCount} parameters learn from {_split.All.Sum(r => (long)r.Count)} windows");
        var networks = TrainAll([.. plans.Select(p => _plans[p])], "learning from everything", i =>
        {
            var training = Optimizer();
            (training.StepsPerEpoch, training.MaxEpochs) = (Math.Max(1, steps[plans[i]] / Checkpoints), Math.Min(Checkpoints, steps[plans[i]]));
            return (new PanelExamples(_series, _split.All, _plans[plans[i]]), null, training);
        }, (_, _) => { }, firstSeed: _folds.Count * _plans.Count, out var cancelled);
        if (cancelled) return null;
        return [.. _plans.Select((plan, p) => new PanelEnsemble(plan, [.. networks.Where((_, i) => plans[i] == p)])).Where(e => e.Networks.Count > 0)];
    }

    /// <summary>Trains networks side by side, one per thread.</summary>
    private RecurrentNetwork[] TrainAll(PanelPlan[] plans, string stage, Func<int, (PanelExamples Learn, PanelExamples? Judge, TrainerOptions Training)> task, Action<int, TrainingResult> done, int firstSeed, out bool cancelled)
    {
        var networks = new RecurrentNetwork[plans.Length];
        var (stopped, untrained) = (0, new bool[plans.Length]);
        // In this order: of a training that is ended early, the first networks are the ones that are needed.
        var inOrder = Partitioner.Create(Enumerable.Range(0, plans.Length), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            networks[i] = RecurrentNetwork.Create(plans[i].Shape, Seed(firstSeed + i));
            var (learn, judge, training) = task(i);
            var epochs = 0;
            training.Seed = Seed(firstSeed + i);
            training.Threads = Math.Max(1, Threads / plans.Length);
            training.Progress = progress =>
            {
                epochs = progress.Epoch;
                return Report(stage, training.StepsPerEpoch!.Value, progress);
            };
            try
            {
                var result = Trainer.Train(networks[i], learn, PanelPlan.Loss, training, judge, _options.CancellationToken);
                if (result.End == TrainingEnd.Diverged) Log(_options, $"network {i + 1} diverged after {result.Steps} steps: its last good weights are kept");
                done(i, result);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref stopped);
                untrained[i] = epochs == 0;
            }
        });
        cancelled = stopped > 0 || _stopped;
        // Before the first judgement there is no model that could be kept.
        if (firstSeed == 0 && Array.Exists(untrained[.._plans.Count], u => u)) _options.CancellationToken.ThrowIfCancellationRequested();
        return networks;
    }

    /// <summary>False where training shall end with the best model so far.</summary>
    private bool Report(string stage, int steps, TrainingProgress network)
    {
        lock (_clock)
        {
            _doneSteps += steps;
            var report = new ForecastTrainingProgress(stage, Math.Min(1, (double)_doneSteps / _plannedSteps), network, _clock.Elapsed);
            if (!_stopped && _options.Progress is { } callback) _stopped = !callback(report);
            return !_stopped;
        }
    }

    /// <summary>The optimizer's settings, with the run's length still to be said.</summary>
    private TrainerOptions Optimizer()
    {
        var training = _options.Training?.Clone() ?? new TrainerOptions { BatchSize = BatchSize, LearningRate = LearningRate };
        training.AverageDecay = 0f;
        return training;
    }

    private int Seed(int network) => unchecked((_options.Seed ?? GruForecastModelOptions.DefaultSeed) * 1_000_003 + network);

    private List<PanelSplit> Folds(PanelSplit split)
    {
        var folds = new List<PanelSplit> { split };
        var perFold = _maxSteps * _plans.Sum(PanelRules.Cost) / UsualCost;
        var count = _options.Budget == TrainingBudget.Fast ? 1 : Math.Clamp((int)(TrialSteps / perFold), 1, MaxFolds);
        while (folds.Count < count)
        {
            var fold = new PanelSplit(_series, _plans[0], folds.Count);
            if (Count(fold.Learn) < Math.Max(MinExamples, MinFoldExamples * Count(split.Learn)) || Count(fold.Judge) < Count(split.Judge) / 2) break;
            folds.Add(fold);
        }
        if (folds.Count > 1) Log(_options, $"{folds.Count} blocks of the past are held back in turn");
        return folds;

        static long Count(OriginRange[] origins) => origins.Sum(r => (long)r.Count);
    }

    private int MaxSteps()
    {
        var usual = _options.Budget switch { TrainingBudget.Fast => 1000, TrainingBudget.Default => 4000, _ => 12_000 };
        var affordable = usual * Math.Min(1, UsualCost / _plans.Max(PanelRules.Cost));
        var useful = MaxPasses * _split.Learn.Sum(r => (long)r.Count) / BatchSize;
        return (int)Math.Max(Checkpoints, Math.Min(affordable, useful));
    }

    private static void Log(GruForecastModelOptions options, string line) => options.Log?.Invoke(line);
}
