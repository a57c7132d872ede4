// What a user may decide about the forecasting model; everything left null is decided from the data.
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>
/// Model and training settings of a GRU forecaster. The defaults are meant to be left alone: each null is chosen from
/// the data, and the choice is written to the log. Where the training data gives up to 30 past steps to learn from, no network is trained: the
/// classical forecasters alone are combined, the options of network and training have no effect, and the log says so.
/// </summary>
public sealed class GruForecastModelOptions
{
    /// <summary>Steps of a season, for example 12 for months or 24 for hours; 1 for none, at most 10,000. Not used where no series has two and a half seasons. Null, the default: from the time column's frequency, else from the data.</summary>
    public int? Seasonality { get; set; }

    /// <summary>Most recent steps of a series that training and forecasts look at; 8 to 100,000. A season is used only where two and a half fit in. Null, the default: 20 seasons, at least 512 steps.</summary>
    public int? ContextLength { get; set; }

    /// <summary>Width of the recurrent state; 1 to 1,024. Null, the default: 16 for a single series, up to 64 for many.</summary>
    public int? HiddenSize { get; set; }

    /// <summary>Networks that are trained from different seeds and averaged; 1 to 100. Null, the default: 3.</summary>
    public int? EnsembleSize { get; set; }

    /// <summary>Whether to work on the logarithm of the values, which makes growth and seasonal swings additive. Null, the default: where it forecasts the training data better. Needs values of at least 0.</summary>
    public bool? LogTransform { get; set; }

    /// <summary>Whether forecasts and bounds are kept at or above 0. Null, the default: where the training data is. Never for a history that has negative values.</summary>
    public bool? NonNegative { get; set; }

    /// <summary>Seed of initial weights, order of examples and dropout. Null, the default: the seed of the MLContext, or 0 where it has none.</summary>
    public int? Seed { get; set; }

    /// <summary>Networks that are trained at the same time; at least 1. Null, the default: the number of processors. The result does not depend on it, unless <see cref="Progress"/> ends training early.</summary>
    public int? Threads { get; set; }

    /// <summary>Settings of the training run. Null, the default: chosen from the amount of data. Its seed and progress callback are not used: see <see cref="Seed"/> and <see cref="Progress"/>.</summary>
    public TrainerOptions? Training { get; set; }

    /// <summary>Called after each epoch of the first network, on a training thread; returning false ends training with the best weights so far. Default null.</summary>
    public Func<TrainingProgress, bool>? Progress { get; set; }

    /// <summary>Cancels training with an <see cref="OperationCanceledException"/>; looked at before every step. Default none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>A copy that later changes of this one do not reach.</summary>
    internal GruForecastModelOptions Clone()
    {
        var copy = (GruForecastModelOptions)MemberwiseClone();
        copy.Training = Training?.Clone();
        return copy;
    }

    /// <summary>Checks every value and reports all that are out of range together.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists each option, its value and its range.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        Range(nameof(Seasonality), Seasonality, 1, 10_000);
        Range(nameof(ContextLength), ContextLength, 8, 100_000);
        Range(nameof(HiddenSize), HiddenSize, 1, 1024);
        Range(nameof(EnsembleSize), EnsembleSize, 1, 100);
        Range(nameof(Threads), Threads, 1, 1024);
        try
        {
            Training?.Validate();
        }
        catch (ArgumentException e)
        {
            problems.Add("Training: " + e.Message);
        }
        if (Training?.Patience is not null) problems.Add("Training: Patience must be null, because a forecaster trains for a fixed number of steps.");
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems));

        void Range(string name, int? value, int min, int max)
        {
            if (value < min || value > max) problems.Add(FormattableString.Invariant($"{name} must be null or {min} to {max}, got {value}."));
        }
    }
}
