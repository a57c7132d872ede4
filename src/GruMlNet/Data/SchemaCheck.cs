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
        throw Mismatch(name, "DateTime, DateTimeOffset, text, Int32, Int64, Single or Double", column, ConvertFix(name, column, "DateTime"));
    }

    internal static void Series(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind == VectorKind.Scalar && (column.IsKey || SeriesKey.IsKey(column.ItemType)))
            return;
        throw Mismatch(name, "text, a key, or an integer", column, $"Convert it: add Transforms.Conversion.ConvertType(\"{name}\", outputKind: DataKind.String) before the forecaster.");
    }

    internal static void Covariate(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind != VectorKind.VariableVector && IsSingle(column))
            return;
        throw Mismatch(name, "Single or a vector of Single of known size", column, column.Kind == VectorKind.Scalar && (column.IsKey || column.ItemType is TextDataViewType)
            ? $"{ConvertFix(name, column, "Single")} If it is a category, make it one number for each of its values with Transforms.Categorical.OneHotEncoding(\"{name}\"); if it is the same in all rows of a series, name it in StaticColumns; names of holidays belong in HolidayColumnName."
            : column.Kind == VectorKind.VariableVector
            ? "A covariate has the same number of values in each row: give the vector a size, with [VectorType(n)] in the row's class."
            : ConvertFix(name, column, "Single"));
    }

    internal static void Static(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind == VectorKind.Scalar && (column.IsKey || IsSingle(column) || SeriesKey.IsKey(column.ItemType)))
            return;
        throw Mismatch(name, "Single for a number, or text, a key or an integer for a category", column, ConvertFix(name, column, "Single"));
    }

    internal static void Holiday(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind == VectorKind.Scalar && !column.IsKey && (IsSingle(column) || column.ItemType is BooleanDataViewType or TextDataViewType))
            return;
        throw Mismatch(name, "Boolean, text or Single", column, ConvertFix(name, column, "Single"));
    }

    internal static void Weight(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name);
        if (column.Kind == VectorKind.Scalar && IsSingle(column))
            return;
        throw Mismatch(name, "Single", column, column.Kind == VectorKind.Scalar ? ConvertFix(name, column, "Single") : "A weight is one number for the whole row.");
    }

    /// <summary>The column in a schema of which <see cref="Find"/> is known to succeed.</summary>
    internal static DataViewSchema.Column Column(DataViewSchema schema, string name)
        => schema.GetColumnOrNull(name) ?? throw Missing(name, schema.Select(column => column.Name));

    internal static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    internal static SchemaShape.Column Find(SchemaShape schema, string name)
        => schema.TryFindColumn(name, out SchemaShape.Column column) ? column : throw Missing(name, schema.Select(other => other.Name));

    private static bool IsSingle(SchemaShape.Column column) => !column.IsKey && column.ItemType == NumberDataViewType.Single;

    private static ArgumentOutOfRangeException Missing(string name, IEnumerable<string> present)
        => new(null, $"Could not find input column '{name}'. The data has: {string.Join(", ", present.Select(other => $"'{other}'"))}. "
            + "Correct the name, or add the column before.");

    internal static ArgumentOutOfRangeException Mismatch(string name, string expected, SchemaShape.Column column, string fix)
        => new(null, $"Schema mismatch for input column '{name}': expected {expected}, got {column.GetTypeString()}. {fix}");

    private static string ConvertFix(string name, SchemaShape.Column column, string kind)
        => column.IsKey
            ? $"Map it to numbers first: add Transforms.Conversion.MapKeyToValue(\"{name}\") before the forecaster."
            : $"Convert it: add Transforms.Conversion.ConvertType(\"{name}\", outputKind: DataKind.{kind}) before the forecaster.";
}
