namespace GruMlNet.Evaluation;

/// <summary>How a forecaster is tested on the past.</summary>
public sealed class BacktestOptions
{
    /// <summary>Name of the column to forecast, of type Single. Required.</summary>
    public string ActualColumnName { get; set; } = string.Empty;

    /// <summary>Name of the column that the estimator adds with the forecast made after seeing the row: a vector of Single, whose length is the horizon. Required.</summary>
    public string ForecastColumnName { get; set; } = string.Empty;

    /// <summary>Name of the column with the lower bounds, or null, the default, for none. Needs <see cref="ConfidenceUpperBoundColumn"/>.</summary>
    public string? ConfidenceLowerBoundColumn { get; set; }

    /// <summary>Name of the column with the upper bounds, or null, the default, for none. Needs <see cref="ConfidenceLowerBoundColumn"/>.</summary>
    public string? ConfidenceUpperBoundColumn { get; set; }

    /// <summary>Confidence level of the bounds, above 0 and below 1. Default: 0.95.</summary>
    public float ConfidenceLevel { get; set; } = 0.95f;

    /// <summary>Name of a text, key or integer column that tells several series apart, or null, the default, for one series.</summary>
    public string? SeriesColumnName { get; set; }

    /// <summary>
    /// Name of the column with the times, of any type that a forecaster takes: rows may then come in any order, a time that is there twice is refused, and steps without a row in a regular grid are missing ones.
    /// Null, the default: the rows of a series follow each other.
    /// </summary>
    public string? TimeColumnName { get; set; }

    /// <summary>Steps to forecast from each origin, at least 1. Required.</summary>
    public int Horizon { get; set; }

    /// <summary>Number of origins, at least 1. Default: 3.</summary>
    public int Windows { get; set; } = 3;

    /// <summary>Steps from one origin to the next, at least 1. Null, the default: the horizon, so that no actual value is scored twice.</summary>
    public int? Stride { get; set; }

    /// <summary>Whether the model is trained again at every origin; otherwise it is trained once, on what is known at the first. Default: false.</summary>
    public bool Refit { get; set; }

    /// <summary>Steps of a season for scaled scores and baselines, at least 1. Default: 1.</summary>
    public int Seasonality { get; set; } = 1;

    /// <summary>
    /// Whether the estimator is shown the rows of the steps to forecast, too, with the value to forecast missing (NaN): for columns that are known beforehand. Only for estimators that use no other column of such rows. Default: false.
    /// </summary>
    public bool ShowFutureRows { get; set; }

    internal RollingOrigin Origins => new(Horizon, Windows, Stride ?? Horizon);

    /// <summary>Checks all options at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">At least one option is not usable; the message lists every problem.</exception>
    public void Validate()
    {
        List<string> problems = [];
        if (string.IsNullOrWhiteSpace(ActualColumnName))
            problems.Add("ActualColumnName is empty: give the name of the column to forecast.");
        if (string.IsNullOrWhiteSpace(ForecastColumnName))
            problems.Add("ForecastColumnName is empty: give the name of the column that the estimator adds.");
        if ((ConfidenceLowerBoundColumn is null) != (ConfidenceUpperBoundColumn is null))
            problems.Add("ConfidenceLowerBoundColumn and ConfidenceUpperBoundColumn belong together: give both or none.");
        ForecastColumns.AddLevelProblem(ConfidenceLevel, problems);
        AtLeastOne(nameof(Horizon), Horizon);
        AtLeastOne(nameof(Windows), Windows);
        AtLeastOne(nameof(Stride), Stride ?? 1);
        AtLeastOne(nameof(Seasonality), Seasonality);
        if (problems.Count > 0)
            throw new ArgumentOutOfRangeException(null, string.Join(Environment.NewLine, problems));

        void AtLeastOne(string name, int value)
        {
            if (value < 1)
                problems.Add($"{name} must be at least 1, got {value}.");
        }
    }
}
