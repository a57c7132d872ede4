// How the columns of a row hold a sequence: what a user may say about it.
namespace GruMlNet;

/// <summary>The side at which a sequence that is too long is cut.</summary>
public enum TruncationSide
{
    /// <summary>The last steps are left out.</summary>
    End,

    /// <summary>The first steps are left out.</summary>
    Start,
}

/// <summary>
/// How a row holds a sequence. The column is a vector of Single, of known or variable size, time-major [T,F]: all features of the first step, then those of the second
/// step, and so on, NaN where missing; or a vector of keys, one token per step, missing keys for unknown tokens; or there are several vectors of Single, one per channel.
/// </summary>
public sealed class SequenceInputOptions
{
    /// <summary>Features per step, F; 1 to 4,096, default 1. Must be 1 for keys and for <see cref="ChannelColumnNames"/>.</summary>
    public int FeaturesPerStep { get; set; } = 1;

    /// <summary>
    /// Names of vector columns that are the channels of the sequence, one value per step; a channel that is shorter than the others misses its last steps. Default: null, the
    /// sequence is in the one feature or input column. When given, that column is not read.
    /// </summary>
    public IReadOnlyList<string>? ChannelColumnNames { get; set; }

    /// <summary>Longest sequence that is read, in steps, 1 to 100,000; longer ones are cut at the side that <see cref="Truncate"/> says. Null, the default: 100,000.</summary>
    public int? MaxLength { get; set; }

    /// <summary>Where a sequence that is longer than <see cref="MaxLength"/> is cut. Default: at its end.</summary>
    public TruncationSide Truncate { get; set; } = TruncationSide.End;

    internal void AddProblems(List<string> problems)
    {
        if (FeaturesPerStep is < 1 or > Sequences.SequenceLimits.MaxFeatures)
            problems.Add($"featuresPerStep must be 1 to {Sequences.SequenceLimits.MaxFeatures}, got {FeaturesPerStep}.");
        if (MaxLength is < 1 or > Sequences.SequenceLimits.MaxLength)
            problems.Add($"maxLength must be 1 to {Sequences.SequenceLimits.MaxLength}, got {MaxLength}.");
        if (!Enum.IsDefined(Truncate))
            problems.Add($"truncate must be one of {string.Join(", ", Enum.GetNames<TruncationSide>())}, got {Truncate}.");
        if (ChannelColumnNames is not { } channels)
            return;
        if (channels.Count is < 1 or > Sequences.SequenceLimits.MaxFeatures)
            problems.Add($"channelColumnNames must name 1 to {Sequences.SequenceLimits.MaxFeatures} columns, got {channels.Count}: leave it null to read the one feature column.");
        if (channels.Any(string.IsNullOrWhiteSpace))
            problems.Add("channelColumnNames has a blank name: give the name of a column for each channel.");
        if (channels.Distinct(StringComparer.Ordinal).Count() < channels.Count)
            problems.Add($"channelColumnNames must name different columns, got {string.Join(", ", channels.Select(name => $"'{name}'"))}.");
        if (FeaturesPerStep != 1)
            problems.Add($"featuresPerStep must be 1 where channelColumnNames are given, got {FeaturesPerStep}: each column is one feature of every step.");
    }
}
