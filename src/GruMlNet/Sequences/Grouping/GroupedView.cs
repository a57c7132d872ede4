using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Sequences;

/// <summary>Groups in memory as rows. Immutable and thread-safe.</summary>
internal sealed class GroupedView : IDataView
{
    private readonly IReadOnlyList<GroupedColumn> columns;
    private readonly int count;

    internal GroupedView(IReadOnlyList<GroupedColumn> columns, int count)
    {
        (this.columns, this.count) = (columns, count);
        var builder = new DataViewSchema.Builder();
        foreach (GroupedColumn column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        Schema = builder.ToSchema();
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        rand?.Shuffle(order);
        return new Cursor(this, [.. columnsNeeded.Select(column => column.Index)], order);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(GroupedView view, HashSet<int> active, int[] order) : DataViewRowCursor
    {
        private int position = -1;

        // Minus two inside: past the end, where a cursor stays.
        public override long Position => Math.Max(position, -1);

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext()
        {
            if (position == -2 || ++position < order.Length)
                return position >= 0;
            position = -2;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Group(), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
            return view.columns[column.Index].Getter(Group) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type.RawType}, not {typeof(TValue)}.");
        }

        private int Group() => position >= 0 ? order[position] : throw new InvalidOperationException("There is no current row: call MoveNext first, and stop where it returns false.");
    }
}
