using Microsoft.ML;

namespace GruMlNet;

/// <summary>
/// The options that both faces of the forecaster share: columns, horizon, confidence, and the model's own options.
/// </summary>
public abstract class ForecastOptions
{
    private protected ForecastOptions()
    {
    }

    /// <summary>Name of the new column with the forecast: a vector of <see cref="Horizon"/> Singles with slots t+1, t+2, … Required.</summary>
    public string OutputColumnName { get; set; } = string.Empty;

    /// <summary>Name of the column to forecast. Default: null, the same as <see cref="OutputColumnName"/>.</summary>
    public string? InputColumnName { get; set; }

    /// <summary>How many steps to forecast, 1 to 10,000. Required. It is the length of the output vectors.</summary>
    public int Horizon { get; set; }

    /// <summary>Name of the new column with the lower bounds of the forecast, a vector like the forecast; NaN where the history has fewer than two values to judge by. Default: null, no such column.</summary>
    public string? ConfidenceLowerBoundColumn { get; set; }

    /// <summary>Name of the new column with the upper bounds of the forecast, a vector like the forecast; NaN where the history has fewer than two values to judge by. Default: null, no such column.</summary>
    public string? ConfidenceUpperBoundColumn { get; set; }

    /// <summary>
    /// Share of the actual values that shall lie between the bounds, above 0 and below 1. Default: 0.95.
    /// Only used where a bound column is asked for, and <see cref="ConfidenceLevels"/> is empty.
    /// </summary>
    public float ConfidenceLevel { get; set; } = 0.95f;

    /// <summary>
    /// Several confidence levels, each above 0 and below 1, with bound columns for each, whose names end in the percentage: with 0.8f and 0.95f, a lower bound column "Lower" becomes "Lower80" and "Lower95".
    /// Default: empty, the bounds of <see cref="ConfidenceLevel"/> in columns named as they are given.
    /// </summary>
    public float[] ConfidenceLevels { get; set; } = [];

    /// <summary>The model and its training. Default: everything is chosen from the data.</summary>
    public GruForecastModelOptions Model { get; set; } = new();

    /// <summary>Checks all options at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">At least one option is not usable; the message lists every problem.</exception>
    public void Validate()
    {
        List<string> problems = [];
        AddProblems(problems);
        if (problems.Count > 0)
            throw new ArgumentOutOfRangeException(null, string.Join(Environment.NewLine, problems));
    }

    private protected virtual void AddProblems(List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(OutputColumnName))
            problems.Add("outputColumnName is empty: give the name of the column that shall hold the forecast.");
        if (InputColumnName is not null && string.IsNullOrWhiteSpace(InputColumnName))
            problems.Add("inputColumnName is blank: give the name of the column to forecast, or null for the same name as outputColumnName.");
        if (Horizon is < 1 or > ForecastColumns.MaxHorizon)
            problems.Add($"horizon must be 1 to {ForecastColumns.MaxHorizon}, got {Horizon}.");
        ForecastColumns.AddLevelProblem(ConfidenceLevel, problems);
        AddLevelsProblems(problems);

        foreach (string? column in (string?[])[ConfidenceLowerBoundColumn, ConfidenceUpperBoundColumn])
        {
            if (column is not null && string.IsNullOrWhiteSpace(column))
                problems.Add("A confidence bound column has a blank name: give a name, or null for no such column.");
        }

        string[] outputs = [.. ForecastColumns.OutputNames(this).Where(name => !string.IsNullOrWhiteSpace(name))];
        if (outputs.Distinct(StringComparer.Ordinal).Count() < outputs.Length)
            problems.Add($"The output columns must have different names, got {string.Join(", ", outputs.Select(name => $"'{name}'"))}.");

        if (Model is null)
            problems.Add("model is null: leave it at its default, or give a GruForecastModelOptions.");
        else
            AddModelProblems(problems);
    }

    private void AddLevelsProblems(List<string> problems)
    {
        if (ConfidenceLevels is null)
        {
            problems.Add("ConfidenceLevels is null: leave it empty for one level, or give several.");
            return;
        }

        if (ConfidenceLevels.Length > ForecastColumns.MaxLevels)
            problems.Add($"ConfidenceLevels has {ConfidenceLevels.Length} levels: give at most {ForecastColumns.MaxLevels}.");
        foreach (float level in ConfidenceLevels)
            ForecastColumns.AddLevelProblem(level, problems, nameof(ConfidenceLevels));
        if (ConfidenceLevels.Length > 0 && ConfidenceLowerBoundColumn is null && ConfidenceUpperBoundColumn is null)
            problems.Add("ConfidenceLevels needs ConfidenceLowerBoundColumn or ConfidenceUpperBoundColumn: the name that the columns with the bounds begin with.");
    }

    private void AddModelProblems(List<string> problems)
    {
        try
        {
            Model.Validate();
        }
        catch (ArgumentException e)
        {
            problems.Add(e.Message);
        }
    }
}
