namespace GruMlNet.Evaluation;

/// <summary>Backtests the panel forecaster: float arrays in, scores out.</summary>
internal static class PanelBacktest
{
    /// <summary>
    /// Trains on what is known at the first origin (at every origin with <paramref name="refit"/>), forecasts from each origin and scores the forecasts beside the baselines; the linear one learns from the past of the first origin.
    /// Series that are too short for an origin are not scored there.
    /// </summary>
    /// <exception cref="ArgumentException">No series is long enough; the message says what to change.</exception>
    internal static ForecastEvaluation Run(
        IReadOnlyList<PanelSeries> series, RollingOrigin origins, bool refit, float level, int? threads, int? seasonality, Func<IReadOnlyList<PanelSeries>, PanelForecaster> train)
    {
        origins.CheckLength(series.Max(one => one.Values.Length));
        PanelForecaster? model = null;
        List<ForecastCase> cases = [];
        ReadOnlyMemory<float>[] firstPast = [];
        for (int window = 0; window < origins.Windows; window++)
        {
            PanelSeries[] known = [.. series.Where(one => origins.History(one.Values, window).Span.ContainsAnyExcept(float.NaN))];
            PanelSeries[] past = [.. known.Select(one => Until(one, origins.History(one.Values, window).Length))];
            if (model is null || refit)
                model = train(past);
            PanelForecast[] forecasts = model.ForecastAll(past, origins.Horizon, [level], threads);
            cases.AddRange(forecasts.Select((forecast, i) => new ForecastCase
            {
                Series = past[i].Id,
                History = past[i].Values,
                Actual = origins.Actual(known[i].Values, window),
                Forecast = forecast.Point,
                Lower = forecast.Lower[0],
                Upper = forecast.Upper[0],
            }));
            if (window == 0)
                firstPast = Array.ConvertAll(past, one => (ReadOnlyMemory<float>)one.Values);
        }

        return ForecastEvaluation.Of(cases, seasonality ?? model!.Seasonality, level).BesideBaselines(cases, firstPast);
    }

    /// <summary>The past of a series; what is known beforehand stays.</summary>
    private static PanelSeries Until(PanelSeries series, int steps)
        => series with { Values = series.Values[..steps], Past = Array.ConvertAll(series.Past, column => column[..steps]), Weights = series.Weights?[..steps] };
}
