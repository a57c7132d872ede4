// Which windows, how many steps: what is chosen from the data where the user has not said.
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>The rules behind the defaults. Each was found on panels of hourly, daily, weekly, monthly and shorter series, and says so in the log when it is applied.</summary>
internal static class PanelRules
{
    /// <summary>A season up to this long is one step of the network; a longer one is two.</summary>
    private const int LongestSegment = 48;

    /// <summary>Segments of a window, by the season's length: two weeks of hours or half-hours, so that half of it still shows a week; a dozen years of months.</summary>
    private const int DailySegments = 14, OtherSegments = 12;

    /// <summary>Without season a window is this many horizons long, in <see cref="PlainSegments"/> segments.</summary>
    private const int PlainHorizons = 16, PlainSegments = 8;

    /// <summary>Steps of a history that a forecast looks at, at least: what the simple methods gain from more is little, and all of it must be remembered.</summary>
    private const int MinContext = 2048;

    /// <summary>Series that rules look at where there are many.</summary>
    private const int SampleSize = 200;

    private const int DefaultHiddenSize = 64, DefaultExperts = 8;

    /// <summary>The plans of the networks: the same but for the length of their windows, which makes their errors differ.</summary>
    public static IReadOnlyList<PanelPlan> Choose(IReadOnlyList<PanelSeries> series, GruForecastModelOptions options)
    {
        var values = series.Select(s => s.Values).ToArray();
        var lengths = Array.ConvertAll(values, v => v.Length);
        Array.Sort(lengths);
        var (longest, median) = (lengths[^1], lengths[lengths.Length / 2]);
        var season = options.Seasonality ?? SeasonDetector.Detect(values);
        if (season > 1 && longest < 2 * season) season = 1;
        var nonNegative = values.All(v => ValueTransform.CanLog(v));
        var useLog = options.LogTransform ?? values.Count(v => ValueTransform.CanLog(v)) * 2 > values.Length;
        var period = season > 1 && SeasonalNaiveIsBetter(values, season, options.Horizon) ? season : 1;

        var segment = options.SegmentLength ?? (season == 1 ? Math.Max(1, (options.LookBack ?? PlainLookBack(options.Horizon, median)) / PlainSegments) : season <= LongestSegment ? season : season / 2);
        var lookBack = options.LookBack ?? (season == 1 ? PlainSegments * segment : LookBack(season, segment));
        var context = options.ContextLength ?? Math.Max(MinContext, Math.Max(lookBack, ForecastPlan.DefaultContext(season)));
        segment = Math.Min(segment, context);
        lookBack = RoundUp(Math.Min(Math.Min(lookBack, context / segment * segment), Math.Max(longest - options.Horizon, segment)), segment);
        var plan = new PanelPlan(options.Horizon, season, period, lookBack, segment, options.HiddenSize ?? DefaultHiddenSize, DefaultExperts, useLog, options.NonNegative ?? nonNegative) { ContextLength = context };
        var half = RoundUp(lookBack / 2, segment);
        return options.Budget != TrainingBudget.Fast && half < lookBack && half >= period ? [plan, plan with { LookBack = half }] : [plan];
    }

    /// <summary>What a network costs per window, in multiplications.</summary>
    public static double Cost(PanelPlan plan)
    {
        double H = plan.HiddenSize, recurrent = plan.Steps * (plan.InputSize * H + 6 * H * H);
        return recurrent + (double)plan.LookBack * plan.Experts * plan.Horizon + H * plan.Horizon * PanelPlan.Levels.Length;
    }

    private static int LookBack(int season, int segment) => segment * (season >= 24 ? DailySegments : OtherSegments);

    private static int PlainLookBack(int horizon, int medianLength) => Math.Clamp(PlainHorizons * horizon, PlainSegments, Math.Max(PlainSegments, medianLength / 2));

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    /// <summary>Compares the last value with the last season as forecasts, over the last few horizons of the series.</summary>
    private static bool SeasonalNaiveIsBetter(float[][] series, int season, int horizon)
    {
        const int Origins = 5;
        var (sum, stride) = (0.0, Math.Max(1, series.Length / SampleSize));
        for (var s = 0; s < series.Length; s += stride)
        {
            double naive = 0, seasonal = 0;
            for (var o = 1; o <= Origins; o++)
            {
                var origin = series[s].Length - o * horizon;
                if (origin < season) break;
                var history = series[s].AsSpan(0, origin);
                if (!history.ContainsAnyExcept(float.NaN)) break;
                naive += Error(series[s], origin, ForecastBaselines.Naive(history, horizon));
                seasonal += Error(series[s], origin, ForecastBaselines.SeasonalNaive(history, horizon, season));
            }
            if (naive > 0 && seasonal > 0) sum += Math.Log(seasonal / naive);
        }
        return sum < 0;
    }

    private static double Error(float[] series, int origin, float[] forecast)
    {
        var sum = 0.0;
        for (var i = 0; i < forecast.Length; i++)
            if (!float.IsNaN(series[origin + i])) sum += Math.Abs((double)series[origin + i] - forecast[i]);
        return sum;
    }
}
