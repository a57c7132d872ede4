using System.Runtime.CompilerServices;
using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Sequences;

/// <summary>Reads data with one row per step once, and makes a view with one row per sequence.</summary>
internal static class StepGrouping
{
    internal static IDataView Group(IDataView data, string group, IReadOnlyList<string> steps, string? time)
    {
        DataViewSchema.Column groupColumn = SchemaCheck.Column(data.Schema, group);
        foreach (string name in steps)
            _ = SchemaCheck.Column(data.Schema, name);
        if (time is not null)
            SchemaCheck.Time(SchemaShape.Create(data.Schema), time);
        var stepNames = steps.ToHashSet(StringComparer.Ordinal);
        GroupedColumn[] columns = [.. data.Schema.Where(column => !column.IsHidden && column.Name != time).Select(column => stepNames.Contains(column.Name) ? GroupedColumn.Steps(column) : GroupedColumn.First(column))];
        Dictionary<object, int> groups = [];
        List<List<decimal>> times = [];
        using (DataViewRowCursor cursor = data.GetRowCursor(data.Schema.Where(column => !column.IsHidden)))
        {
            Func<object> readGroup = ValueReader(cursor, groupColumn);
            Func<decimal>? readTime = time is null ? null : TimeColumn.Reader(cursor, SchemaCheck.Column(data.Schema, time), new StrongBox<bool?>());
            Action<int>[] readers = [.. columns.Select(column => column.Reader(cursor))];
            while (cursor.MoveNext())
            {
                object key = readGroup();
                if (!groups.TryGetValue(key, out int index))
                {
                    groups.Add(key, index = groups.Count);
                    times.Add([]);
                }

                times[index].Add(readTime?.Invoke() ?? times[index].Count);
                foreach (Action<int> reader in readers)
                    reader(index);
            }
        }

        int[][] order = [.. times.Select(list => Enumerable.Range(0, list.Count).OrderBy(i => list[i]).ToArray())];
        foreach (GroupedColumn column in columns)
            column.Finish(order);
        return new GroupedView(columns, groups.Count);
    }

    /// <summary>The current value as something that can be compared; text by its characters.</summary>
    private static Func<object> ValueReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
            throw new ArgumentOutOfRangeException(null, $"Column '{column.Name}' is {column.Type}; a group is named by one value per row.");
        return (Func<object>)((Func<DataViewRow, DataViewSchema.Column, Func<object>>)Of<int>).Method.GetGenericMethodDefinition().MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;
    }

    private static Func<object> Of<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return value is ReadOnlyMemory<char> text ? text.ToString() : value!;
        };
    }
}
