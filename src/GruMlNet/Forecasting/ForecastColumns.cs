using GruMlNet.Data;
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

    internal ForecastColumns(ForecastOptions options, string? timeColumn)
        : this(options.InputColumnName ?? options.OutputColumnName, timeColumn, options.OutputColumnName,
            options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn, options.ConfidenceLevel, options.Horizon)
    {
    }

    internal ForecastColumns(string input, string? time, string output, string? lower, string? upper, float level, int horizon)
    {
        (Input, Time, Output, Lower, Upper, Level, Horizon) = (input, time, output, lower, upper, level, horizon);
        List<(string, ForecastPart)> added = [(output, ForecastPart.Point)];
        if (lower is not null)
            added.Add((lower, ForecastPart.Lower));
        if (upper is not null)
            added.Add((upper, ForecastPart.Upper));
        Added = added;
    }

    internal string Input { get; }

    internal string? Time { get; }

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

    internal void CheckSeries(SchemaShape schema)
    {
        SchemaCheck.Single(schema, Input);
        if (Time is not null)
            SchemaCheck.Time(schema, Time);
    }

    internal void CheckSeries(DataViewSchema schema) => CheckSeries(SchemaShape.Create(schema));

    internal void CheckWindow(SchemaShape schema) => SchemaCheck.SingleVector(schema, Input);

    internal void CheckWindow(DataViewSchema schema) => CheckWindow(SchemaShape.Create(schema));

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
        foreach (string? name in (string?[])[Input, Time, Output, Lower, Upper])
        {
            writer.Write(name is not null);
            if (name is not null)
                writer.Write(name);
        }

        writer.Write(Level);
        writer.Write(Horizon);
    }

    internal static ForecastColumns Load(BinaryReader reader)
    {
        var names = new string?[5];
        for (int i = 0; i < names.Length; i++)
            names[i] = reader.ReadBoolean() ? reader.ReadString() : null;
        float level = reader.ReadSingle();
        int horizon = reader.ReadInt32();
        if (names[0] is null || names[2] is null || !(level > 0 && level < 1) || horizon is < 1 or > MaxHorizon)
            throw new InvalidDataException("The column names, confidence level or horizon in the model are not usable.");
        return new ForecastColumns(names[0]!, names[1], names[2]!, names[3], names[4], level, horizon);
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
