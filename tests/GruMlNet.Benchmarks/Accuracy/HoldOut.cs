// A panel whose end is held out: what the model and the baselines score on it.
using System.Diagnostics;
using GruMlNet.Evaluation;

namespace GruMlNet.Benchmarks.Accuracy;

/// <summary>A panel and how it is scored.</summary>
/// <param name="Name">For the output.</param>
/// <param name="Series">All values, the held-out ones included.</param>
/// <param name="Origins">Where the held-out horizons start; the model learns from what lies before the first of them.</param>
/// <param name="Seasonality">Of the scaled scores and of the baselines.</param>
internal sealed record HoldOut(string Name, IReadOnlyList<PanelSeries> Series, RollingOrigin Origins, int Seasonality)
{
    private static readonly float[] Levels = [0.8f, 0.95f];

    /// <summary>Trains on the past of the first origin, forecasts from every origin, scores.</summary>
    public PanelScore Score(GruForecastModelOptions options)
    {
        options.Horizon = Origins.Horizon;
        var known = Series.Where(s => Origins.History(s.Values, 0).Span.ContainsAnyExcept(float.NaN)).ToArray();
        if (known.Length == 0) throw new ArgumentException($"No series of {Name} is longer than the {Origins.Horizon + (Origins.Windows - 1) * Origins.Stride} held-out steps: hold out less.");
        var usage = Usage.Start();
        var model = PanelForecaster.Train(Past(known, 0), options);
        var cases = new List<(ForecastCase Inner, ForecastCase Outer)>();
        for (var window = 0; window < Origins.Windows; window++)
        {
            var past = Past(known, window);
            var forecasts = model.ForecastAll(past, Origins.Horizon, Levels, options.Threads);
            for (var s = 0; s < known.Length; s++) cases.Add((Case(known[s], window, past[s], forecasts[s], 0), Case(known[s], window, past[s], forecasts[s], 1)));
        }
        var (seconds, processor) = usage.Stop();
        ForecastCase[] inner = [.. cases.Select(c => c.Inner)], outer = [.. cases.Select(c => c.Outer)];
        var training = Past(known, 0).Select(s => (ReadOnlyMemory<float>)s.Values).ToArray();
        return new PanelScore(
            Name,
            Origins.Horizon,
            ForecastEvaluation.Of(outer, Seasonality, Levels[1]).BesideBaselines(outer, training),
            ForecastEvaluation.Of(inner, Seasonality, Levels[0]).Overall.Coverage,
            IsNonNegative: Series.All(s => ValueTransform.CanLog(s.Values)),
            seconds,
            processor);
    }

    private PanelSeries[] Past(PanelSeries[] series, int window) => Array.ConvertAll(series, s => s with { Values = Origins.History(s.Values, window).ToArray() });

    private ForecastCase Case(PanelSeries series, int window, PanelSeries past, PanelForecast forecast, int level)
    {
        var actual = Origins.Actual(series.Values, window);
        return new ForecastCase
        {
            Series = series.Id,
            History = past.Values,
            Actual = actual,
            Forecast = forecast.Point.AsMemory(0, actual.Length),
            Lower = forecast.Lower[level].AsMemory(0, actual.Length),
            Upper = forecast.Upper[level].AsMemory(0, actual.Length),
        };
    }
}

/// <summary>Time on the wall and of the processors, the latter of all threads together: on a busy machine it is the steadier one.</summary>
internal readonly record struct Usage(long Started, TimeSpan Processor)
{
    public static Usage Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    public (double Seconds, double ProcessorSeconds) Stop() => (Stopwatch.GetElapsedTime(Started).TotalSeconds, (Environment.CpuUsage.TotalTime - Processor).TotalSeconds);
}
