using System.Runtime.CompilerServices;
using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// The forecasts of the rows of a view, made when they are asked for; where one row after the other is, ever more at once, on all threads. Belongs to one cursor; not thread-safe.
/// </summary>
internal sealed class ForecastRows
{
    private const int MaxBlock = 256;

    private readonly GruForecastTransformer transformer;
    private readonly bool needsBounds;
    private readonly SeriesTable table;
    private readonly TableSeries[] series;
    private readonly IReadOnlyList<(int Series, int Row)> rows;
    private readonly (int Step, decimal? Time)[]? origins; // per series; null where each row is one
    private PanelForecast[] block = [];
    private int blockStart;

    private ForecastRows(GruForecastTransformer transformer, SeriesTable table, TableSeries[] series, bool lastRowsOnly, bool needsBounds)
    {
        (this.transformer, this.table, this.series, this.needsBounds) = (transformer, table, series, needsBounds);
        rows = table.Rows;
        if (!lastRowsOnly)
            return;
        origins = Array.ConvertAll(series, Origin);
        int[] last = [.. series.Select((one, i) => one.RowAt(origins[i].Step) ?? one.FirstRow)];
        Kept = [.. Enumerable.Range(0, table.Rows.Count).Where(row => last[table.Rows[row].Series] == table.Rows[row].Row)];
        rows = [.. Kept.Select(row => table.Rows[row])];
    }

    /// <summary>The rows of the view that have a forecast; null for all.</summary>
    internal int[]? Kept { get; }

    /// <summary>Number of forecasts.</summary>
    internal int Count => rows.Count;

    /// <summary>The view's row of a forecast, its position and its id.</summary>
    internal (long Position, DataViewRowId Id) Identity(int row) => table.Identities[Kept?[row] ?? row];

    /// <summary>Names of the series, in the order of their first rows; with one forecast per series only.</summary>
    internal string SeriesOf(int row) => series[rows[row].Series].Id;

    /// <summary>The time of the last step that a forecast has seen; with one forecast per series only.</summary>
    internal decimal? TimeOf(int row) => origins![rows[row].Series].Time;

    /// <summary>Reads a view.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="view">Its columns are checked.</param>
    /// <param name="lastRowsOnly">One forecast per series, from its last row.</param>
    /// <param name="needsBounds">Whether bounds are needed, too.</param>
    /// <param name="unseen">Warns of what the model has not seen.</param>
    /// <exception cref="InvalidOperationException">The data cannot be used; the message says why and what to do.</exception>
    internal static ForecastRows Read(GruForecastTransformer transformer, IDataView view, bool lastRowsOnly, bool needsBounds, UnseenValues unseen)
    {
        InputColumns columns = transformer.Columns.Inputs;
        var holidays = HolidayCodes.Known(transformer.Layout.HolidayKinds ?? []);
        SeriesTable table = SeriesTable.Read(
            view, columns, transformer.Layout, holidays, new StrongBox<bool?>(transformer.Clock.IsDate), weight: null, keepRows: true, transformer.Host.CheckAlive);
        unseen.Check(table, holidays);
        return new ForecastRows(transformer, table, [.. table.Series.Select(transformer.Arrange)], lastRowsOnly, needsBounds);
    }

    /// <summary>The forecast after seeing a row.</summary>
    internal PanelForecast this[int row]
    {
        get
        {
            int place = row - blockStart;
            if (place < 0 || place >= block.Length)
            {
                // Asked for in order, they are made in growing blocks; else one by one.
                int size = place == block.Length && row > 0 ? Math.Min(MaxBlock, Math.Max(2, 2 * block.Length)) : 1;
                if (origins is not null)
                    size = MaxBlock;
                (block, blockStart, place) = (Make(row, Math.Min(size, Count - row)), row, 0);
            }

            return block[place];
        }
    }

    private PanelForecast[] Make(int from, int count)
    {
        int horizon = transformer.Horizon;
        var histories = new PanelSeries[count];
        for (int i = 0; i < count; i++)
        {
            (int s, int row) = rows[from + i];
            (int step, decimal? time) = origins?[s] ?? (series[s].StepOfRow(row), series[s].TimeOfRow(row));
            histories[i] = series[s].UpTo(step, time, transformer.ContextLength, horizon);
        }

        return transformer.Model.ForecastAll(histories, horizon, needsBounds ? transformer.Columns.Levels : [], count == 1 ? 1 : null);
    }

    /// <summary>The step that the forecast of a series begins after: the last observed one where rows behind it say what is known beforehand, else the last one.</summary>
    private (int Step, decimal? Time) Origin(TableSeries one)
    {
        InputColumns columns = transformer.Columns.Inputs;
        if (columns.HasFuture && one.LastObserved < 0)
        {
            throw new InvalidOperationException($"{(columns.Series is null ? "The data" : $"Series '{one.Id}'")} has no value of '{columns.Value}' to forecast from, only {Counted.Of(one.Count, "step")} without one, and the model remembers none that these go on from: "
                + "put the rows of the past before them" + (columns.Series is null ? "." : ", or correct the name of the series."));
        }

        int step = columns.HasFuture ? one.LastObserved : one.Count - 1;
        if (columns.HasFuture && one.FutureOf(step) < transformer.Horizon)
            throw new InvalidOperationException($"{(columns.Series is null ? "The data" : $"Series '{one.Id}'")} has {Counted.Of(one.FutureOf(step), "row")} after its last value of '{columns.Value}', and a forecast of {Counted.Of(transformer.Horizon, "step")} needs as many, which say what is known beforehand "
                + $"({string.Join(", ", columns.Known.Append(columns.Holiday).OfType<string>().Select(name => $"'{name}'"))}): append them, with NaN for '{columns.Value}', and NaN for what is not known.");
        return (step, one.TimeAt(step));
    }
}
