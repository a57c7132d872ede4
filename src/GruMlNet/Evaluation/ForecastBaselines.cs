namespace GruMlNet.Evaluation;

/// <summary>
/// The simple forecasts that every model must beat. Each takes the history of one series, oldest value first, NaN where missing, with at least one observed value.
/// </summary>
public static class ForecastBaselines
{
    /// <summary>The last observed value, again and again.</summary>
    /// <exception cref="ArgumentException">The history has no observed value, or the horizon is below 1.</exception>
    public static float[] Naive(ReadOnlySpan<float> history, int horizon)
    {
        var forecast = new float[Checked(horizon)];
        forecast.AsSpan().Fill(history[LastObserved(history)]);
        return forecast;
    }

    /// <summary>Each step is the latest observed value of its phase of the season; the last observed value where the phase has none.</summary>
    /// <exception cref="ArgumentException">The history has no observed value, or the horizon or seasonality is below 1.</exception>
    public static float[] SeasonalNaive(ReadOnlySpan<float> history, int horizon, int seasonality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seasonality, 1);
        float[] forecast = Naive(history, horizon);
        for (int i = 0; i < horizon; i++)
        {
            if (i >= seasonality)
            {
                forecast[i] = forecast[i - seasonality];
                continue;
            }

            for (int t = history.Length + i - seasonality; t >= 0; t -= seasonality)
            {
                if (float.IsNaN(history[t]))
                    continue;
                forecast[i] = history[t];
                break;
            }
        }

        return forecast;
    }

    /// <summary>The straight line through the first and the last observed value.</summary>
    /// <exception cref="ArgumentException">The history has no observed value, or the horizon is below 1.</exception>
    public static float[] Drift(ReadOnlySpan<float> history, int horizon)
    {
        float[] forecast = Naive(history, horizon);
        int first = history.IndexOfAnyExcept(float.NaN), last = LastObserved(history);
        if (first == last)
            return forecast;
        double slope = ((double)history[last] - history[first]) / (last - first);
        for (int i = 0; i < horizon; i++)
            forecast[i] = (float)(history[last] + slope * (history.Length - last + i));
        return forecast;
    }

    /// <summary>
    /// The benchmark of the M competitions: the last value, seasonally adjusted where the seasonality test finds a season. Test: at least three seasons, and an autocorrelation at lag m beyond
    /// 1.645/√n·√(1 + 2·Σᵢ﹤ₘ rᵢ²). Adjustment: classical multiplicative decomposition. Missing values are interpolated for both.
    /// </summary>
    /// <exception cref="ArgumentException">The history has no observed value, or the horizon or seasonality is below 1.</exception>
    public static float[] Naive2(ReadOnlySpan<float> history, int horizon, int seasonality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seasonality, 1);
        float[] forecast = Naive(history, horizon);
        double[] values = Interpolation.Fill(history);
        if (!SeasonalIndices.IsSeasonal(values, seasonality) || SeasonalIndices.Of(values, seasonality) is not { } indices)
            return forecast;
        double level = values[^1] / indices[(values.Length - 1) % seasonality];
        for (int i = 0; i < horizon; i++)
            forecast[i] = (float)(level * indices[(values.Length + i) % seasonality]);
        return forecast;
    }

    private static int Checked(int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        return horizon;
    }

    private static int LastObserved(ReadOnlySpan<float> history)
    {
        int last = history.LastIndexOfAnyExcept(float.NaN);
        return last >= 0 ? last : throw new ArgumentException("The history has no observed value to forecast from.", nameof(history));
    }
}
