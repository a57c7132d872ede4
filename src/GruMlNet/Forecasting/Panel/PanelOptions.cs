// What a user may decide about a forecaster of many series.
namespace GruMlNet;

/// <summary>Settings of <see cref="PanelForecaster.Train"/>. Everything left null is chosen from the data, and the choice is written to the log.</summary>
internal sealed class PanelOptions
{
    /// <summary>Steps to forecast, 1 to 10,000. Required.</summary>
    public int Horizon { get; set; }

    /// <summary>Steps of a season, 1 for none, at most 10,000. Null, the default: found in the data.</summary>
    public int? Seasonality { get; set; }

    /// <summary>How much computation the training may spend. Default: <see cref="TrainingBudget.Default"/>.</summary>
    public TrainingBudget Budget { get; set; } = TrainingBudget.Default;

    /// <summary>Seed of initial weights, order of examples and dropout. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Threads, 1 to 1,024; null, the default, for the number of processors. The result does not depend on it.</summary>
    public int? Threads { get; set; }

    /// <summary>Most recent steps that the networks look at, 1 to 10,000; rounded up to whole segments. Null, the default: from the season, or else from the horizon.</summary>
    public int? LookBack { get; set; }

    /// <summary>Values that the networks read at a time, 1 to 1,000. Null, the default: a season, or half of a long one.</summary>
    public int? SegmentLength { get; set; }

    /// <summary>Width of the recurrent state, 1 to 1,024. Null, the default: 64.</summary>
    public int? HiddenSize { get; set; }

    /// <summary>Networks whose forecasts are averaged, 1 to 100. Null, the default: 1, 4 or 8, by the budget.</summary>
    public int? EnsembleSize { get; set; }

    /// <summary>Most steps that a network is trained for, 16 to 1,000,000. Null, the default: by the budget and the number of windows. How many are best is found out on the way.</summary>
    public int? TrainingSteps { get; set; }

    /// <summary>Whether to work on the logarithms of series without negative values. Null, the default: where most series have none.</summary>
    public bool? LogTransform { get; set; }

    /// <summary>Whether forecasts and bounds are kept at or above 0. Null, the default: where the training data is. Never for a history that has negative values.</summary>
    public bool? NonNegative { get; set; }

    /// <summary>Takes a line of text per choice; may be called from several threads. Default null.</summary>
    public Action<string>? Log { get; set; }

    /// <summary>Told how far training has come, from any of its threads. Default null.</summary>
    public Action<PanelProgress>? Progress { get; set; }

    /// <summary>Ends training early with the best model so far; <see cref="PanelForecaster.WasCancelled"/> tells. Default none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>A copy that later changes of this one do not reach.</summary>
    internal PanelOptions Clone() => (PanelOptions)MemberwiseClone();

    /// <summary>Checks every value and reports all that are out of range together.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists each option, its value and its range.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        Range(nameof(Horizon), Horizon, 1, 10_000);
        Range(nameof(Seasonality), Seasonality, 1, 10_000);
        Range(nameof(LookBack), LookBack, 1, 10_000);
        Range(nameof(SegmentLength), SegmentLength, 1, 1000);
        Range(nameof(HiddenSize), HiddenSize, 1, 1024);
        Range(nameof(EnsembleSize), EnsembleSize, 1, 100);
        Range(nameof(TrainingSteps), TrainingSteps, 16, 1_000_000);
        Range(nameof(Threads), Threads, 1, 1024);
        if (!Enum.IsDefined(Budget)) problems.Add($"{nameof(Budget)} must be one of {string.Join(", ", Enum.GetNames<TrainingBudget>())}, got {Budget}.");
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems));

        void Range(string name, int? value, int min, int max)
        {
            if (value < min || value > max) problems.Add(FormattableString.Invariant($"{name} must be {min} to {max}, got {value}."));
        }
    }
}
