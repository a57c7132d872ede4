namespace GruMlNet.Cli.Sequences;

/// <summary>One sequence of a file as ML.NET reads it.</summary>
internal sealed class LabelledSequence
{
    /// <summary>Its name in the file, or its number from 1.</summary>
    public string Id { get; set; } = "";

    /// <summary>Its class; empty where the file does not say.</summary>
    public string Label { get; set; } = "";

    /// <summary>[T,F], time-major, NaN where missing.</summary>
    public float[] Features { get; set; } = [];
}

/// <summary>The sequences of one file.</summary>
/// <param name="Name">Of the problem.</param>
/// <param name="Channels">Numbers per step, F.</param>
/// <param name="Sequences">In the order of the file.</param>
internal sealed record LabelledSequences(string Name, int Channels, IReadOnlyList<LabelledSequence> Sequences)
{
    /// <exception cref="Failure">There is no sequence, or one has no class.</exception>
    internal LabelledSequences WithLabels(string path)
    {
        if (Sequences.FirstOrDefault(sequence => sequence.Label.Length == 0) is { } missing)
            throw new Failure($"'{path}': sequence '{missing.Id}' has no class. Every sequence needs one, for training and for scores.");
        return this;
    }
}
