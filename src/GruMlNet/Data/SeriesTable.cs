using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>
/// All rows of a view, sorted into their series: one pass, only the needed columns, every row checked. Takes 4 bytes for each number of a row, and 24 to 50 beside them.
/// </summary>
internal sealed class SeriesTable
{
    private readonly Dictionary<string, int> indices = new(StringComparer.Ordinal);
    private readonly List<SeriesRows> series = [];
    private readonly List<(int Series, int Row)> rows = [];
    private readonly List<(long Position, DataViewRowId Id)> identities = [];

    private SeriesTable()
    {
    }

    /// <summary>The series, in the order of their first rows.</summary>
    internal IReadOnlyList<SeriesRows> Series => series;

    /// <summary>For each row of the view its series, and its number among the rows of that series; only where asked for.</summary>
    internal IReadOnlyList<(int Series, int Row)> Rows => rows;

    /// <summary>For each row of the view its position and id; only where asked for.</summary>
    internal IReadOnlyList<(long Position, DataViewRowId Id)> Identities => identities;

    /// <summary>Reads a view.</summary>
    /// <param name="view">The view.</param>
    /// <param name="columns">What to read; checked against its schema.</param>
    /// <param name="layout">How many numbers each column gives.</param>
    /// <param name="holidays">The numbers of a text holiday column.</param>
    /// <param name="isDate">Whether times in text are dates; null where the first shall say.</param>
    /// <param name="weight">Column with a weight per row, or null.</param>
    /// <param name="keepRows">Whether to remember where each row of the view went.</param>
    /// <param name="checkAlive">Throws where reading shall end.</param>
    /// <exception cref="InvalidOperationException">A value is infinite, a weight negative, a time unreadable, or a static value changes within a series.</exception>
    internal static SeriesTable Read(
        IDataView view, InputColumns columns, CovariateLayout layout, HolidayCodes holidays, StrongBox<bool?> isDate, string? weight, bool keepRows, Action checkAlive)
    {
        var table = new SeriesTable();
        IEnumerable<DataViewSchema.Column> needed = columns.In(view.Schema);
        using DataViewRowCursor cursor = view.GetRowCursor(weight is null ? needed : needed.Append(SchemaCheck.Column(view.Schema, weight)));
        var reader = new RowReader(cursor, columns, layout, holidays, isDate);
        Func<float>? readWeight = weight is null ? null : WeightReader(cursor, weight);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        var numbers = new float[layout.RowCount];
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            SequenceReader.CheckAlive(checkAlive, cursor.Position);
            SeriesRows one = table.SeriesOf(reader.Series(), out int index);
            reader.Numbers(numbers);
            if (keepRows)
            {
                getId(ref id);
                table.rows.Add((index, one.Count));
                table.identities.Add((cursor.Position, id));
            }

            one.Add(numbers, reader.Time(), readWeight?.Invoke() ?? 1, reader.Statics(), columns, cursor.Position);
        }

        return table;
    }

    private SeriesRows SeriesOf(string name, out int index)
    {
        if (!indices.TryGetValue(name, out index))
        {
            indices.Add(name, index = series.Count);
            series.Add(new SeriesRows(name));
        }

        return series[index];
    }

    private static Func<float> WeightReader(DataViewRowCursor cursor, string name)
    {
        ValueGetter<float> getter = cursor.GetGetter<float>(SchemaCheck.Column(cursor.Schema, name));
        float weight = 0;
        return () =>
        {
            getter(ref weight);
            return weight >= 0 && float.IsFinite(weight) ? weight
                : throw new InvalidOperationException($"Weight column '{name}' is {SchemaCheck.Text(weight)} in row {cursor.Position}: a weight is a number of at least 0; give 0 to rows that shall not count, 1 to ordinary ones.");
        };
    }
}
