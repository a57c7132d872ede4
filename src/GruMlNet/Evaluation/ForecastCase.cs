namespace GruMlNet.Evaluation;

/// <summary>One forecast to be scored: the past it was made from, what was forecast, and what came. Missing values are NaN.</summary>
public sealed class ForecastCase
{
    /// <summary>Name of the series. Cases of the same name are averaged in <see cref="ForecastEvaluation.PerSeries"/>. Default: empty.</summary>
    public string Series { get; init; } = string.Empty;

    /// <summary>The values before the forecast, oldest first; the scaled scores and OWA need them. Default: empty.</summary>
    public ReadOnlyMemory<float> History { get; init; }

    /// <summary>What came: one value per step; steps with NaN are not scored.</summary>
    public required ReadOnlyMemory<float> Actual { get; init; }

    /// <summary>The point forecast, as long as <see cref="Actual"/>.</summary>
    public required ReadOnlyMemory<float> Forecast { get; init; }

    /// <summary>Lower bounds, as long as <see cref="Actual"/>; empty, the default, for none. Needs <see cref="Upper"/>.</summary>
    public ReadOnlyMemory<float> Lower { get; init; }

    /// <summary>Upper bounds, as long as <see cref="Actual"/>; empty, the default, for none. Needs <see cref="Lower"/>.</summary>
    public ReadOnlyMemory<float> Upper { get; init; }

    /// <summary>Quantile forecasts: the probability of staying below (above 0 and below 1) and one value per step, each as long as <see cref="Actual"/>, for the pinball loss. Default: none; the bounds then count as the two quantiles that they are.</summary>
    public IReadOnlyList<(float Probability, ReadOnlyMemory<float> Values)> Quantiles { get; init; } = [];

    internal void Check()
    {
        if (Actual.Length == 0)
            throw new ArgumentException($"There is nothing to score in {Name}: Actual is empty.");
        CheckLength(nameof(Forecast), Forecast.Length);
        if (Lower.Length != 0 || Upper.Length != 0)
        {
            CheckLength(nameof(Lower), Lower.Length);
            CheckLength(nameof(Upper), Upper.Length);
        }

        foreach ((float probability, ReadOnlyMemory<float> values) in Quantiles)
        {
            CheckLength($"The quantile forecast {probability}", values.Length);
            if (probability is not (> 0 and < 1))
                throw new ArgumentException($"The probability of a quantile must be above 0 and below 1, got {probability} in {Name}.");
        }

        for (int i = 0; i < Forecast.Length; i++)
        {
            if (!float.IsFinite(Forecast.Span[i]))
                throw new ArgumentException($"The forecast of {Name} has no finite value at step {i + 1}: every step needs one to be scored.");
        }
    }

    private string Name => Series.Length == 0 ? "a series" : $"series '{Series}'";

    private void CheckLength(string what, int length)
    {
        if (length != Actual.Length)
            throw new ArgumentException($"{what} of {Name} has {Counted.Of(length, "step")}, but Actual has {Actual.Length}: both must cover the same steps.");
    }
}
