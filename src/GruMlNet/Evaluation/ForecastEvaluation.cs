using System.Globalization;

namespace GruMlNet.Evaluation;

/// <summary>Scores of forecasts: all together, per series, and per step of the horizon.</summary>
public sealed class ForecastEvaluation
{
    private readonly int seasonality;
    private readonly double alpha;
    private readonly ScoreMeans overall = new();
    private readonly Dictionary<string, (int Cases, ScoreMeans Means)> series = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private readonly List<(int Cases, ScoreMeans Means)> steps = [];
    private int cases;

    private ForecastEvaluation(int seasonality, float confidenceLevel)
    {
        this.seasonality = seasonality;
        alpha = 1 - (double)confidenceLevel;
    }

    /// <summary>Scores over all cases.</summary>
    public ForecastMetrics Overall { get; private set; } = null!;

    /// <summary>Scores of each series, in the order of their first case.</summary>
    public IReadOnlyList<KeyValuePair<string, ForecastMetrics>> PerSeries { get; private set; } = [];

    /// <summary>Scores of the first step ahead, the second, and so on, each over all cases.</summary>
    public IReadOnlyList<ForecastMetrics> PerStep { get; private set; } = [];

    /// <summary>
    /// The scores of simple forecasts of the same actual values from the same histories: naive, seasonal naive, Naive2, drift and ridge NLinear. Made by
    /// <c>mlContext.Forecasting.Evaluate</c> and <c>Backtest</c>; empty where there are no histories.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, ForecastEvaluation>> Baselines { get; private set; } = [];

    /// <summary>The baseline with the lowest MASE (MAE where there is no MASE); null without baselines.</summary>
    public KeyValuePair<string, ForecastEvaluation>? BestBaseline
        => Baselines.Count == 0 ? null : Baselines.MinBy(baseline => double.IsNaN(baseline.Value.Overall.Mase) ? baseline.Value.Overall.MeanAbsoluteError : baseline.Value.Overall.Mase);

    /// <summary>Scores forecasts against what came.</summary>
    /// <param name="forecasts">The cases; several may belong to one series, and horizons may differ.</param>
    /// <param name="seasonality">Steps of a season for the scaled scores and Naive2, at least 1; M4 takes 24 for hours, 12 for months, 4 for quarters, 1 otherwise.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1.</param>
    /// <exception cref="ArgumentException">There is no case, or one whose parts do not fit together.</exception>
    public static ForecastEvaluation Of(IEnumerable<ForecastCase> forecasts, int seasonality, float confidenceLevel = 0.95f)
    {
        ArgumentNullException.ThrowIfNull(forecasts);
        ArgumentOutOfRangeException.ThrowIfLessThan(seasonality, 1);
        if (confidenceLevel is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(confidenceLevel), $"confidenceLevel must be above 0 and below 1, got {confidenceLevel.ToString(CultureInfo.InvariantCulture)}: write 0.95f for 95 %.");

        var evaluation = new ForecastEvaluation(seasonality, confidenceLevel);
        foreach (ForecastCase one in forecasts)
        {
            one.Check();
            evaluation.Add(one);
        }

        if (evaluation.cases == 0)
            throw new ArgumentException("There is nothing to score: no forecast has an actual value to compare with.", nameof(forecasts));
        evaluation.Overall = new ForecastMetrics(evaluation.cases, evaluation.overall);
        evaluation.PerSeries = [.. evaluation.names.Select(name => KeyValuePair.Create(name, Metrics(evaluation.series[name])))];
        evaluation.PerStep = [.. evaluation.steps.Select(Metrics)];
        return evaluation;
    }

    /// <summary>Scores the baselines on the same cases.</summary>
    /// <param name="forecasts">The cases that were scored.</param>
    /// <param name="training">What the linear baseline learns from: nothing that it is to forecast.</param>
    internal ForecastEvaluation BesideBaselines(IReadOnlyList<ForecastCase> forecasts, IReadOnlyList<ReadOnlyMemory<float>> training)
    {
        Baselines = BaselineSet.Score(forecasts, training, seasonality);
        return this;
    }

