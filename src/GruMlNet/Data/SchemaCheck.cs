using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace GruMlNet.Data;

/// <summary>Checks that an input column exists and has the needed type; the messages say which conversion to add.</summary>
internal static class SchemaCheck
{
    internal static void Single(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind == VectorKind.Scalar && IsSingle(column))
            return;
        throw Mismatch(name, "Single", column, column.Kind == VectorKind.Scalar
            ? ConvertFix(name, column, "Single")
            : "ForecastByGru takes one value per row; for a vector of past values per row use ForecastWindowByGru.");
    }

    internal static void SingleVector(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind != VectorKind.Scalar && IsSingle(column))
            return;
        throw Mismatch(name, "Vector<Single>", column, column.Kind != VectorKind.Scalar
            ? ConvertFix(name, column, "Single")
            : "ForecastWindowByGru takes a vector of past values per row; for one value per row use ForecastByGru, or join several columns with Transforms.Concatenate.");
    }

    internal static void Time(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind == VectorKind.Scalar && !column.IsKey && TimeColumn.IsTime(column.ItemType))
            return;
        throw Mismatch(name, "DateTime, DateTimeOffset, Int32, Int64, Single or Double", column, ConvertFix(name, column, "DateTime"));
    }

    /// <summary>The column in a schema of which <see cref="Find"/> is known to succeed.</summary>
    internal static DataViewSchema.Column Column(DataViewSchema schema, string name)
        => schema.GetColumnOrNull(name) ?? throw Missing(name, schema.Select(column => column.Name));

    internal static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static SchemaShape.Column Find(SchemaShape schema, string name)
        => schema.TryFindColumn(name, out SchemaShape.Column column) ? column : throw Missing(name, schema.Select(other => other.Name));

    private static bool IsSingle(SchemaShape.Column column) => !column.IsKey && column.ItemType == NumberDataViewType.Single;

    private static ArgumentOutOfRangeException Missing(string name, IEnumerable<string> present)
        => new(null, $"Could not find input column '{name}'. The data has: {string.Join(", ", present.Select(other => $"'{other}'"))}. "
            + "Correct the name, or add the column before the forecaster.");

    private static ArgumentOutOfRangeException Mismatch(string name, string expected, SchemaShape.Column column, string fix)
        => new(null, $"Schema mismatch for input column '{name}': expected {expected}, got {column.GetTypeString()}. {fix}");

    private static string ConvertFix(string name, SchemaShape.Column column, string kind)
        => column.IsKey
            ? $"Map it to numbers first: add Transforms.Conversion.MapKeyToValue(\"{name}\") before the forecaster."
            : $"Convert it: add Transforms.Conversion.ConvertType(\"{name}\", outputKind: DataKind.{kind}) before the forecaster.";
}
