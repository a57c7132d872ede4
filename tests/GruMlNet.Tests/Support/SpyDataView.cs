// Passes a view on and writes down which columns were asked for, how often it was read, and which cursors are still open.

using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Support;

internal sealed class SpyDataView(IDataView inner) : IDataView
{
    private readonly ConcurrentQueue<string> requests = new();
    private int openCursors;

    /// <summary>One entry for each opened cursor or cursor set: the names of its active columns, sorted.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>Cursors that nobody disposed yet; each may hold a file open.</summary>
    public int OpenCursors => Volatile.Read(ref openCursors);

    public bool CanShuffle => inner.CanShuffle;

    public DataViewSchema Schema => inner.Schema;

    public long? GetRowCount()
    {
        // A lazy source does not know; nobody may rely on it.
        return null;
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        return new Cursor(this, inner.GetRowCursor(Record(columnsNeeded), rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        return [.. inner.GetRowCursorSet(Record(columnsNeeded), n, rand).Select(cursor => new Cursor(this, cursor))];
    }

    private List<DataViewSchema.Column> Record(IEnumerable<DataViewSchema.Column> columns)
    {
        List<DataViewSchema.Column> asked = [.. columns];
        requests.Enqueue(Join(asked.Select(column => column.Name)));
        return asked;
    }

    public static string Join(IEnumerable<string> names)
    {
        return string.Join(", ", names.Distinct().Order(StringComparer.Ordinal));
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly SpyDataView view;
        private readonly DataViewRowCursor cursor;
        private bool disposed;

        public Cursor(SpyDataView view, DataViewRowCursor cursor)
        {
            this.view = view;
            this.cursor = cursor;
            Interlocked.Increment(ref view.openCursors);
        }

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override DataViewSchema Schema => cursor.Schema;

        public override bool MoveNext()
        {
            return cursor.MoveNext();
        }

        public override ValueGetter<DataViewRowId> GetIdGetter()
        {
            return cursor.GetIdGetter();
        }

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            return cursor.IsColumnActive(column);
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            return cursor.GetGetter<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !disposed)
            {
                disposed = true;
                Interlocked.Decrement(ref view.openCursors);
                cursor.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
