// Judges forecasts of the held-back steps: which methods to combine.
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>
/// The score is OWA, the mean of sMAPE and MASE against those of Naive2. Where values may be negative, sMAPE means nothing, and the root of the mean squared error, scaled like MASE, takes its place.
/// </summary>
internal sealed class PanelJudge
{
    /// <summary>Standard errors by which a gain is beyond doubt.</summary>
    private const double SureGain = 1;

    /// <summary>As many independent forecasts as must speak for the best weights until these count as much as weights by how well each method did.</summary>
    private const double PriorForecasts = 80;

    /// <summary>
    /// Of fewer series the last steps are too much a matter of chance to choose a blend by, and all folds are taken. Of more they tell best: earlier ones, with less to learn from,
    /// mislead.
    /// </summary>
    private const int FewSeries = 50;

    private readonly IReadOnlyList<PanelFold> _folds; // those that the blend is chosen on
    private readonly (PreparedSeries Series, int Origin)[] _windows; // of these folds
    private readonly Range[] _windowsOf; // per fold
    private readonly PanelPlan _plan;
    private readonly double[] _scale; // per window: mean absolute seasonal difference, NaN where it is 0

    public PanelJudge(IReadOnlyList<PanelFold> folds, PanelPlan plan)
    {
        (_folds, _plan) = (folds[0].Windows.DistinctBy(w => w.Series).Count() < FewSeries ? folds : [folds[0]], plan);
        _windows = [.. _folds.SelectMany(f => f.Windows)];
        var end = 0;
        _windowsOf = [.. _folds.Select(f => (end)..(end += f.Windows.Length))];
        _scale = Array.ConvertAll(_windows, w => SeasonalDifference.Of(w.Series.Raw.Span[..w.Origin], plan.Season).Absolute);
    }

    /// <summary>The networks' own error on the last steps; smaller is better, and nothing is to be compared with it but that of other networks on the same steps.</summary>
    public double NetworkError()
    {
        var medians = new double[PanelBlend.MethodCount][][];
        medians[(int)PanelMethod.Network] = NetworkMedians();
        var (smape, mase, _) = Errors(medians, PanelBlend.Of(PanelMethod.Network), ..);
        // As in OWA both count alike; the product needs no reference.
        return !double.IsFinite(mase) ? smape : _plan.NonNegative ? Math.Sqrt(smape * mase) : mase;
    }

    /// <summary>
    /// Finds the combination of the networks with simpler methods that did best on what was held back, and mixes it with what did well: on other steps, the weights that were best on these are not,
    /// and with some of each method the loss is small where one of them fails.
    /// </summary>
    public PanelBlend Choose(ParallelOptions parallel, Action<string> log)
    {
        var medians = new double[PanelBlend.MethodCount][][]; // [method][window][h]
        medians[(int)PanelMethod.Network] = NetworkMedians();
        var linear = _folds.SelectMany(f => f.Windows.Select(_ => f.Linear)).ToArray();
        var methods = Enum.GetValues<PanelMethod>().Where(m => Array.TrueForAll(linear, l => PanelBlend.Has(m, l))).ToArray();
        foreach (var method in methods[1..])
        {
            var forecasts = new double[_windows.Length][];
            Parallel.For(0, _windows.Length, parallel, w => forecasts[w] = PanelBlend.Forecast(method, _windows[w].Series, _windows[w].Origin, _plan, linear[w]));
            medians[(int)method] = forecasts;
        }
        var references = Array.ConvertAll(_windowsOf, fold => Errors(medians, PanelBlend.Of(PanelMethod.Naive2), fold));
        log("score of each method (Naive2 = 1): " + string.Join(", ", methods.Select(m => FormattableString.Invariant($"{m} {Score(PanelBlend.Of(m)):F4}"))));
        var best = PanelBlend.Choose(Score, methods);
        var even = PriorForecasts / (PriorForecasts + IndependentForecasts());
        var blend = best.Towards(PanelBlend.ByScore(m => Score(PanelBlend.Of(m)), methods.Where(m => !IsNaive(m))), (float)even);
        log(FormattableString.Invariant($"best: {best}, score {Score(best.Weights):F4}; what is best differs from time to time, so {even:P0} go to what does well: {blend}"));
        var simple = methods.Where(m => m >= PanelMethod.NLinear && m != PanelMethod.Smoothing).MinBy(m => Score(PanelBlend.Of(m)));
        if (Trust(medians, blend, simple) is < 1 and var trust)
        {
            log(FormattableString.Invariant($"combined: {blend}; that it is better than {simple} is {trust:P0} believed, from so few forecasts"));
            blend = blend.Towards(simple, (float)(1 - trust));
        }
        blend = blend.WithoutTraces();
        log(FormattableString.Invariant($"combined: {blend}, score {Score(blend.Weights):F4}"));
        return blend;

        // Each block counts alike: the errors of one time go together, whatever the number of series.
        double Score(float[] weights) => Enumerable.Range(0, _folds.Count).Select(f => ScoreOf(weights, f)).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

        double ScoreOf(float[] weights, int fold)
        {
            var (errors, reference) = (Errors(medians, weights, _windowsOf[fold]), references[fold]);
            var scaled = reference.Mase > 0 ? errors.Mase / reference.Mase : errors.Mase;
            if (_plan.NonNegative) return reference.Smape > 0 ? 0.5 * (errors.Smape / reference.Smape + scaled) : scaled;
            return reference.Square > 0 ? 0.5 * (Math.Sqrt(errors.Square / reference.Square) + scaled) : scaled;
        }
    }

