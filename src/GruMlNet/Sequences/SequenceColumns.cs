using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace GruMlNet.Sequences;

/// <summary>Which columns hold a sequence and how: the part of the options that a transformer keeps. Immutable.</summary>
internal sealed class SequenceColumns
{
    private SequenceColumns(IReadOnlyList<string> names, int featuresPerStep, bool areChannels)
        => (Names, FeaturesPerStep, AreChannels) = (names, featuresPerStep, areChannels);

    internal SequenceColumns(string column, SequenceInputOptions options)
        : this(options.ChannelColumnNames is { } channels ? [.. channels] : [column], options.FeaturesPerStep, options.ChannelColumnNames is not null)
    {
    }

    /// <summary>One column, one value per step.</summary>
    internal static SequenceColumns Single(string name) => new([name], featuresPerStep: 1, areChannels: false);

    internal IReadOnlyList<string> Names { get; }

    internal int FeaturesPerStep { get; }

    internal bool AreChannels { get; }

    /// <summary>Numbers per step.</summary>
    internal int Features => AreChannels ? Names.Count : FeaturesPerStep;

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    internal void Check(SchemaShape schema)
    {
        foreach (string name in Names)
        {
            SchemaShape.Column column = SchemaCheck.Find(schema, name);
            bool numbers = !column.IsKey && column.ItemType == NumberDataViewType.Single;
            if (column.Kind != VectorKind.Scalar && (numbers || column.IsKey && !AreChannels && FeaturesPerStep == 1))
                continue;
            throw SchemaCheck.Mismatch(name, AreChannels || FeaturesPerStep > 1 ? "Vector<Single>" : "Vector<Single> or a vector of keys", column, Fix(name, column));
        }
    }

    /// <summary>Checks sizes, too, where the schema has them.</summary>
    internal void Check(DataViewSchema schema)
    {
        Check(SchemaShape.Create(schema));
        if (AreChannels || SchemaCheck.Column(schema, Names[0]).Type is not VectorDataViewType { IsKnownSize: true } type || type.Size % FeaturesPerStep == 0)
            return;
        throw new ArgumentOutOfRangeException(null, $"Column '{Names[0]}' has {type.Size} values per row, which is no whole number of steps of {FeaturesPerStep} features: correct featuresPerStep, or the column.");
    }

    /// <summary>Checks that the columns hold what a model was trained on, too.</summary>
    internal void Check(DataViewSchema schema, SequencePlan plan)
    {
        Check(schema);
        if (Keys(schema) == plan.Keys)
            return;
        throw new ArgumentOutOfRangeException(null, $"Schema mismatch for input column '{Names[0]}': expected {(plan.IsTokens ? $"a vector of {plan.Keys} keys" : "Vector<Single>")}, got {SchemaCheck.Column(schema, Names[0]).Type}. "
            + "Transform the data with the same fitted steps as the training data.");
    }

    /// <summary>Number of different keys where the column holds keys, else 0.</summary>
    internal int Keys(DataViewSchema schema)
    {
        if (SchemaCheck.Column(schema, Names[0]).Type is not VectorDataViewType { ItemType: KeyDataViewType key })
            return 0;
        return key.Count <= SequenceLimits.MaxVocabulary ? (int)key.Count
            : throw new ArgumentOutOfRangeException(null, $"Column '{Names[0]}' has keys up to {key.Count}, and {SequenceLimits.MaxVocabulary} tokens are possible: keep the most frequent ones, with maximumNumberOfKeys of MapValueToKey.");
    }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(AreChannels);
        writer.Write(FeaturesPerStep);
        writer.Write(Names.Count);
        foreach (string name in Names)
            writer.Write(name);
    }

    internal static SequenceColumns Load(BinaryReader reader)
    {
        bool areChannels = reader.ReadBoolean();
        int featuresPerStep = reader.ReadInt32();
        int count = reader.ReadInt32();
        if (count is < 1 or > SequenceLimits.MaxFeatures || featuresPerStep is < 1 or > SequenceLimits.MaxFeatures || !areChannels && count != 1)
            throw new InvalidDataException($"The model reads {count} columns of {featuresPerStep} features, which is impossible: the file is damaged. Use another copy.");
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = reader.ReadString();
        return new SequenceColumns(names, featuresPerStep, areChannels);
    }

    private static string Fix(string name, SchemaShape.Column column)
    {
        if (column.IsKey)
            return "Keys are tokens, one per step: they need featuresPerStep 1 and a column of their own.";
        if (column.Kind == VectorKind.Scalar)
            return "A row holds a whole sequence: join columns with Transforms.Concatenate, split text with Transforms.Text.TokenizeIntoWords, or turn one row per step into one row per sequence with Data.GroupStepsIntoSequences.";
        return column.ItemType is TextDataViewType
            ? $"Map the tokens to keys: add Transforms.Conversion.MapValueToKey(\"{name}\") before."
            : $"Convert it: add Transforms.Conversion.ConvertType(\"{name}\", outputKind: DataKind.Single) before.";
    }
}
