using GruMlNet.Data;
using GruMlNet.ModelFormat;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>
/// Which columns are read, which are added and how long they are: the part of the options that a transformer keeps.
/// Immutable; both faces and the engine share it.
/// </summary>
internal sealed class ForecastColumns
{
    internal const int MaxHorizon = 10_000;

    private const string SlotNames = "SlotNames";

    internal ForecastColumns(ForecastOptions options, InputColumns inputs)
        : this(inputs, options.OutputColumnName, options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn, options.ConfidenceLevel, options.Horizon)
    {
    }

    internal ForecastColumns(InputColumns inputs, string output, string? lower, string? upper, float level, int horizon)
    {
        (Inputs, Output, Lower, Upper, Level, Horizon) = (inputs, output, lower, upper, level, horizon);
        List<(string, ForecastPart)> added = [(output, ForecastPart.Point)];
        if (lower is not null)
            added.Add((lower, ForecastPart.Lower));
        if (upper is not null)
            added.Add((upper, ForecastPart.Upper));
        Added = added;
    }

    internal InputColumns Inputs { get; }

    internal string Output { get; }

    internal string? Lower { get; }

    internal string? Upper { get; }

    internal float Level { get; }

    internal int Horizon { get; }

    /// <summary>The added columns in their order, and what each one holds.</summary>
    internal IReadOnlyList<(string Name, ForecastPart Part)> Added { get; }

    internal static void AddLevelProblem(float level, List<string> problems)
    {
        if (!(level > 0 && level < 1))
            problems.Add($"confidenceLevel must be above 0 and below 1, got {SchemaCheck.Text(level)}: write 0.95f for 95 %.");
    }

    internal void CheckWindow(SchemaShape schema) => SchemaCheck.SingleVector(schema, Inputs.Value);

    /// <summary>The added columns as the estimator promises them.</summary>
    internal SchemaShape AddTo(SchemaShape schema)
    {
        const SchemaShape.Column.VectorKind vector = SchemaShape.Column.VectorKind.Vector;
        var annotations = new SchemaShape([new SchemaShape.Column(SlotNames, vector, TextDataViewType.Instance, isKey: false)]);
        var columns = schema.ToDictionary(column => column.Name, StringComparer.Ordinal);
        foreach ((string name, _) in Added)
            columns[name] = new SchemaShape.Column(name, vector, NumberDataViewType.Single, isKey: false, annotations);
        return new SchemaShape(columns.Values);
    }

    /// <summary>The added columns as the transformer delivers them.</summary>
    internal DataViewSchema.DetachedColumn[] Detached()
    {
        var type = new VectorDataViewType(NumberDataViewType.Single, Horizon);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(SlotNames, new VectorDataViewType(TextDataViewType.Instance, Horizon), (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)GetSlotNames);
        DataViewSchema.Annotations slots = annotations.ToAnnotations();
        return [.. Added.Select(column => new DataViewSchema.DetachedColumn(column.Name, type, slots))];
    }

    /// <summary>All columns of <paramref name="schema"/>, then the added ones.</summary>
    internal DataViewSchema AddTo(DataViewSchema schema)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(schema);
        foreach (DataViewSchema.DetachedColumn column in Detached())
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        return builder.ToSchema();
    }

    internal void Save(BinaryWriter writer)
    {
        Inputs.Save(writer);
        foreach (string? name in (string?[])[Output, Lower, Upper])
            ModelPart.Write(writer, name);
        writer.Write(Level);
        writer.Write(Horizon);
    }

    internal static ForecastColumns Load(BinaryReader reader)
    {
        InputColumns inputs = InputColumns.Load(reader);
        string? output = ModelPart.ReadText(reader), lower = ModelPart.ReadText(reader), upper = ModelPart.ReadText(reader);
        float level = reader.ReadSingle();
        int horizon = reader.ReadInt32();
        if (output is null || !(level > 0 && level < 1) || horizon is < 1 or > MaxHorizon)
            throw new InvalidDataException("The column names, confidence level or horizon in the model are not usable. Use another copy.");
        return new ForecastColumns(inputs, output, lower, upper, level, horizon);
    }

    private void GetSlotNames(ref VBuffer<ReadOnlyMemory<char>> names)
    {
        var editor = VBufferEditor.Create(ref names, Horizon);
        for (int i = 0; i < Horizon; i++)
            editor.Values[i] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"t+{i + 1}").AsMemory();
        names = editor.Commit();
    }
}

/// <summary>What an added column holds.</summary>
internal enum ForecastPart
{
    Point,
    Lower,
    Upper,
}
