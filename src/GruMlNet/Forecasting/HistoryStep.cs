using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>
/// Takes the current row of a series into a history. Used by the cursor of a view and by the engine.
/// The first row after an empty history continues the transformer's own series where its time says so.
/// </summary>
internal sealed class HistoryStep
{
    private readonly GruForecastTransformer transformer;
    private readonly DataViewRow row;
    private readonly ValueGetter<float> getValue;
    private readonly Func<decimal>? getTime;
    private bool started;

    internal HistoryStep(GruForecastTransformer transformer, DataViewRow row, SeriesHistory history)
    {
        (this.transformer, this.row, History) = (transformer, row, history);
        ForecastColumns columns = transformer.Columns;
        getValue = row.GetGetter<float>(SchemaCheck.Column(row.Schema, columns.Input));
        if (columns.Time is not null)
            getTime = TimeColumn.Reader(row, SchemaCheck.Column(row.Schema, columns.Time));
    }

    internal SeriesHistory History { get; }

    /// <summary>From now on no row continues the transformer's series.</summary>
    internal void Detach() => started = true;

    /// <exception cref="InvalidOperationException">The value is infinite or the time not after the last one; the history is unchanged.</exception>
    internal void Advance()
    {
        float value = 0;
        getValue(ref value);
        SequenceReader.CheckFinite(value, transformer.Columns.Input, row.Position);
        decimal? time = getTime?.Invoke();
        if (!started && time > transformer.End.LastTime && History.LastTime is null)
            History.Restart(transformer.End);
        started = true;
        History.Append(value, time, $"row {row.Position}");
    }
}
