using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Walks through the rows of a view, or through the last row of each series. Where a forecast is asked for, all rows are read first, because what belongs to a series may lie
/// anywhere; a second pass happens only where columns of the view itself are asked for, too.
/// </summary>
internal sealed class SeriesForecastCursor : DataViewRowCursor
{
    private readonly SeriesForecastView view;
    private readonly bool[] active;
    private readonly int sourceColumns;
    private readonly DataViewRowCursor? source;
    private readonly bool needsForecasts;
    private readonly bool needsBounds;
    private ForecastRows? forecasts;
    private int row = -1;
    private long sourceRow = -1;
    private bool ended;

    internal SeriesForecastCursor(SeriesForecastView view, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        this.view = view;
        Schema = view.Schema;
        sourceColumns = view.Source.Schema.Count;
        active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
            active[column.Index] = true;
        needsForecasts = view.LastRowsOnly || active.AsSpan(sourceColumns).Contains(true);
        needsBounds = Added.Where((added, i) => active[sourceColumns + i] && added.Part != ForecastPart.Point).Any();
        if (!needsForecasts || active.AsSpan(0, sourceColumns).Contains(true))
            source = view.Source.GetRowCursor(view.Source.Schema.Where(column => active[column.Index]));
    }

    public override DataViewSchema Schema { get; }

    public override long Position => ended || row < 0 ? -1 : view.LastRowsOnly ? row : source?.Position ?? forecasts!.Identity(row).Position;

    public override long Batch => 0;

    private IReadOnlyList<AddedColumn> Added => view.Transformer.Columns.Added;

    public override bool MoveNext()
    {
        if (ended)
            return false;
        if (needsForecasts)
            forecasts ??= ForecastRows.Read(view.Transformer, view.Source, view.LastRowsOnly, needsBounds, view.Unseen);
        view.Transformer.Host.CheckAlive();
        row++;
        ended = forecasts is { } all && row >= all.Count || source is not null && !MoveSource();
        return !ended;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < active.Length && active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active in this cursor: name it among the needed columns.");
        if (column.Index < sourceColumns)
            return source!.GetGetter<TValue>(source.Schema[column.Index]);
        return Getter(Added[column.Index - sourceColumns]) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds VBuffer<float>, not {typeof(TValue)}.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter()
    {
        return source is not null ? source.GetIdGetter() : (ref DataViewRowId id) => id = forecasts!.Identity(Current).Id;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source?.Dispose();
        base.Dispose(disposing);
    }

    private int Current => ended || row < 0 ? throw new InvalidOperationException("There is no current row: call MoveNext first, and stop where it returns false.") : row;

    /// <summary>Moves to the next row of the source that has a forecast.</summary>
    private bool MoveSource()
    {
        long target = forecasts?.Kept is { } kept ? kept[row] : sourceRow + 1;
        while (sourceRow < target)
        {
            if (!source!.MoveNext())
                return false;
            sourceRow++;
        }

        return true;
    }

    private ValueGetter<VBuffer<float>> Getter(AddedColumn column) => (ref VBuffer<float> value) =>
    {
        float[] computed = forecasts![Current].Part(column);
        var editor = VBufferEditor.Create(ref value, computed.Length);
        computed.CopyTo(editor.Values);
        value = editor.Commit();
    };
}
