// What a user may decide about the forecasting model; everything left null is decided from the data.
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>
/// Model and training settings of a GRU forecaster. The defaults are meant to be left alone: each null is chosen from
/// the data, and the choice is written to the log.
/// </summary>
/// <remarks>
/// With enough data one network is trained over all series and blended with simple methods. With fewer than 1,000 past windows each series is
/// forecast by a combination of classical forecasters, which small networks correct; with up to 30 past steps to learn from, without them. The log
/// says which it is, and each option whether it counts for one of the two only.
/// </remarks>
public sealed class GruForecastModelOptions
{
    internal const int DefaultSeed = 0;

    /// <summary>How much computation training may spend: the number and length of trainings, where <see cref="EnsembleSize"/> and <see cref="TrainingSteps"/> do not say. Default: <see cref="TrainingBudget.Default"/>.</summary>
    public TrainingBudget Budget { get; set; } = TrainingBudget.Default;

    /// <summary>Steps of a season, for example 12 for months or 24 for hours; 1 for none, at most 10,000. Not used where no series is long enough for it. Null, the default: from the time column's frequency, else from the data.</summary>
    public int? Seasonality { get; set; }

    /// <summary>Most recent steps of a series that a forecast looks at, and that transformers and engines remember; 8 to 100,000. Null, the default: 20 seasons, at least 512 steps for a model per series and 2,048 for one over many.</summary>
    public int? ContextLength { get; set; }

    /// <summary>Most recent steps that networks over many series look at, 1 to 10,000; rounded up to whole segments, and at most <see cref="ContextLength"/>. Null, the default: from the season, or else from the horizon.</summary>
    public int? LookBack { get; set; }

    /// <summary>Values that networks over many series read at a time, 1 to 1,000. Null, the default: a season, or half of a long one.</summary>
    public int? SegmentLength { get; set; }

    /// <summary>Width of the recurrent state; 1 to 1,024. Null, the default: 64, or 16 to 64 for a model per series.</summary>
    public int? HiddenSize { get; set; }

    /// <summary>Networks that are trained from different seeds and averaged; 1 to 100. Null, the default: 1, 4 or 8 by <see cref="Budget"/>; 1, 3 or 6 for a model per series.</summary>
    public int? EnsembleSize { get; set; }

    /// <summary>Most steps that a network is trained for, 16 to 1,000,000. Null, the default: by <see cref="Budget"/> and the amount of data. Over many series, how many are best is found out on the way.</summary>
    public int? TrainingSteps { get; set; }

    /// <summary>Whether to work on the logarithm of series without negative values, which makes growth and seasonal swings additive. Null, the default: chosen from the data.</summary>
    public bool? LogTransform { get; set; }

    /// <summary>Whether forecasts and bounds are kept at or above 0. Null, the default: where the training data is. Never for a history that has negative values.</summary>
    public bool? NonNegative { get; set; }

    /// <summary>Seed of initial weights, order of examples and dropout. Null, the default: the seed of the MLContext, or 0 where it has none.</summary>
    public int? Seed { get; set; }

    /// <summary>Threads of the training; 1 to 1,024. Null, the default: the number of processors. The result does not depend on it, unless <see cref="Progress"/> ends training early.</summary>
    public int? Threads { get; set; }

    /// <summary>
    /// Settings of the optimizer. Null, the default: chosen from the amount of data. Its seed and progress callback are not used: see <see cref="Seed"/> and <see cref="Progress"/>.
    /// Networks over many series find out on the way how long to train, so MaxEpochs, StepsPerEpoch and AverageDecay count for a model per series only.
    /// </summary>
    public TrainerOptions? Training { get; set; }

    /// <summary>
    /// Told how far training has come, on one of its threads; by one call at a time. Returning false ends training with the best model so far. Default null.
    /// </summary>
    public Func<ForecastTrainingProgress, bool>? Progress { get; set; }

    /// <summary>Cancels training with an <see cref="OperationCanceledException"/>; looked at before every step. Default none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Steps to forecast; the estimator's option, handed on to the model.</summary>
    internal int Horizon { get; set; }

    /// <summary>Takes a line of text per choice; may be called from several threads.</summary>
    internal Action<string>? Log { get; set; }

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
        Range(nameof(LookBack), LookBack, 1, 10_000);
        Range(nameof(SegmentLength), SegmentLength, 1, 1000);
        Range(nameof(HiddenSize), HiddenSize, 1, 1024);
        Range(nameof(EnsembleSize), EnsembleSize, 1, 100);
        Range(nameof(TrainingSteps), TrainingSteps, 16, 1_000_000);
        Range(nameof(Threads), Threads, 1, 1024);
        if (!Enum.IsDefined(Budget)) problems.Add($"{nameof(Budget)} must be one of {string.Join(", ", Enum.GetNames<TrainingBudget>())}, got {Budget}.");
        try
        {
            Training?.Validate();
        }
        catch (ArgumentException e)
        {
            problems.Add("Training: " + e.Message);
        }
        if (Training?.Patience is not null) problems.Add("Training: Patience must be null, because a forecaster decides from held-back steps how long to train.");
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems));

        void Range(string name, int? value, int min, int max)
        {
            if (value < min || value > max) problems.Add(FormattableString.Invariant($"{name} must be null or {min} to {max}, got {value}."));
        }
    }
}
