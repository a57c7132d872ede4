using Microsoft.ML;

namespace GruMlNet;

/// <summary>
/// The view that <see cref="GruForecastTransformer"/> returns: all rows, or the last one of each series. A row's forecast depends on other rows, so the view is never shuffled and
/// is read by one cursor at a time; any number of cursors may run side by side.
/// </summary>
internal sealed class SeriesForecastView(GruForecastTransformer transformer, IDataView source, bool lastRowsOnly) : IDataView
{
    internal GruForecastTransformer Transformer { get; } = transformer;

    internal IDataView Source { get; } = source;

    /// <summary>Warns once, however often the view is read.</summary>
    internal UnseenValues Unseen { get; } = new(transformer);

    internal bool LastRowsOnly { get; } = lastRowsOnly;

    public DataViewSchema Schema { get; } = transformer.Columns.AddTo(source.Schema);

    public bool CanShuffle => false;

    public long? GetRowCount() => LastRowsOnly ? null : Source.GetRowCount();

    // A random order is not possible, so the request for one is ignored, as IDataView allows.
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new SeriesForecastCursor(this, columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded)];
}
