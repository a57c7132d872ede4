using Microsoft.ML;

namespace GruMlNet.Data;

/// <summary>The columns that a row of a series is read from. Immutable.</summary>
/// <param name="Value">What is forecast; empty where only the rows count, which then have no value.</param>
/// <param name="Time">When the row is; null where the rows follow each other.</param>
/// <param name="Series">Which series the row belongs to; null where there is one.</param>
/// <param name="Past">Covariates known up to the row.</param>
/// <param name="Known">Covariates known beforehand.</param>
/// <param name="Static">What describes the series as a whole.</param>
/// <param name="Holiday">Whether the row is a holiday, or which; null for none.</param>
internal sealed record InputColumns(string Value, string? Time, string? Series, IReadOnlyList<string> Past, IReadOnlyList<string> Known, IReadOnlyList<string> Static, string? Holiday)
{
    /// <summary>One column with the values, nothing else.</summary>
    internal static InputColumns Alone(string value) => new(value, null, null, [], [], [], null);

    /// <summary>Whether some columns say what is known of steps to come.</summary>
    internal bool HasFuture => Known.Count > 0 || Holiday is not null;

    /// <summary>Whether both read the same columns in the same roles and order.</summary>
    internal bool SameAs(InputColumns other) => (Value, Time, Series, Holiday) == (other.Value, other.Time, other.Series, other.Holiday)
        && Past.SequenceEqual(other.Past) && Known.SequenceEqual(other.Known) && Static.SequenceEqual(other.Static);

    internal IEnumerable<string> Names => ((string?[])[Value, Time, Series, .. Past, .. Known, .. Static, Holiday]).OfType<string>().Where(name => name.Length > 0).Distinct(StringComparer.Ordinal);

    internal IEnumerable<DataViewSchema.Column> In(DataViewSchema schema) => Names.Select(name => SchemaCheck.Column(schema, name));

    internal void Check(SchemaShape schema)
    {
        SchemaCheck.Single(schema, Value);
        if (Time is not null)
            SchemaCheck.Time(schema, Time);
        if (Series is not null)
            SchemaCheck.Series(schema, Series);
        foreach (string name in Past.Concat(Known))
            SchemaCheck.Covariate(schema, name);
        foreach (string name in Static)
            SchemaCheck.Static(schema, name);
        if (Holiday is not null)
            SchemaCheck.Holiday(schema, Holiday);
    }

    internal void Save(BinaryWriter writer)
    {
        foreach (string? name in (string?[])[Value, Time, Series, Holiday])
            ModelFormat.ModelPart.Write(writer, name);
        foreach (IReadOnlyList<string> names in (IReadOnlyList<string>[])[Past, Known, Static])
        {
            writer.Write(names.Count);
            foreach (string name in names)
                writer.Write(name);
        }
    }

    internal static InputColumns Load(BinaryReader reader)
    {
        string?[] single = [ReadName(), ReadName(), ReadName(), ReadName()];
        string[][] lists = [ReadNames(), ReadNames(), ReadNames()];
        return new InputColumns(single[0] ?? throw new InvalidDataException("The model does not say which column it forecasts. Use another copy."), single[1], single[2], lists[0], lists[1], lists[2], single[3]);

        string? ReadName() => ModelFormat.ModelPart.ReadText(reader);

        string[] ReadNames()
        {
            var names = new string[ModelFormat.ModelPart.ReadCount(reader, 10_000)];
            foreach (ref string name in names.AsSpan())
                name = reader.ReadString();
            return names;
        }
    }
}
