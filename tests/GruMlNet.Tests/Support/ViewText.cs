// Writes schemas and rows of a view as text that is equal only if every bit of every value is equal.

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Support;

internal sealed record ViewRow(long Position, DataViewRowId Id, string Values);

internal static class ViewText
{
    private static readonly MethodInfo RowGetter = typeof(ViewText).GetMethod(nameof(FromRow), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo AnnotationGetter = typeof(ViewText).GetMethod(nameof(FromAnnotation), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Every row of the view with the values of the wanted columns (all when null), in the order in which the cursor gives them.</summary>
    public static List<ViewRow> Rows(IDataView view, Func<int, bool>? wanted = null, Random? random = null)
    {
        DataViewSchema.Column[] columns = [.. view.Schema.Where(column => wanted is null || wanted(column.Index))];
        using DataViewRowCursor cursor = view.GetRowCursor(columns, random);
        return Rows(cursor, columns);
    }

    public static List<ViewRow> Rows(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        ValueGetter<DataViewRowId> idGetter = cursor.GetIdGetter();
        Func<string>[] getters = [.. columns.Select(column => Getter(cursor, column))];
        List<ViewRow> rows = [];
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            idGetter(ref id);
            rows.Add(new ViewRow(cursor.Position, id, string.Join(" | ", getters.Select(getter => getter()))));
        }
        return rows;
    }

    /// <summary>The values of the named columns alone, one text per row.</summary>
    public static List<string> Values(IDataView view, params IEnumerable<string> columns)
    {
        HashSet<int> indices = [.. columns.Select(name => view.Schema[name].Index)];
        return [.. Rows(view, indices.Contains).Select(row => row.Values)];
    }

    /// <summary>Name, hiddenness, type, annotation types and annotation values of every column.</summary>
    public static string Schema(DataViewSchema schema)
    {
        return string.Join('\n', schema.Select(column =>
            $"{column.Index} {column.Name}{(column.IsHidden ? " (hidden)" : "")}: {column.Type} {{{string.Join(", ", column.Annotations.Schema.Select(annotation => $"{annotation.Name}: {annotation.Type} = {Annotation(column, annotation)}"))}}}"));
    }

    /// <summary>The shape of a schema, sorted by name: what an estimator can promise.</summary>
    public static string Shape(SchemaShape shape)
    {
        return string.Join('\n', shape.OrderBy(column => column.Name, StringComparer.Ordinal).Select(column =>
            $"{column.Name}: {column.Kind} {column.ItemType}{(column.IsKey ? " key" : "")} {{{Shape(column.Annotations).Replace('\n', ',')}}}"));
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
    public static extern SchemaShape ShapeOf(SchemaShape? type, DataViewSchema schema);

    /// <summary>One value: numbers by their bits, so that -0 and every NaN count.</summary>
    public static string Value<T>(T value)
    {
        return value switch
        {
            float single => Number(single),
            double number => BitConverter.DoubleToInt64Bits(number).ToString("X16", CultureInfo.InvariantCulture),
            VBuffer<float> vector => Vector(vector),
            VBuffer<double> vector => Vector(vector),
            VBuffer<uint> vector => Vector(vector),
            VBuffer<ReadOnlyMemory<char>> vector => Vector(vector),
            uint[] vector => "[" + string.Join(' ', vector) + "]",
            float[] vector => "[" + string.Join(' ', vector.Select(Number)) + "]",
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "null",
        };
    }

    private static string Vector<T>(VBuffer<T> vector)
    {
        return "[" + string.Join(' ', vector.DenseValues().Select(Value)) + "]";
    }

    private static string Number(float value)
    {
        return float.IsNaN(value) ? "NaN" : $"{value.ToString("R", CultureInfo.InvariantCulture)}:{BitConverter.SingleToInt32Bits(value):X8}";
    }

    private static Func<string> Getter(DataViewRow row, DataViewSchema.Column column)
    {
        return (Func<string>)RowGetter.MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;
    }

    private static Func<string> FromRow<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return Value(value);
        };
    }

    private static string Annotation(DataViewSchema.Column column, DataViewSchema.Column annotation)
    {
        return (string)AnnotationGetter.MakeGenericMethod(annotation.Type.RawType).Invoke(null, [column, annotation.Name])!;
    }

    private static string FromAnnotation<T>(DataViewSchema.Column column, string name)
    {
        T value = default!;
        column.Annotations.GetValue(name, ref value);
        return Value(value);
    }
}