    private static ForecastMetrics Metrics((int Cases, ScoreMeans Means) group) => new(group.Cases, group.Means);

    private void Add(ForecastCase one)
    {
        ReadOnlySpan<float> actual = one.Actual.Span, history = one.History.Span;
        (double scale, double squareScale) = SeasonalDifference.Of(history, seasonality);
        float[] naive2 = history.ContainsAnyExcept(float.NaN) ? ForecastBaselines.Naive2(history, actual.Length, seasonality) : [];

        var means = new ScoreMeans();
        double scaledSquares = 0;
        int observed = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            if (steps.Count == i)
                steps.Add((0, new ScoreMeans()));
            if (float.IsNaN(actual[i]))
                continue;
            observed++;
            ScoreMeans step = steps[i].Means;
            steps[i] = (steps[i].Cases + 1, step);

            double error = Math.Abs((double)actual[i] - one.Forecast.Span[i]);
            scaledSquares += error * error / squareScale;
            step.Add(Score.RootScaledSquare, error / Math.Sqrt(squareScale));
            Both(Score.Absolute, error);
            Both(Score.Square, error * error);
            Both(Score.Smape, Smape(actual[i], one.Forecast.Span[i]));
            Both(Score.Mape, actual[i] == 0 ? double.NaN : 100 * error / Math.Abs((double)actual[i]));
            Both(Score.Scaled, error / scale);
            if (naive2.Length > 0)
            {
                Both(Score.Naive2Smape, Smape(actual[i], naive2[i]));
                Both(Score.Naive2Scaled, Math.Abs((double)actual[i] - naive2[i]) / scale);
            }

            double pinball = Pinball(one, i);
            Both(Score.Pinball, pinball);
            Both(Score.ScaledPinball, pinball / scale);
            if (one.Lower.Length == 0)
                continue;
            double lower = one.Lower.Span[i], upper = one.Upper.Span[i];
            double misses = Math.Max(0, lower - actual[i]) + Math.Max(0, actual[i] - upper);
            Both(Score.Interval, (upper - lower + 2 / alpha * misses) / scale);
            Both(Score.Covered, double.IsNaN(lower) || double.IsNaN(upper) ? double.NaN : lower <= actual[i] && actual[i] <= upper ? 1 : 0);

            void Both(Score score, double value)
            {
                means.Add(score, value);
                step.Add(score, value);
            }
        }

        if (observed == 0)
            return;
        means.Add(Score.RootScaledSquare, Math.Sqrt(scaledSquares / observed));
        cases++;
        if (!series.TryGetValue(one.Series, out (int Cases, ScoreMeans Means) group))
        {
            group = (0, new ScoreMeans());
            names.Add(one.Series);
        }

        series[one.Series] = (group.Cases + 1, group.Means);
        foreach (Score score in Enum.GetValues<Score>())
        {
            overall.Add(score, means[score]);
            group.Means.Add(score, means[score]);
        }
    }

    private static double Smape(double actual, double forecast)
    {
        double size = Math.Abs(actual) + Math.Abs(forecast);
        return size == 0 ? 0 : 200 * Math.Abs(actual - forecast) / size;
    }

    /// <summary>Mean over the quantile forecasts, else over the two bounds; NaN where there are neither.</summary>
    private double Pinball(ForecastCase one, int step)
    {
        double actual = one.Actual.Span[step];
        if (one.Quantiles.Count > 0)
            return one.Quantiles.Average(quantile => Loss(quantile.Values.Span[step], quantile.Probability));
        return one.Lower.Length == 0 ? double.NaN : (Loss(one.Lower.Span[step], alpha / 2) + Loss(one.Upper.Span[step], 1 - alpha / 2)) / 2;

        double Loss(double quantile, double probability)
            => actual >= quantile ? probability * (actual - quantile) : (1 - probability) * (quantile - actual);
    }
}
