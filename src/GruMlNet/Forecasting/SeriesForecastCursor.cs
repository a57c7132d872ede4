using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Walks through a series: each step adds the row to the history; the forecast is computed when one of its columns is asked for.
/// </summary>
internal sealed class SeriesForecastCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor source;
    private readonly bool[] active;
    private readonly int sourceColumns;
    private readonly Delegate[] forecastGetters = [];
    private readonly HistoryStep? step;
    private readonly IHost? host;
    private bool ended;

    internal SeriesForecastCursor(SeriesForecastView view, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        Schema = view.Schema;
        GruForecastTransformer transformer = view.Transformer;
        ForecastColumns columns = transformer.Columns;
        DataViewSchema sourceSchema = view.Source.Schema;
        sourceColumns = sourceSchema.Count;
        active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded)
            active[column.Index] = true;

        bool forecasts = active.AsSpan(sourceColumns).Contains(true);
        source = view.Source.GetRowCursor(sourceSchema.Where(column => active[column.Index] || forecasts && IsInput(column)));
        if (!forecasts)
            return;
        host = transformer.Host;
        step = new HistoryStep(transformer, source, transformer.CreateHistory());
        var forecast = new CachedForecast(transformer.Model, columns, () => step.History.Values, () => Position, i => active[sourceColumns + i]);
        forecastGetters = forecast.Getters();

        bool IsInput(DataViewSchema.Column column)
            => column.Index == sourceSchema[columns.Input].Index || columns.Time is not null && column.Index == sourceSchema[columns.Time].Index;
    }

    public override DataViewSchema Schema { get; }

    public override long Position => ended ? -1 : source.Position;

    public override long Batch => 0;

    public override bool MoveNext()
    {
        if (ended || !source.MoveNext())
        {
            ended = true;
            return false;
        }

        host?.CheckAlive();
        step?.Advance();
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < active.Length && active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active in this cursor: name it among the needed columns.");
        if (column.Index < sourceColumns)
            return source.GetGetter<TValue>(source.Schema[column.Index]);
        return forecastGetters[column.Index - sourceColumns] as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds VBuffer<float>, not {typeof(TValue)}.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
