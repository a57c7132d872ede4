// Forecasters that run side by side, each in a lane of a vector.
using System.Runtime.Intrinsics;

namespace GruMlNet;

/// <summary>What is said by a lane does not depend on the others, nor on the width of the processor's own vectors.</summary>
internal abstract class ExpertGroup
{
    /// <summary>Forecasters of a group, at most.</summary>
    public const int Lanes = 8;

    /// <summary>Runs over a series and tells the sink what is forecast at each origin.</summary>
    /// <param name="series">At least one value.</param>
    /// <param name="origins">Ascending steps, at least <paramref name="first"/>.</param>
    /// <param name="first">The first step that could be forecast.</param>
    /// <param name="scratch">For the horizon.</param>
    /// <param name="sink">Takes the forecasts.</param>
    public abstract void Run(TransformedSeries series, ReadOnlySpan<int> origins, int first, SmoothingScratch scratch, ExpertSink sink);
}

/// <summary>Takes what the forecasters of a group say.</summary>
internal abstract class ExpertSink
{
    /// <summary>Whether forecasts of each step, made just before it, are wanted.</summary>
    public abstract bool WantsOneStep { get; }

    /// <summary>Takes the forecast of a step, made just before it.</summary>
    public abstract void OneStep(int t, Vector512<double> forecast);

    /// <summary>Takes the forecast made at one of the origins, told by its place; the span is used again.</summary>
    public abstract void Forecast(int origin, ReadOnlySpan<Vector512<double>> forecast);
}

/// <summary>Memory of one run. Belongs to one thread at a time.</summary>
internal sealed class SmoothingScratch(int season, int horizon)
{
    /// <summary>[m]: the season so far.</summary>
    public Vector512<double>[] Pattern { get; } = new Vector512<double>[season];

    /// <summary>[h]: what a trend of 1 adds up to.</summary>
    public Vector512<double>[] Damping { get; } = new Vector512<double>[horizon];

    /// <summary>[h].</summary>
    public Vector512<double>[] Forecast { get; } = new Vector512<double>[horizon];
}

/// <summary>Adds up how far each forecaster of a group misses, and keeps what it says last.</summary>
internal sealed class ExpertScores(TransformedSeries series, int[] origins, int horizon) : ExpertSink
{
    private readonly Vector512<double>[] _last = new Vector512<double>[horizon];
    private Vector512<double> _sum;
    private int _count;

    public override bool WantsOneStep => false;

    public void Reset() => (_sum, _count) = (Vector512<double>.Zero, 0);

    public double MeanError(int lane) => _count > 0 ? _sum[lane] / _count : 0;

    public void CopyLast(int lane, Span<double> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = _last[i][lane];
    }

    public override void OneStep(int t, Vector512<double> forecast)
    {
    }

    public override void Forecast(int origin, ReadOnlySpan<Vector512<double>> forecast)
    {
        if (origin == origins.Length - 1)
        {
            forecast.CopyTo(_last);
            return;
        }
        var steps = Math.Min(forecast.Length, series.Length - origins[origin]);
        var values = series.Values.AsSpan(origins[origin], steps);
        var observed = series.Observed.AsSpan(origins[origin], steps);
        forecast = forecast[..steps];
        var (sum, count) = (_sum, 0);
        for (var i = 0; i < forecast.Length; i++)
        {
            if (!observed[i]) continue;
            sum += Vector512.Abs(forecast[i] - Vector512.Create(values[i]));
            count++;
        }
        _sum = sum;
        _count += count;
    }
}

/// <summary>Writes down what one forecaster of a group says.</summary>
/// <param name="lane">Which one.</param>
/// <param name="horizon">h.</param>
/// <param name="forecasts">[origins, h].</param>
/// <param name="oneStep">[n + 1]; or empty.</param>
internal sealed class ExpertForecasts(int lane, int horizon, double[] forecasts, double[] oneStep) : ExpertSink
{
    public override bool WantsOneStep => oneStep.Length > 0;

    public override void OneStep(int t, Vector512<double> forecast) => oneStep[t] = forecast[lane];

    public override void Forecast(int origin, ReadOnlySpan<Vector512<double>> forecast)
    {
        var target = forecasts.AsSpan(origin * horizon, horizon);
        for (var i = 0; i < target.Length; i++) target[i] = forecast[i][lane];
    }
}
