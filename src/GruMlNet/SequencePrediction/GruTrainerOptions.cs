namespace GruMlNet;

/// <summary>The options that all GRU trainers share: columns, how they hold a sequence, and the model's own options.</summary>
public abstract class GruTrainerOptions
{
    private protected GruTrainerOptions()
    {
    }

    /// <summary>Name of the column with what is to be learnt. Default: Label.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>Name of the column with the sequence; see <see cref="Input"/>. Default: Features.</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>Name of a column of Single with the weight of each row, at least 0. Default: null, every row counts 1.</summary>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>How a row holds its sequence. Default: one number per step in a vector column, or one token per step in a vector of keys.</summary>
    public SequenceInputOptions Input { get; set; } = new();

    /// <summary>The model and its training. Default: everything is chosen from the data.</summary>
    public GruSequenceOptions Model { get; set; } = new();

    /// <summary>Checks all options at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">At least one option is not usable; the message lists every problem.</exception>
    public void Validate()
    {
        List<string> problems = [];
        if (string.IsNullOrWhiteSpace(LabelColumnName))
            problems.Add("labelColumnName is empty: give the name of the column with what is to be learnt.");
        if (string.IsNullOrWhiteSpace(FeatureColumnName))
            problems.Add("featureColumnName is empty: give the name of the column with the sequences.");
        if (ExampleWeightColumnName is not null && string.IsNullOrWhiteSpace(ExampleWeightColumnName))
            problems.Add("exampleWeightColumnName is blank: give the name of a column, or null for equal weights.");
        if (string.Equals(LabelColumnName, FeatureColumnName, StringComparison.Ordinal))
            problems.Add($"labelColumnName and featureColumnName must be different columns, got '{LabelColumnName}' for both.");
        SequenceOptionProblems.Add(Input, Model, problems);
        AddProblems(problems);
        if (problems.Count > 0)
            throw new ArgumentOutOfRangeException(null, string.Join(Environment.NewLine, problems));
    }

    private protected virtual void AddProblems(List<string> problems)
    {
    }
}

/// <summary>Checks the options that everything about sequences shares.</summary>
internal static class SequenceOptionProblems
{
    internal static void Add(SequenceInputOptions input, GruSequenceOptions model, List<string> problems)
    {
        if (input is null)
            problems.Add("input is null: leave it at its default, or give a SequenceInputOptions.");
        else
            input.AddProblems(problems);
        if (model is null)
        {
            problems.Add("model is null: leave it at its default, or give a GruSequenceOptions.");
            return;
        }

        try
        {
            model.Validate();
        }
        catch (ArgumentException e)
        {
            problems.Add(e.Message);
        }
    }
}
