// Exponential smoothing.
using System.Runtime.Intrinsics;

namespace GruMlNet;

/// <summary>One exponential smoother.</summary>
/// <param name="Alpha">Share of a miss that goes into the level.</param>
/// <param name="Beta">Share that goes into the trend.</param>
/// <param name="Phi">What is left of the trend after each step; 0 for no trend.</param>
/// <param name="Gamma">Rate of the season.</param>
internal readonly record struct Smoothing(double Alpha, double Beta, double Phi, double Gamma)
{
    /// <summary>Share of the slope of the line through all values that is added per step ahead.</summary>
    public double Slope { get; init; }

    /// <summary>Share of the change from the first season to the last that is added per step ahead.</summary>
    public double Drift { get; init; }
}

/// <summary>Smoothers of one season in error-correction form, side by side.</summary>
internal sealed class SmootherGroup : ExpertGroup
{
    private readonly int _season;
    private readonly bool _hasSlope, _hasDrift;
    private readonly Vector512<double> _alpha, _beta, _phi, _gamma, _seasonShare, _slope, _drift;

    public SmootherGroup(Smoothing[] smoothers, int season)
    {
        _season = season;
        _alpha = Of(one => one.Alpha);
        _beta = Of(one => one.Beta);
        _phi = Of(one => one.Phi);
        _gamma = Of(one => one.Gamma);
        _seasonShare = Of(one => Math.Max(1 - one.Alpha, 0.3));
        (_slope, _hasSlope) = (Of(one => one.Slope), Array.Exists(smoothers, one => one.Slope > 0));
        (_drift, _hasDrift) = (Of(one => one.Drift), Array.Exists(smoothers, one => one.Drift > 0));

        Vector512<double> Of(Func<Smoothing, double> value)
        {
            Span<double> lanes = stackalloc double[Lanes];
            for (var lane = 0; lane < smoothers.Length; lane++) lanes[lane] = value(smoothers[lane]);
            return Vector512.Create<double>(lanes);
        }
    }

    public override void Run(TransformedSeries series, ReadOnlySpan<int> origins, int first, SmoothingScratch scratch, ExpertSink sink)
    {
        var pattern = scratch.Pattern.AsSpan(0, _season);
        var forecast = scratch.Forecast.AsSpan();
        WriteDamping(scratch.Damping);
        var (level, trend, start) = Start(series, pattern);
        var (next, phase) = (0, start % _season);
        for (var t = start; t <= series.Length; t++)
        {
            var expected = level + _phi * trend;
            if (sink.WantsOneStep && t >= first) sink.OneStep(t, expected + pattern[phase] + Rise(series, t));
            if (next < origins.Length && origins[next] == t)
            {
                Forecast(level, trend, pattern, phase, Rise(series, t), scratch.Damping, forecast);
                sink.Forecast(next++, forecast);
            }
            if (t == series.Length) break;
            level = expected;
            trend *= _phi;
            if (series.Observed[t])
            {
                var error = Vector512.Create(series.Values[t]) - expected - pattern[phase];
                level += _alpha * error;
                trend += _beta * error;
                if (_season > 1) pattern[phase] += SeasonalRate(t) * _seasonShare * error;
            }
            if (++phase == _season) phase = 0;
        }
    }

    /// <summary>A slow rate starts as a plain mean over the seasons seen, so that it does not stay with the first ones.</summary>
    private Vector512<double> SeasonalRate(int t) =>
        Vector512.ConditionalSelect(Vector512.LessThan(_gamma, Vector512.Create(0.1)), Vector512.Create(Math.Max(0.05, 1.0 / (t / _season + 1))), _gamma);

    /// <summary>[h]: φ + φ² + … + φ^i, what a trend of 1 adds up to i steps ahead.</summary>
    private void WriteDamping(Span<Vector512<double>> damping)
    {
        var (sum, weight) = (Vector512<double>.Zero, Vector512<double>.One);
        foreach (ref var one in damping) one = sum += weight *= _phi;
    }

    private static void Forecast(
        Vector512<double> level, Vector512<double> trend, ReadOnlySpan<Vector512<double>> pattern, int phase, Vector512<double> rise, ReadOnlySpan<Vector512<double>> damping, Span<Vector512<double>> target)
    {
        damping = damping[..target.Length];
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = level + damping[i] * trend + pattern[phase] + rise * Vector512.Create((double)(i + 1));
            if (++phase == pattern.Length) phase = 0;
        }
    }

    /// <summary>What is added to the level per step ahead.</summary>
    private Vector512<double> Rise(TransformedSeries series, int t)
    {
        var rise = Vector512<double>.Zero;
        if (_hasSlope) rise += _slope * Vector512.Create(series.Slope(t));
        if (_hasDrift) rise += _drift * Vector512.Create(series.Drift(t, _season));
        return rise;
    }

    /// <summary>Level, trend and pattern from the first two seasons (without season: from the first values), and the step they stand for.</summary>
    private (Vector512<double> Level, Vector512<double> Trend, int Start) Start(TransformedSeries series, Span<Vector512<double>> pattern)
    {
        var v = series.Values;
        pattern.Clear();
        if (_season == 1)
        {
            var start = Math.Min(4, v.Length - 1);
            if (start == 0) return (Vector512.Create(v[0]), Vector512<double>.Zero, 0);
            return (Vector512.Create(v[start - 1]), WhereTrend(0.5 * (v[start - 1] - v[0]) / Math.Max(start - 1, 1)), start);
        }
        Span<double> one = v.AsSpan(0, _season), two = v.AsSpan(_season, _season);
        double meanOne = Mean(one), meanTwo = Mean(two), slope = (meanTwo - meanOne) / _season, mean = 0.5 * (meanOne + meanTwo);
        for (var i = 0; i < _season; i++)
        {
            var a = one[i] - mean - slope * (i - (2 * _season - 1) / 2.0);
            var b = two[i] - mean - slope * (_season + i - (2 * _season - 1) / 2.0);
            pattern[i] = Vector512.Create(0.9 * 0.5 * (a + b)); // a little less than seen: two seasons are little evidence
        }
        return (Vector512.Create(meanTwo + slope * (_season - 1) / 2.0), WhereTrend(slope), 2 * _season);

        Vector512<double> WhereTrend(double trend) => Vector512.ConditionalSelect(Vector512.GreaterThan(_phi, Vector512<double>.Zero), Vector512.Create(trend), Vector512<double>.Zero);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var v in values) sum += v;
        return sum / values.Length;
    }
}
