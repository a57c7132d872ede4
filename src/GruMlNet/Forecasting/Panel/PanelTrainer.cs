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
    /// <summary>Fewer examples than this teach a network nothing that holds; with covariates, fewer teach what each series alone cannot.</summary>
    private const int MinExamples = 1000, MinExamplesWithCovariates = 100;

    /// <summary>What networks must gain from covariates on the held-back steps, as a share of their error: less is chance.</summary>
    private const double MinGain = 0.003;

    private const int BatchSize = 128;
    private const float LearningRate = 0.005f;

    /// <summary>What is judged, and what the model has in the end, is the average of the weights over the last 200 steps or so: the rate has not fallen far where training ends.</summary>
    private const float AverageDecay = 0.995f;

    /// <summary>Times that the networks are judged on the way: a training's epochs.</summary>
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
    private readonly PanelContinuation? _start;
    private readonly IReadOnlyList<PanelPlan> _plans;
    private readonly PreparedSeries[] _series;
    private readonly PanelSplit _split;
    private readonly List<PanelSplit> _folds; // the first one is _split
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly int _maxSteps;
    private readonly long _plannedSteps;
    private long _doneSteps;
    private bool _stopped;

    private PanelTrainer(IReadOnlyList<PanelPlan> plans, PreparedSeries[] series, PanelSplit split, GruForecastModelOptions options, PanelContinuation? start = null)
    {
        (_plans, _series, _split, _options, _start) = (plans, series, split, options, start);
        _maxSteps = options.TrainingSteps ?? MaxSteps();
        _folds = Folds(split);
        _plannedSteps = (long)_maxSteps * (Trials + Networks);
    }

    private PanelCovariates? Covariates => _plans[0].Covariates;

    /// <summary>Networks that are trained without some steps: with covariates, those of the first fold twice.</summary>
    private int Trials => _plans.Count * (_folds.Count + (Competes ? 1 : 0));

    /// <summary>Whether networks with covariates must first show that they do better than others without.</summary>
    private bool Competes => Covariates is not null && _start is null;

    private int EpochSteps => _maxSteps / Checkpoints;

    private int Networks => _start?.Networks ?? _options.EnsembleSize ?? _options.Budget switch { TrainingBudget.Fast => 1, TrainingBudget.Default => 4, _ => 8 };

    private int Threads => _options.Threads ?? Environment.ProcessorCount;

    /// <summary>Trains a model, or returns null where there is too little data for it; the log says so.</summary>
    public static (PanelModel? Model, bool Cancelled) Train(IReadOnlyList<PanelSeries> series, GruForecastModelOptions options, PanelNames? names)
    {
        var covariates = PanelCovariates.Measure(series, names, line => Log(options, line));
        IReadOnlyList<PanelPlan> plans = [.. PanelRules.Choose(series, options).Select(p => p with { Covariates = covariates })];
        var plan = plans[0];
        Log(options, $"season {plan.Season}, level and first guess from the last {(plan.Period > 1 ? "season" : "value")}, {(plan.UseLog ? "logarithms" : "plain values")}, {(plan.NonNegative ? "kept at or above 0" : "any sign")}");
        var prepared = series.Select(s => new PreparedSeries(s, plan, covariates)).Where(s => s.Length > 0).ToArray();
        if (prepared.Length == 0) return (null, false);
        var split = new PanelSplit(prepared, plan);
        var (learn, judge) = (split.Learn.Sum(r => (long)r.Count), split.Judge.Sum(r => (long)r.Count));
        Log(options, $"windows of {string.Join(" and ", plans.Select(p => p.LookBack))} steps in segments of {plan.Segment}; {learn} windows to learn from, {judge} forecasts of the last {split.HeldBack} steps to judge by");
        if (learn < (covariates is null ? MinExamples : MinExamplesWithCovariates) || judge == 0)
        {
            Log(options, "that is too little for a network over all series: each series is forecast by the classical forecasters that did well on it");
            return (null, false);
        }
        return new PanelTrainer(plans, prepared, split, options).Run();
    }

    /// <summary>Trains a model further.</summary>
    public static (PanelModel Model, bool Cancelled) Continue(PanelModel model, IReadOnlyList<PanelSeries> series, GruForecastModelOptions options)
    {
        var start = new PanelContinuation(model);
        start.Check(options);
        PanelPlan[] plans = Array.ConvertAll(start.Plans, p => p with { Covariates = start.Covariates });
        var prepared = series.Select(s => new PreparedSeries(s, plans[0], start.Covariates)).Where(s => s.Length > 0).ToArray();
        var split = new PanelSplit(prepared, plans[0]);
        var (learn, judge) = (split.Learn.Sum(r => (long)r.Count), split.Judge.Sum(r => (long)r.Count));
        if (learn == 0 || judge == 0)
            throw new InvalidOperationException($"There is too little to continue from: no series is long enough to learn from before its last {split.HeldBack} steps, which are held back to judge by. Give more history, together with what the model has learnt from before.");
        Log(options, $"continued on {learn} windows, {judge} forecasts of the last {split.HeldBack} steps to judge by");
        return new PanelTrainer(plans, prepared, split, options, start).Run();
    }

    private (PanelModel Model, bool Cancelled) Run()
    {
        var folds = TrainTrials(out var epochs, out var cancelled);
        var judge = new PanelJudge(folds, _plans[0]);
        var blend = judge.Choose(new ParallelOptions { MaxDegreeOfParallelism = Threads }, line => Log(_options, line));
        var calibration = PanelCalibrator.Calibrate(folds, blend, _plans[0], _start?.Calibration);
        Log(_options, FormattableString.Invariant($"bounds reach {calibration.MeanFactor(0.8):F2} (80 %) and {calibration.MeanFactor(0.95):F2} (95 %) times as far as the networks have them, and a series' own changes count {calibration.Stretch.Weight:P0} in their width"));
        if (!cancelled && TrainFinal([.. folds[0].Trial.Select(e => e.Plan)], epochs) is { } ensembles)
        {
            return (new PanelModel(Covariates, ensembles, PanelLinear.Fit(_series, _split.All, _plans[0]), blend, calibration), false);
        }
        Log(_options, $"training was cancelled: the model is the best so far, which has not seen the last {_split.HeldBack} steps");
        return (folds[0].Model(blend, calibration), true);
    }

    /// <summary>
    /// One network per plan and fold, without the held-back steps; each ends with the weights that did best on them. The first fold, the last steps, is always there, and tells how long to train; others
    /// only where they were trained before the training was cancelled.
    /// </summary>
    private List<PanelFold> TrainTrials(out int[] epochs, out bool cancelled)
    {
        (epochs, cancelled) = ([], false);
        var folds = new List<PanelFold>();
        if (Competes) folds.Add(Compete(out epochs, out cancelled));
        if (cancelled) return folds;
        var (from, plans) = (folds.Count, folds.Count > 0 ? [.. folds[0].Trial.Select(e => e.Plan)] : _start?.Plans ?? _plans);
        var trials = RunTrials([.. Enumerable.Range(from, _folds.Count - from).SelectMany(f => plans.Select(plan => (f, plan)))], firstSeed: from * 2 * plans.Count, out cancelled);
        if (from == 0) epochs = [.. trials[..plans.Count].Select(t => t.Epochs)]; // of the last steps: they are most like what comes
        for (var f = from; f < _folds.Count; f++)
        {
            var own = trials.AsSpan((f - from) * plans.Count, plans.Count).ToArray();
            if (f > 0 && Array.Exists(own, t => t.Epochs == 0)) break;
            folds.Add(MakeFold(f, plans, own, PanelLinear.Fit(_series, _folds[f].Learn, _plans[0])));
        }
        return folds;
    }

    /// <summary>The first fold, of networks that learn with covariates or of others that learn without: whichever do better.</summary>
    private PanelFold Compete(out int[] epochs, out bool cancelled)
    {
        PanelPlan[] with = [.. _plans], without = Array.ConvertAll(with, p => p with { Covariates = null });
        var trials = RunTrials([.. with.Concat(without).Select(plan => (0, plan))], firstSeed: 0, out cancelled);
        var linear = PanelLinear.Fit(_series, _folds[0].Learn, _plans[0]);
        PanelFold seeing = MakeFold(0, with, trials[..with.Length], linear), blind = MakeFold(0, without, trials[with.Length..], linear);
        var error = new PanelJudge([seeing], _plans[0]).NetworkError() / new PanelJudge([blind], _plans[0]).NetworkError();
        var helps = error < 1 - MinGain || Array.Exists(trials[with.Length..], t => t.Epochs == 0);
        Log(_options, FormattableString.Invariant($"the networks' error on the held-back steps is {error:P1} with covariates of what it is without: they learn {(helps ? "with" : "without")} them"));
        epochs = [.. (helps ? trials[..with.Length] : trials[with.Length..]).Select(t => t.Epochs)];
        return helps ? seeing : blind;
    }

    private PanelFold MakeFold(int fold, IReadOnlyList<PanelPlan> plans, (RecurrentNetwork Network, int Epochs)[] trials, PanelLinear linear)
    {
        var judged = new PanelExamples(_series, _folds[fold].Judge, _plans[0]);
        return new PanelFold(Covariates, [.. plans.Select((plan, p) => new PanelEnsemble(plan, [trials[p].Network]))], linear, [.. Enumerable.Range(0, judged.Count).Select(i => judged[i])]);
    }

    /// <summary>Trains networks and tells after how many epochs each did best; 0 where training was cancelled before.</summary>
    private (RecurrentNetwork Network, int Epochs)[] RunTrials((int Fold, PanelPlan Plan)[] tasks, int firstSeed, out bool cancelled)
    {
        var best = new int[tasks.Length];
        var networks = TrainAll(Array.ConvertAll(tasks, t => t.Plan), "learning without the last steps", i =>
        {
            var (fold, plan) = tasks[i];
            return (Learning(_folds[fold].Learn, plan), new PanelExamples(_series, _folds[fold].Judge, plan), Checkpoints);
        }, (i, result) =>
        {
            best[i] = Math.Max(1, result.BestEpoch);
            if (_start is not null && Unchanged(tasks[i].Plan, i) is var before && before <= result.ValidationLoss)
            {
                best[i] = 0;
                Log(_options, FormattableString.Invariant($"window {tasks[i].Plan.LookBack}: no better than before, loss {result.ValidationLoss:F4} after {before:F4}; the networks stay as they are"));
                return;
            }
            var without = Covariates is not null && tasks[i].Plan.Covariates is null ? " without covariates" : "";
            Log(_options, FormattableString.Invariant($"window {tasks[i].Plan.LookBack}{without}: best after {best[i] * EpochSteps} of {result.Steps} steps, loss {result.ValidationLoss:F4}"));
        }, firstSeed, out cancelled);
        return [.. networks.Zip(best)];
    }

    /// <summary>Loss on the last steps of a network that has not learnt further.</summary>
    private double Unchanged(PanelPlan plan, int network) => Trainer.Evaluate(_start!.Copy(network), new PanelExamples(_series, _split.Judge, plan), PanelPlan.Loss);

    /// <summary>
    /// The networks of the model, on everything, each for as long as did best; null where cancelled. They are trained as the trials were, which is what makes the bounds that these call for fit: had the
    /// rate fallen to 0 in that time, they would be no more accurate, but be surer of themselves by up to a third.
    /// </summary>
    private PanelEnsemble[]? TrainFinal(PanelPlan[] chosen, int[] epochs)
    {
        var plans = Enumerable.Range(0, Networks).Select(i => i % chosen.Length).ToArray();
        Log(_options, $"{Networks} networks of {RecurrentNetwork.Create(chosen[0].Shape, 0).ParameterCount} parameters learn from {_split.All.Sum(r => (long)r.Count)} windows");
        var networks = TrainAll([.. plans.Select(p => chosen[p])], "learning from everything", i => (Learning(_split.All, chosen[plans[i]]), null, epochs[plans[i]]), (_, _) => { }, firstSeed: Trials, out var cancelled);
        if (cancelled) return null;
        return [.. chosen.Select((plan, p) => new PanelEnsemble(plan, [.. networks.Where((_, i) => plans[i] == p)])).Where(e => e.Networks.Count > 0)];
    }

    private PanelExamples Learning(OriginRange[] origins, PanelPlan plan) => new(_series, origins, plan, hidesCovariates: plan.Covariates is not null);

    /// <summary>Trains networks side by side, one per thread, each for some epochs.</summary>
    private RecurrentNetwork[] TrainAll(PanelPlan[] plans, string stage, Func<int, (PanelExamples Learn, PanelExamples? Judge, int Epochs)> task, Action<int, TrainingResult> done, int firstSeed, out bool cancelled)
    {
        var networks = new RecurrentNetwork[plans.Length];
        var (stopped, untrained) = (0, new bool[plans.Length]);
        // In this order: of a training that is ended early, the first networks are the ones that are needed.
        var inOrder = Partitioner.Create(Enumerable.Range(0, plans.Length), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            networks[i] = _start?.Copy(i) ?? RecurrentNetwork.Create(plans[i].Shape, Seed(firstSeed + i));
            var (learn, judge, wanted) = task(i);
            if (wanted == 0) return;
            var (training, epochs) = (Optimizer(), 0);
            training.Patience = judge is null ? null : Patience;
            training.Seed = Seed(firstSeed + i);
            training.Threads = Math.Max(1, Threads / plans.Length);
            training.Progress = progress =>
            {
                epochs = progress.Epoch;
                return Report(stage, progress) && epochs < wanted;
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
    private bool Report(string stage, TrainingProgress network)
    {
        lock (_clock)
        {
            _doneSteps += EpochSteps;
            var report = new ForecastTrainingProgress(stage, Math.Min(1, (double)_doneSteps / _plannedSteps), network, _clock.Elapsed);
            if (!_stopped && _options.Progress is { } callback) _stopped = !callback(report);
            return !_stopped;
        }
    }

    /// <summary>The optimizer's settings: the same for every training, however long it goes on.</summary>
    private TrainerOptions Optimizer()
    {
        var training = _options.Training?.Clone() ?? new TrainerOptions { BatchSize = BatchSize, LearningRate = LearningRate };
        (training.StepsPerEpoch, training.MaxEpochs, training.AverageDecay) = (EpochSteps, Checkpoints, AverageDecay);
        if (_start is not null) training.LearningRate *= PanelContinuation.RateFactor;
        return training;
    }

    private int Seed(int network) => unchecked((_options.Seed ?? GruForecastModelOptions.DefaultSeed) * 1_000_003 + network);

    private List<PanelSplit> Folds(PanelSplit split)
    {
        var folds = new List<PanelSplit> { split };
        var perFold = _maxSteps * _plans.Sum(PanelRules.Cost) / UsualCost;
        var count = _options.Budget == TrainingBudget.Fast || _start is not null ? 1 : Math.Clamp((int)(TrialSteps / perFold), 1, MaxFolds);
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
        return (int)Math.Max(Checkpoints, Math.Min(affordable, useful) / (_start is null ? 1 : PanelContinuation.FewerSteps));
    }

    private static void Log(GruForecastModelOptions options, string line) => options.Log?.Invoke(line);
}
