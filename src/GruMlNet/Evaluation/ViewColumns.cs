using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Evaluation;

/// <summary>Reads the columns that are scored.</summary>
internal static class ViewColumns
{
    /// <summary>A function that names the current row's series; the same name for all rows without a column.</summary>
    internal static Func<string> SeriesReader(DataViewRow row, string? name)
    {
        if (name is null)
            return () => string.Empty;
        return SeriesKey.Reader(row, SchemaCheck.Column(row.Schema, name));
    }

    /// <summary>A function that copies the current row's vector; an empty one without a column.</summary>
    internal static Func<float[]> VectorReader(DataViewRow row, string? name)
    {
        if (name is null)
            return () => [];
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(SchemaCheck.Column(row.Schema, name));
        VBuffer<float> value = default;
        return () =>
        {
            getter(ref value);
            return [.. value.DenseValues()];
        };
    }

    internal static IEnumerable<DataViewSchema.Column> Named(DataViewSchema schema, params IEnumerable<string?> names)
        => names.OfType<string>().Distinct(StringComparer.Ordinal).Select(name => SchemaCheck.Column(schema, name));
}
