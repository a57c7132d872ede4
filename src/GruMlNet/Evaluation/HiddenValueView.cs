using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Evaluation;

/// <summary>A view in which one Single column is missing (NaN) in the rows that a list says yes to. It is read by one cursor at a time; any number of cursors may run side by side.</summary>
internal sealed class HiddenValueView(IDataView source, string column, IReadOnlyList<bool> hidden) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => source.GetRowCount();

    // A random order is not possible, so the request for one is ignored, as IDataView allows.
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(source.GetRowCursor(columnsNeeded), SchemaCheck.Column(Schema, column).Index, hidden);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(DataViewRowCursor source, int column, IReadOnlyList<bool> hidden) : DataViewRowCursor
    {
        private int row = -1;

        public override DataViewSchema Schema => source.Schema;

        public override long Position => source.Position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            row++;
            return source.MoveNext();
        }

        public override bool IsColumnActive(DataViewSchema.Column other) => source.IsColumnActive(other);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column other)
        {
            ValueGetter<TValue> getter = source.GetGetter<TValue>(other);
            if (other.Index != column || getter is not ValueGetter<float> single)
                return getter;
            ValueGetter<float> masked = (ref float value) =>
            {
                if (hidden[row])
                    value = float.NaN;
                else
                    single(ref value);
            };
            return (ValueGetter<TValue>)(Delegate)masked;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
