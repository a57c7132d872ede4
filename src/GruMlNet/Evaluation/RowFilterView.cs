using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Evaluation;

/// <summary>The rows of a view, in its order, that a list says yes to. It is read by one cursor at a time; any number of cursors may run side by side.</summary>
internal sealed class RowFilterView(IDataView source, IReadOnlyList<bool> keep) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => keep.LongCount(yes => yes);

    // A random order is not possible, so the request for one is ignored, as IDataView allows.
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(source.GetRowCursor(columnsNeeded), keep);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(DataViewRowCursor source, IReadOnlyList<bool> keep) : DataViewRowCursor
    {
        private int sourceRow = -1;
        private long position = -1;

        public override DataViewSchema Schema => source.Schema;

        public override long Position => position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            while (source.MoveNext())
            {
                sourceRow++;
                if (sourceRow >= keep.Count || !keep[sourceRow])
                    continue;
                position++;
                return true;
            }

            position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
