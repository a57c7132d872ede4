namespace GruMlNet.Evaluation;

/// <summary>The baselines that are scored beside every model.</summary>
internal static class BaselineSet
{
    /// <summary>Forecasts a history for the horizon that the baselines were made for.</summary>
    internal delegate float[] Forecaster(ReadOnlyMemory<float> history);

    /// <summary>The linear baseline learns from <paramref name="training"/>, which must hold nothing that is to be forecast.</summary>
    internal static IReadOnlyList<(string Name, Forecaster Forecast)> Fit(IReadOnlyList<ReadOnlyMemory<float>> training, int horizon, int seasonality)
    {
        var linear = RidgeNLinear.Fit(training, horizon, seasonality);
        return
        [
            ("naive", history => ForecastBaselines.Naive(history.Span, horizon)),
            ("seasonal naive", history => ForecastBaselines.SeasonalNaive(history.Span, horizon, seasonality)),
            ("Naive2", history => ForecastBaselines.Naive2(history.Span, horizon, seasonality)),
            ("drift", history => ForecastBaselines.Drift(history.Span, horizon)),
            ("ridge NLinear", history => linear.Forecast(history.Span)),
        ];
    }

    /// <summary>Scores each baseline on the same histories and actual values as <paramref name="cases"/>; none where no case has a history.</summary>
    internal static IReadOnlyList<KeyValuePair<string, ForecastEvaluation>> Score(IReadOnlyList<ForecastCase> cases, IReadOnlyList<ReadOnlyMemory<float>> training, int seasonality)
    {
        ForecastCase[] usable = [.. cases.Where(one => one.History.Span.ContainsAnyExcept(float.NaN) && one.Actual.Span.ContainsAnyExcept(float.NaN))];
        if (usable.Length == 0)
            return [];
        int horizon = usable.Max(one => one.Actual.Length);
        return [.. Fit(training, horizon, seasonality).Select(baseline => KeyValuePair.Create(baseline.Name, ForecastEvaluation.Of(
            usable.Select(one => new ForecastCase
            {
                Series = one.Series,
                History = one.History,
                Actual = one.Actual,
                Forecast = baseline.Forecast(one.History).AsMemory(0, one.Actual.Length),
            }),
            seasonality)))];
    }
}
