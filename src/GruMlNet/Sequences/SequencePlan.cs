// How sequences become what a network sees: every choice about the data, made once from the training data.
namespace GruMlNet.Sequences;

/// <summary>Scaling and channels; immutable. The networks' own choices are in their <see cref="StepLayout"/> and shape.</summary>
internal sealed record SequencePlan
{
    /// <summary>Vocabularies up to this size are read as one channel per token, so that a step can see its neighbours; larger ones through an embedding.</summary>
    public const int LargestOneHot = 40;

    /// <summary>Numbers per step, F; 0 for tokens.</summary>
    public required int Features { get; init; }

    /// <summary>Number of different keys that the column can hold; 0 for numbers.</summary>
    public required int Keys { get; init; }

    /// <summary>The keys that were met in training, ascending: only they count as tokens, numbered in this order.</summary>
    public int[] KnownKeys { get; init; } = [];

    /// <summary>Different tokens, V.</summary>
    public int Vocabulary => KnownKeys.Length;

    /// <summary>Longest part of a sequence that is used.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Whether a sequence that is too long loses its start instead of its end.</summary>
    public required bool KeepEnd { get; init; }

    /// <summary>Whether each sequence is brought to mean 0 and deviation 1 by itself; its own mean and deviation then are two more features of the sequence.</summary>
    public bool PerSequence { get; init; }

    /// <summary>Whether each channel is accompanied by its change since the step before.</summary>
    public bool Differences { get; init; }

    /// <summary>Whether each channel is accompanied by a flag for missing values.</summary>
    public bool MissingFlags { get; init; }

    /// <summary>Steps of every training sequence where all have the same number: then a step's position tells something. 0 where lengths differ.</summary>
    public int CommonLength { get; init; }

    /// <summary>Number of values that tell each step's position: cosines of rising frequency over the common length.</summary>
    public int Positions { get; init; }

    /// <summary>[F]: mean of each channel over the training data.</summary>
    public float[] Means { get; init; } = [];

    /// <summary>[F]: standard deviation of each channel over the training data, at least a tiny positive number.</summary>
    public float[] Scales { get; init; } = [];

    /// <summary>[F]: deviation of the scaled channels' changes.</summary>
    public float[] ChangeScales { get; init; } = [];

    /// <summary>[2F]: mean and deviation of the features that <see cref="PerSequence"/> adds, interleaved per feature.</summary>
    public float[] ContextScales { get; init; } = [];

    /// <summary>[F] for an auto-encoder that tells its errors: the mean squared error of each scaled channel over the training data.</summary>
    public float[] Errors { get; init; } = [];

    public bool IsTokens => Keys > 0;

    public bool IsOneHot => IsTokens && Vocabulary <= LargestOneHot;

    /// <summary>Numbers per step after preparation, C; 0 where tokens go through an embedding.</summary>
    public int Channels => IsTokens ? (IsOneHot ? Vocabulary : 0) : Features * (1 + (Differences ? 1 : 0) + (MissingFlags ? 1 : 0));

    /// <summary>Features per sequence.</summary>
    public int ContextSize => PerSequence ? 2 * Features : 0;

    /// <summary>Steps that a sequence loses at its start, if it is too long.</summary>
    public int CutAtStart(int steps) => KeepEnd ? Math.Max(0, steps - MaxLength) : 0;

    public void Save(BinaryWriter writer)
    {
        writer.Write(Features);
        writer.Write(Keys);
        writer.Write(KnownKeys.Length);
        foreach (var key in KnownKeys) writer.Write(key);
        writer.Write(MaxLength);
        writer.Write(KeepEnd);
        writer.Write(PerSequence);
        writer.Write(Differences);
        writer.Write(MissingFlags);
        writer.Write(CommonLength);
        writer.Write(Positions);
        writer.Write(Errors.Length > 0);
        foreach (var values in (float[][])[Means, Scales, ChangeScales, ContextScales, Errors])
            foreach (var value in values) writer.Write(value);
    }

    private static int[] ReadKeys(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > SequenceLimits.MaxVocabulary || (long)count * sizeof(int) > reader.BaseStream.Length - reader.BaseStream.Position)
            throw new InvalidDataException($"{count} tokens are impossible: the file is damaged. Use another copy.");
        var keys = new int[count];
        foreach (ref var key in keys.AsSpan()) key = reader.ReadInt32();
        return keys;
    }

    public static SequencePlan Load(BinaryReader reader)
    {
        var plan = new SequencePlan
        {
            Features = reader.ReadInt32(),
            Keys = reader.ReadInt32(),
            KnownKeys = ReadKeys(reader),
            MaxLength = reader.ReadInt32(),
            KeepEnd = reader.ReadBoolean(),
            PerSequence = reader.ReadBoolean(),
            Differences = reader.ReadBoolean(),
            MissingFlags = reader.ReadBoolean(),
            CommonLength = reader.ReadInt32(),
            Positions = reader.ReadInt32(),
        };
        if (plan.Features is < 0 or > SequenceLimits.MaxFeatures || plan.Keys is < 0 or > SequenceLimits.MaxVocabulary || plan.Features > 0 == plan.Keys > 0 || plan.IsTokens != plan.Vocabulary > 0
            || plan.MaxLength is < 1 or > SequenceLimits.MaxLength || plan.CommonLength is < 0 or > SequenceLimits.MaxLength || plan.Positions is < 0 or > 1024)
            throw new InvalidDataException($"The model says {plan.Features} features, {plan.Vocabulary} of {plan.Keys} tokens and {plan.MaxLength} steps: the file is damaged. Use another copy.");
        var hasErrors = reader.ReadBoolean();
        return plan with
        {
            Means = Read(plan.Features),
            Scales = Read(plan.Features),
            ChangeScales = Read(plan.Features),
            ContextScales = Read(2 * plan.ContextSize),
            Errors = Read(hasErrors ? plan.Features : 0),
        };

        float[] Read(int count)
        {
            var values = new float[count];
            foreach (ref var value in values.AsSpan()) value = reader.ReadSingle();
            return values;
        }
    }
}

/// <summary>What is accepted at all.</summary>
internal static class SequenceLimits
{
    public const int MaxFeatures = 4096;
    public const int MaxVocabulary = 1 << 20;
    public const int MaxLength = 100_000;
    public const int MaxClasses = 1 << 16;
}
