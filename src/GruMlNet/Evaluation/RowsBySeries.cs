using System.Runtime.CompilerServices;
using GruMlNet.Data;
using Microsoft.ML;

namespace GruMlNet.Evaluation;

/// <summary>The rows of a view, sorted into series and laid out step by step, as the forecaster does it: by time where there is a time column, else in the order of the rows.</summary>
internal sealed class RowsBySeries
{
    private readonly IReadOnlyList<(int Series, int Row)> rows;
    private readonly TableSeries[] series;

    /// <summary>Reads a view.</summary>
    /// <param name="view">Its columns are checked.</param>
    /// <param name="valueColumn">Of type Single; null where only the rows count.</param>
    /// <param name="seriesColumn">Null for one series.</param>
    /// <param name="timeColumn">Null where the rows of a series follow each other.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">A value is infinite, or a time cannot be read, is there twice, or lies so far from the others that it must be wrong.</exception>
    internal RowsBySeries(IDataView view, string? valueColumn, string? seriesColumn, string? timeColumn)
    {
        if (timeColumn is not null)
            SchemaCheck.Time(SchemaShape.Create(view.Schema), timeColumn);
        InputColumns columns = InputColumns.Alone(valueColumn ?? string.Empty) with { Series = seriesColumn, Time = timeColumn };
        var isDate = new StrongBox<bool?>(timeColumn is not null && TimeColumn.IsDate(SchemaCheck.Column(view.Schema, timeColumn).Type) ? true : null);
        var table = SeriesTable.Read(view, columns, CovariateLayout.None, HolidayCodes.Known([]), isDate, weight: null, keepRows: true, checkAlive: () => { });
        var clock = SeriesClock.OfMost(table.Series, columns, isDate.Value ?? false);
        rows = table.Rows;
        series = [.. table.Series.Select(one => one.Arrange(clock, CovariateLayout.None, columns, SeriesEnd.Empty(one.Id)))];
    }

    /// <summary>Number of series.</summary>
    internal int SeriesCount => series.Length;

    /// <summary>Name of a series.</summary>
    internal string NameOf(int one) => series[one].Id;

    /// <summary>The series of a row of the view, and its step in it.</summary>
    internal (int Series, int Step) this[int row] => (rows[row].Series, series[rows[row].Series].StepOfRow(rows[row].Row));

    /// <summary>Per series the values, one per step, NaN in steps without a row.</summary>
    internal float[][] Values() => Array.ConvertAll(series, one => one.Values.ToArray());

    /// <summary>Says yes to each row of the view that has at least <paramref name="after"/> steps of its series behind it.</summary>
    internal bool[] NotAmongLast(int after) => [.. Enumerable.Range(0, rows.Count).Select(row => this[row].Step < series[rows[row].Series].Count - after)];

    /// <summary>For each series the row of the view that is the last one of those; −1 where none is.</summary>
    internal int[] LastOf(bool[] among)
    {
        int[] last = [.. Enumerable.Repeat(-1, series.Length)];
        for (int row = 0; row < rows.Count; row++)
        {
            ref int latest = ref last[rows[row].Series];
            if (among[row] && (latest < 0 || this[latest].Step < this[row].Step))
                latest = row;
        }

        return last;
    }
}
