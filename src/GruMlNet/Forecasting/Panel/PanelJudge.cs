// Judges forecasts of the held-back steps: which methods to combine, and how wide the bounds must be.
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>
/// The score is OWA, the mean of sMAPE and MASE against those of Naive2; where values may be negative, sMAPE means nothing and MASE alone counts.
/// </summary>
internal sealed class PanelJudge
{
    private readonly IReadOnlyList<PanelFold> _folds;
    private readonly (PreparedSeries Series, int Origin)[] _windows; // of the first fold
    private readonly PanelPlan _plan;
    private readonly double[] _scale; // per window: mean absolute seasonal difference, NaN where it is 0

    public PanelJudge(IReadOnlyList<PanelFold> folds, PanelPlan plan)
    {
        (_folds, _plan) = (folds, plan);
        _windows = folds[0].Windows;
        _scale = Array.ConvertAll(_windows, w => SeasonalDifference.Of(w.Series.Raw.Span[..w.Origin], plan.Season).Absolute);
    }

    /// <summary>The networks' own error on the last steps; smaller is better, and nothing is to be compared with it but that of other networks on the same steps.</summary>
    public double NetworkError()
    {
        var medians = new double[PanelBlend.MethodCount][][];
        medians[(int)PanelMethod.Network] = Array.ConvertAll(PanelModel.MeanOf(_folds[0].Trial, _windows), PanelModel.Median);
        var (smape, mase) = Errors(medians, Alone(PanelMethod.Network));
        // As in OWA both count alike; the product needs no reference.
        return !double.IsFinite(mase) ? smape : _plan.NonNegative ? Math.Sqrt(smape * mase) : mase;
    }

    /// <summary>Finds the combination of the networks with simpler methods that did best on the last steps: earlier ones, with less to learn from, were found to mislead.</summary>
    public PanelBlend Choose(ParallelOptions parallel, Action<string> log)
    {
        var medians = new double[PanelBlend.MethodCount][][]; // [method][window][h]
        medians[(int)PanelMethod.Network] = Array.ConvertAll(PanelModel.MeanOf(_folds[0].Trial, _windows), PanelModel.Median);
        var linear = _folds[0].Linear;
        var methods = Enum.GetValues<PanelMethod>().Where(m => PanelBlend.Has(m, linear)).ToArray();
        foreach (var method in methods[1..])
        {
            var forecasts = new double[_windows.Length][];
            Parallel.For(0, _windows.Length, parallel, w => forecasts[w] = PanelBlend.Forecast(method, _windows[w].Series, _windows[w].Origin, _plan, linear));
            medians[(int)method] = forecasts;
        }
        var reference = Errors(medians, Alone(PanelMethod.Naive2));
        log("score of each method (Naive2 = 1): " + string.Join(", ", methods.Select(m => FormattableString.Invariant($"{m} {Score(Alone(m)):F4}"))));
        var blend = PanelBlend.Choose(Score, methods);
        log(FormattableString.Invariant($"combined: {blend}, score {Score(blend.Weights):F4}"));
        return blend;

        double Score(float[] weights)
        {
            var (smape, mase) = Errors(medians, weights);
            var scaled = reference.Mase > 0 ? mase / reference.Mase : mase;
            return _plan.NonNegative && reference.Smape > 0 ? 0.5 * (smape / reference.Smape + scaled) : scaled;
        }
    }

    /// <summary>How far from the median, in z, the held-back values of all folds lie: the errors of one time go together, whatever the number of series.</summary>
    public PanelCalibration Calibrate(PanelBlend blend)
    {
        int h = _plan.Horizon, Q = PanelPlan.Levels.Length;
        List<double>[] distances = [.. Enumerable.Range(0, h).Select(_ => new List<double>())];
        foreach (var fold in _folds)
        {
            var quantiles = fold.Model(blend).Quantiles(fold.Windows);
            for (var i = 0; i < h; i++)
            {
                for (var w = 0; w < fold.Windows.Length; w++)
                {
                    var (series, t) = (fold.Windows[w].Series, fold.Windows[w].Origin + i);
                    if (series.Weight(t) > 0f) distances[i].Add(Math.Abs(PanelQuantiles.ZOf(quantiles[w].AsSpan(i * Q, Q), series.Values[t])));
                }
            }
        }
        return PanelCalibration.Fit(distances);
    }

    private static float[] Alone(PanelMethod method)
    {
        var weights = new float[PanelBlend.MethodCount];
        weights[(int)method] = 1f;
        return weights;
    }

    /// <summary>sMAPE and MASE of the combined medians, each the mean over the windows that have it.</summary>
    private (double Smape, double Mase) Errors(double[][][] medians, float[] weights)
    {
        var (smape, mase) = (new Mean(), new Mean());
        var h = _plan.Horizon;
        for (var w = 0; w < _windows.Length; w++)
        {
            var (series, origin) = _windows[w];
            var (relative, absolute) = (new Mean(), new Mean());
            for (var i = 0; i < h; i++)
            {
                if (series.Weight(origin + i) == 0f) continue;
                var center = 0.0;
                for (var m = 0; m < weights.Length; m++)
                    if (weights[m] > 0f) center += weights[m] * medians[m][w][i];
                double actual = series.Raw.Span[origin + i], forecast = series.Transform.Invert(center);
                if (_plan.NonNegative) forecast = Math.Max(forecast, 0);
                var (error, size) = (Math.Abs(actual - forecast), Math.Abs(actual) + Math.Abs(forecast));
                relative.Add(size > 0 ? error / size : 0);
                absolute.Add(error / _scale[w]);
            }
            smape.Add(relative.Value);
            mase.Add(absolute.Value);
        }
        return (smape.Value, mase.Value);
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
