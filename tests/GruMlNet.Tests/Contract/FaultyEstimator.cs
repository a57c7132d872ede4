// A healthy normalizer with one deliberate fault, to prove that the rules can fail.

using System.Globalization;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace GruMlNet.Tests.Contract;

public enum Fault
{
    None,
    PromisesNothing,
    AcceptsEverything,
    FitsDifferentlyEachTime,
    ReadsTheDataTwice,
    ReadsCultures,
    SavesAnotherModel,
    DeniesRowToRow,
    MapsAnotherSchema,
    MapsRowsDifferently,
    LearnsWhileTransforming,
    FailsOnMissingValues,
    IgnoresCancellation,
    LeavesTheDataOpen,
    EnginesShareAHistory,

    // From here on the fault is in the view.
    DriftsFromReadToRead,
    AsksForAllColumns,
    SharesARowAmongCursors,
    MovesOnAfterTheEnd,
    SplitsTheCursorSetWrongly,
}

internal sealed class FaultyEstimator(MLContext ml, Fault fault, string output, Action? progress = null, CancellationToken token = default) : IEstimator<ITransformer>
{
    private readonly NormalizingEstimator healthy = ml.Transforms.NormalizeMinMax(output, "Input");
    private int fits;

    public ITransformer Fit(IDataView input)
    {
        if (fault == Fault.AcceptsEverything && input.Schema.GetColumnOrNull("Input")?.Type is not VectorDataViewType)
            return ml.Transforms.CopyColumns("Anything", "Label").Fit(input);
        if (fault == Fault.ReadsTheDataTwice)
            _ = healthy.Fit(input);
        if (fault == Fault.LeavesTheDataOpen)
            _ = input.GetRowCursor([input.Schema["Input"]]);
        progress?.Invoke();
        if (fault != Fault.IgnoresCancellation)
            token.ThrowIfCancellationRequested();
        int fit = Interlocked.Increment(ref fits);
        float factor = fault switch
        {
            Fault.FitsDifferentlyEachTime => fit,
            Fault.ReadsCultures when CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator != "." => 2,
            _ => 1,
        };
        return new FaultyTransformer(fault, Stretch(input, factor), new Lazy<ITransformer>(() => Stretch(input, 7)));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        return fault is Fault.PromisesNothing or Fault.AcceptsEverything ? inputSchema : healthy.GetOutputSchema(inputSchema);
    }

    private ITransformer Stretch(IDataView input, float factor)
    {
        if (factor == 1)
            return healthy.Fit(input);
        IEnumerable<NormalizerRow> rows = ml.Data.CreateEnumerable<NormalizerRow>(input, reuseRowObject: false)
            .Select(row => new NormalizerRow { Input = [.. row.Input.Select(value => value * factor)] });
        return healthy.Fit(ml.Data.LoadFromEnumerable(rows.ToArray()));
    }
}

internal sealed class FaultyTransformer(Fault fault, ITransformer healthy, Lazy<ITransformer> other) : ITransformer
{
    private ITransformer current = healthy;

    public bool IsRowToRowMapper => fault != Fault.DeniesRowToRow;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        return current.GetOutputSchema(inputSchema);
    }

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        if (fault == Fault.MapsAnotherSchema)
            inputSchema = new MLContext().Data.LoadFromEnumerable(Array.Empty<NormalizerRow>()).Schema;
        return (fault == Fault.MapsRowsDifferently ? other.Value : current).GetRowToRowMapper(inputSchema);
    }

    public IDataView Transform(IDataView input)
    {
        IDataView output = current.Transform(input);
        if (fault == Fault.LearnsWhileTransforming)
            current = other.Value;
        if (fault == Fault.FailsOnMissingValues && ViewText.Rows(input).Any(row => row.Values.Contains("NaN", StringComparison.Ordinal)))
            throw new NotSupportedException("NaN");
        return fault >= Fault.DriftsFromReadToRead ? new FaultyView(fault, output, other.Value.Transform(input)) : output;
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        (fault == Fault.SavesAnotherModel ? other.Value : current).Save(ctx);
    }
}

internal sealed class FaultyView(Fault fault, IDataView view, IDataView other) : IDataView
{
    private int cursors;
    private DataViewRowCursor? shared;

    public bool CanShuffle => view.CanShuffle;

    public DataViewSchema Schema => view.Schema;

    public long? GetRowCount()
    {
        return view.GetRowCount();
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        if (fault == Fault.SharesARowAmongCursors)
            return shared ??= view.GetRowCursor(view.Schema);
        IEnumerable<DataViewSchema.Column> columns = fault == Fault.AsksForAllColumns ? view.Schema : columnsNeeded;
        IDataView source = fault == Fault.DriftsFromReadToRead && cursors++ > 0 ? other : view;
        DataViewRowCursor cursor = source.GetRowCursor(columns.Select(column => source.Schema[column.Index]), rand);
        return fault == Fault.MovesOnAfterTheEnd ? new EndlessCursor(cursor) : cursor;
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return fault == Fault.SplitsTheCursorSetWrongly ? [.. Enumerable.Range(0, n).Select(_ => view.GetRowCursor(columns))] : [GetRowCursor(columns, rand)];
    }

    private sealed class EndlessCursor(DataViewRowCursor cursor) : DataViewRowCursor
    {
        private int ends;

        public override long Position => cursor.Position;

        public override long Batch => cursor.Batch;

        public override DataViewSchema Schema => cursor.Schema;

        public override bool MoveNext()
        {
            return cursor.MoveNext() || ends++ == 1;
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
            if (disposing)
                cursor.Dispose();
            base.Dispose(disposing);
        }
    }
}
