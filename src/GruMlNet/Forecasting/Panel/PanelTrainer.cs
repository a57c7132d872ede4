// From many series to one model: choose, learn without the last steps, judge on them, learn from everything.
using System.Diagnostics;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>
/// First networks are trained without the end of the series. What they forecast there decides how long to train, which simpler methods to blend in, and how wide
/// the bounds must be. Then new networks are trained on everything. The result depends on data, options and seed alone.
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

    /// <summary>Steps are fewer where a step costs more than one of two weeks of hours.</summary>
    private const double UsualCost = 550_000;

    /// <summary>An example is seen at most this often.</summary>
    private const double MaxPasses = 20;

    private readonly GruForecastModelOptions _options;
    private readonly IReadOnlyList<PanelPlan> _plans;
    private readonly PreparedSeries[] _series;
    private readonly PanelSplit _split;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly int _maxSteps;
    private readonly long _plannedSteps;
    private long _doneSteps;
    private bool _stopped;

    private PanelTrainer(IReadOnlyList<PanelPlan> plans, PreparedSeries[] series, PanelSplit split, GruForecastModelOptions options)
    {
        (_plans, _series, _split, _options) = (plans, series, split, options);
        _maxSteps = options.TrainingSteps ?? MaxSteps();
        _plannedSteps = (long)_maxSteps * (plans.Count + Networks);
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
        var judged = new PanelExamples(_series, _split.Judge, _plans[0]);
        var windows = Enumerable.Range(0, judged.Count).Select(i => judged[i]).ToArray();
        var trial = TrainTrial(out var steps, out var cancelled);
        var ridge = PanelRidge.Fit(new PanelExamples(_series, _split.Learn, _plans[0]), _plans[0], CancellationToken.None);
        var blend = new PanelJudge(windows, _plans[0]).Choose(trial, ridge, new ParallelOptions { MaxDegreeOfParallelism = Threads }, line => Log(_options, line));
        var model = new PanelModel(trial, ridge, blend, PanelCalibration.None(_plans[0].Horizon));
        var calibration = PanelJudge.Calibrate(model, windows);
        if (!cancelled && TrainFinal(steps) is { } ensembles)
        {
            ridge = PanelRidge.Fit(new PanelExamples(_series, _split.All, _plans[0]), _plans[0], CancellationToken.None);
            return (new PanelModel(ensembles, ridge, blend, calibration), false);
        }
        Log(_options, $"training was cancelled: the model is the best so far, which has not seen the last {_split.HeldBack} steps");
        return (new PanelModel(trial, ridge, blend, calibration), true);
    }

    /// <summary>One network per plan, without the held-back steps; each ends with the weights that did best on them, and tells after how many steps that was.</summary>
    private PanelEnsemble[] TrainTrial(out int[] steps, out bool cancelled)
    {
        var best = new int[_plans.Count];
        var perCheckpoint = Math.Max(1, _maxSteps / Checkpoints);
        var networks = TrainAll(_plans, "learning without the last steps", i =>
        {
            var training = Optimizer();
            (training.StepsPerEpoch, training.MaxEpochs, training.AverageDecay) = (perCheckpoint, Checkpoints, AverageDecay);
            return (new PanelExamples(_series, _split.Learn, _plans[i]), new PanelExamples(_series, _split.Judge, _plans[i]), training);
        }, (i, result) =>
        {
            best[i] = Math.Max(1, result.BestEpoch) * perCheckpoint;
            Log(_options, FormattableString.Invariant($"window {_plans[i].LookBack}: best after {best[i]} of {result.Steps} steps, loss {result.ValidationLoss:F4}"));
        }, firstSeed: 0, out cancelled);
        steps = best;
        return [.. _plans.Select((plan, i) => new PanelEnsemble(plan, [networks[i]]))];
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
        }, (_, _) => { }, firstSeed: _plans.Count, out var cancelled);
        if (cancelled) return null;
        return [.. _plans.Select((plan, p) => new PanelEnsemble(plan, [.. networks.Where((_, i) => plans[i] == p)])).Where(e => e.Networks.Count > 0)];
    }

    /// <summary>Trains networks side by side, one per thread.</summary>
    private RecurrentNetwork[] TrainAll(IReadOnlyList<PanelPlan> plans, string stage, Func<int, (PanelExamples Learn, PanelExamples? Judge, TrainerOptions Training)> task, Action<int, TrainingResult> done, int firstSeed, out bool cancelled)
    {
        var networks = new RecurrentNetwork[plans.Count];
        var (stopped, untrained) = (0, 0);
        Parallel.For(0, plans.Count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            networks[i] = RecurrentNetwork.Create(plans[i].Shape, Seed(firstSeed + i));
            var (learn, judge, training) = task(i);
            var epochs = 0;
            training.Seed = Seed(firstSeed + i);
            training.Threads = Math.Max(1, Threads / plans.Count);
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
                if (epochs == 0) Interlocked.Increment(ref untrained);
            }
        });
        cancelled = stopped > 0 || _stopped;
        // Before the first judgement there is no model that could be kept.
        if (untrained > 0 && firstSeed == 0) _options.CancellationToken.ThrowIfCancellationRequested();
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

    private int MaxSteps()
    {
        var usual = _options.Budget switch { TrainingBudget.Fast => 1000, TrainingBudget.Default => 4000, _ => 12_000 };
        var affordable = usual * Math.Min(1, UsualCost / _plans.Max(PanelRules.Cost));
        var useful = MaxPasses * _split.Learn.Sum(r => (long)r.Count) / BatchSize;
        return (int)Math.Max(Checkpoints, Math.Min(affordable, useful));
    }

    private static void Log(GruForecastModelOptions options, string line) => options.Log?.Invoke(line);
}