    /// <summary>What only carries values on. It may be best by chance; a share is given to what has reasons to do well.</summary>
    private static bool IsNaive(PanelMethod method) => method is PanelMethod.Naive or PanelMethod.SeasonalNaive or PanelMethod.Naive2 or PanelMethod.Drift;

    private double[][] NetworkMedians() => [.. _folds.SelectMany(f => Array.ConvertAll(PanelModel.Pooled(f.Trial, f.Windows), PanelModel.Median))];

    /// <summary>Origins of one series that are less than a horizon apart tell the same, so what counts is how often a horizon fits in what was held back.</summary>
    private double IndependentForecasts() => _windows.GroupBy(w => w.Series, w => w.Origin).Sum(origins => (origins.Max() - origins.Min()) / (double)_plan.Horizon + 1);

    /// <summary>How far a gain over a simple method is believed: not at all where the blend was no better, wholly where its gain is as large as its standard error.</summary>
    private double Trust(double[][][] medians, PanelBlend blend, PanelMethod simple)
    {
        var alone = PanelBlend.Of(simple);
        double[] gains = [.. Enumerable.Range(0, _windows.Length).Select(w => WindowErrors(medians, alone, w).Mase - WindowErrors(medians, blend.Weights, w).Mase).Where(double.IsFinite)];
        if (gains.Length < 2) return 1;
        var mean = gains.Average();
        var variance = gains.Sum(g => (g - mean) * (g - mean)) / (gains.Length - 1);
        if (variance == 0) return mean >= 0 ? 1 : 0;
        return Math.Clamp(mean / Math.Sqrt(variance / IndependentForecasts()) / SureGain, 0, 1);
    }

    /// <summary>sMAPE, MASE and scaled squared error of the combined medians, each the mean over those of the windows that have it.</summary>
    private (double Smape, double Mase, double Square) Errors(double[][][] medians, float[] weights, Range windows)
    {
        var (smape, mase, squares) = (new Mean(), new Mean(), new Mean());
        var (from, count) = windows.GetOffsetAndLength(_windows.Length);
        for (var w = from; w < from + count; w++)
        {
            var (relative, absolute, square) = WindowErrors(medians, weights, w);
            smape.Add(relative);
            mase.Add(absolute);
            squares.Add(square);
        }
        return (smape.Value, mase.Value, squares.Value);
    }

    /// <summary>The same of one window.</summary>
    private (double Smape, double Mase, double Square) WindowErrors(double[][][] medians, float[] weights, int w)
    {
        var (series, origin) = _windows[w];
        var (relative, absolute, square) = (new Mean(), new Mean(), new Mean());
        for (var i = 0; i < _plan.Horizon; i++)
        {
            if (series.Weight(origin + i) == 0f) continue;
            var (actual, forecast) = ((double)series.Raw.Span[origin + i], 0.0);
            for (var m = 0; m < weights.Length; m++)
                if (weights[m] > 0f) forecast += weights[m] * series.Transform.Invert(medians[m][w][i]);
            if (_plan.NonNegative) forecast = Math.Max(forecast, 0);
            var (error, size) = (Math.Abs(actual - forecast), Math.Abs(actual) + Math.Abs(forecast));
            relative.Add(size > 0 ? error / size : 0);
            absolute.Add(error / _scale[w]);
            square.Add(error * error / (_scale[w] * _scale[w]));
        }
        return (relative.Value, absolute.Value, square.Value);
    }

    /// <summary>Leaves out what is not finite: a series without scale, a window without a known value.</summary>
    private sealed class Mean
    {
        private double _sum;
        private int _count;

        public double Value => _count > 0 ? _sum / _count : double.NaN;

        public void Add(double value)
        {
            if (!double.IsFinite(value)) return;
            _sum += value;
            _count++;
        }
    }
}
