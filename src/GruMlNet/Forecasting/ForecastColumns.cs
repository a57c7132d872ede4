using System.Globalization;
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

    internal const int MaxLevels = 1000;

    private const string SlotNames = "SlotNames";

    internal ForecastColumns(ForecastOptions options, InputColumns inputs)
        : this(inputs, options.OutputColumnName, options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn, options.ConfidenceLevel, [.. options.ConfidenceLevels], options.Horizon)
    {
    }

    private ForecastColumns(InputColumns inputs, string output, string? lower, string? upper, float level, float[] namedLevels, int horizon)
    {
        (Inputs, Output, Lower, Upper, Level, NamedLevels, Horizon) = (inputs, output, lower, upper, level, namedLevels, horizon);
        Levels = namedLevels.Length > 0 ? namedLevels : [level];
        Added = [.. AddedBy(output, lower, upper, namedLevels)];
    }

    internal InputColumns Inputs { get; }

    internal string Output { get; }

    internal string? Lower { get; }

    internal string? Upper { get; }

    /// <summary>The level where there is one, in columns named as they are.</summary>
    internal float Level { get; }

    /// <summary>The levels whose columns are named after them; empty for one level.</summary>
    internal float[] NamedLevels { get; }

    /// <summary>The levels that a forecast is asked for.</summary>
    internal float[] Levels { get; }

    internal int Horizon { get; }

    /// <summary>The added columns in their order, and what each one holds.</summary>
    internal IReadOnlyList<AddedColumn> Added { get; }

    /// <summary>Whether some added columns hold bounds.</summary>
    internal bool HasBounds => Added.Count > 1;

    internal static void AddLevelProblem(float level, List<string> problems, string option = "confidenceLevel")
    {
        if (!(level > 0 && level < 1))
            problems.Add($"{option} must be above 0 and below 1, got {SchemaCheck.Text(level)}: write 0.95f for 95 %.");
    }

    /// <summary>The name of a column with the bounds of one level among several: its own, and the percentage.</summary>
    internal static string AtLevel(string name, float level) => string.Create(CultureInfo.InvariantCulture, $"{name}{(double)level * 100:0.####}");

    /// <summary>The names of the columns that options add.</summary>
    internal static IEnumerable<string> OutputNames(ForecastOptions options)
        => AddedBy(options.OutputColumnName, options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn, options.ConfidenceLevels ?? []).Select(added => added.Name);

    /// <summary>The forecast, then the bounds, level by level.</summary>
    private static IEnumerable<AddedColumn> AddedBy(string output, string? lower, string? upper, float[] namedLevels)
    {
        yield return new AddedColumn(output, ForecastPart.Point, 0);
        for (int level = 0; level < Math.Max(1, namedLevels.Length); level++)
        {
            if (lower is not null)
                yield return new AddedColumn(Name(lower), ForecastPart.Lower, level);
            if (upper is not null)
                yield return new AddedColumn(Name(upper), ForecastPart.Upper, level);

            string Name(string name) => namedLevels.Length > 0 ? AtLevel(name, namedLevels[level]) : name;
        }
    }

    internal void CheckWindow(SchemaShape schema) => SchemaCheck.SingleVector(schema, Inputs.Value);

    /// <summary>The added columns as the estimator promises them.</summary>
    internal SchemaShape AddTo(SchemaShape schema)
    {
        const SchemaShape.Column.VectorKind vector = SchemaShape.Column.VectorKind.Vector;
        var annotations = new SchemaShape([new SchemaShape.Column(SlotNames, vector, TextDataViewType.Instance, isKey: false)]);
        var columns = schema.ToDictionary(column => column.Name, StringComparer.Ordinal);
        foreach ((string name, _, _) in Added)
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
        writer.Write(NamedLevels.Length);
        foreach (float level in NamedLevels)
            writer.Write(level);
        writer.Write(Horizon);
    }

    internal static ForecastColumns Load(BinaryReader reader)
    {
        InputColumns inputs = InputColumns.Load(reader);
        string? output = ModelPart.ReadText(reader), lower = ModelPart.ReadText(reader), upper = ModelPart.ReadText(reader);
        float level = reader.ReadSingle();
        var namedLevels = new float[ModelPart.ReadCount(reader, MaxLevels)];
        foreach (ref float named in namedLevels.AsSpan())
            named = reader.ReadSingle();
        int horizon = reader.ReadInt32();
        if (output is null || !namedLevels.Append(level).All(one => one > 0 && one < 1) || horizon is < 1 or > MaxHorizon)
            throw new InvalidDataException("The column names, confidence levels or horizon in the model are not usable. Use another copy.");
        return new ForecastColumns(inputs, output, lower, upper, level, namedLevels, horizon);
    }

    private void GetSlotNames(ref VBuffer<ReadOnlyMemory<char>> names)
    {
        var editor = VBufferEditor.Create(ref names, Horizon);
        for (int i = 0; i < Horizon; i++)
            editor.Values[i] = string.Create(CultureInfo.InvariantCulture, $"t+{i + 1}").AsMemory();
        names = editor.Commit();
    }
}

/// <summary>An added column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Part">What it holds.</param>
/// <param name="Level">Place of its confidence level among <see cref="ForecastColumns.Levels"/>.</param>
internal sealed record AddedColumn(string Name, ForecastPart Part, int Level);

/// <summary>What an added column holds.</summary>
internal enum ForecastPart
{
    Point,
    Lower,
    Upper,
}
