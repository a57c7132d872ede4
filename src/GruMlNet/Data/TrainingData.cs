using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace GruMlNet.Data;

/// <summary>A view as a model learns from it: its series on the grid of a clock, and what was found out about its columns on the way.</summary>
internal sealed class TrainingData
{
    private readonly InputColumns columns;
    private readonly TableSeries[] series;

    private TrainingData(InputColumns columns, SeriesClock clock, CovariateLayout layout, TableSeries[] series)
        => (this.columns, Clock, Layout, this.series) = (columns, clock, layout, series);

    internal SeriesClock Clock { get; }

    internal CovariateLayout Layout { get; }

    /// <summary>Reads a view once.</summary>
    /// <param name="view">Its columns are checked.</param>
    /// <param name="columns">What to read.</param>
    /// <param name="weight">Column with a weight per row, or null.</param>
    /// <param name="calendar">Parts of the time that count; null to choose.</param>
    /// <param name="checkAlive">Throws where reading shall end.</param>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from; the message says why and what to do.</exception>
    internal static TrainingData Read(IDataView view, InputColumns columns, string? weight, CalendarFeatures? calendar, Action checkAlive)
    {
        CovariateLayout layout = CovariateLayout.Of(view.Schema, columns);
        HolidayCodes holidays = HolidayCodes.Learning();
        DataViewSchema.Column? time = columns.Time is null ? null : SchemaCheck.Column(view.Schema, columns.Time);
        StrongBox<bool?> isDate = new(time is { } column && column.Type is not Microsoft.ML.Data.TextDataViewType ? TimeColumn.IsDate(column.Type) : null);
        SeriesTable table = SeriesTable.Read(view, columns, layout, holidays, isDate, weight, keepRows: false, checkAlive);
        SeriesClock clock = SeriesClock.OfMost(table.Series, columns, isDate.Value ?? false);
        SequenceReader.CheckAnyValue(table.Series.Count, any: true, columns.Value);
        if (calendar is { } features && table.Series.Any(one => one.Count > 1))
            CalendarChoice.Check(features, clock, columns.Time);
        bool isText = columns.Holiday is not null && SchemaCheck.Column(view.Schema, columns.Holiday).Type is Microsoft.ML.Data.TextDataViewType;
        layout = layout with
        {
            // A text column without any holiday still tells names from nothing.
            HolidayKinds = isText ? holidays.Kinds.Count > 0 ? holidays.Kinds : ["holiday"] : layout.HolidayKinds,
            Calendar = calendar ?? CalendarChoice.Of(clock, MedianLength(table)),
        };
        var series = new TableSeries[table.Series.Count];
        for (int i = 0; i < series.Length; i++)
            series[i] = table.Series[i].Arrange(clock, layout, columns, SeriesEnd.Empty(table.Series[i].Id));
        SequenceReader.CheckAnyValue(series.Sum(one => one.Count), Array.Exists(series, one => one.LastObserved >= 0), columns.Value);
        return new TrainingData(columns, clock, layout, series);
    }

    /// <summary>Reads a view once, as a model that is there sees it: on its clock, with its columns, and behind what it remembers of the series where the view goes on.</summary>
    /// <param name="view">Its columns are checked.</param>
    /// <param name="model">The model.</param>
    /// <param name="weight">Column with a weight per row, or null.</param>
    /// <param name="goesOn">Whether series of which the model remembers earlier steps begin with these.</param>
    /// <param name="checkAlive">Throws where reading shall end.</param>
    internal static TrainingData ReadFor(IDataView view, GruForecastTransformer model, string? weight, bool goesOn, Action checkAlive)
    {
        InputColumns columns = model.Columns.Inputs;
        var holidays = HolidayCodes.Known(model.Layout.HolidayKinds ?? []);
        SeriesTable table = SeriesTable.Read(
            view, columns, model.Layout, holidays, new StrongBox<bool?>(model.Clock.IsDate), weight, keepRows: false, checkAlive);
        new UnseenValues(model).Check(table, holidays);
        TableSeries[] series = [.. table.Series.Select(rows => goesOn ? model.Arrange(rows) : rows.Arrange(model.Clock, model.Layout, columns, SeriesEnd.Empty(rows.Id)))];
        SequenceReader.CheckAnyValue(series.Sum(one => one.Count), Array.Exists(series, one => one.LastObserved >= 0), columns.Value);
        return new TrainingData(columns, model.Clock, model.Layout, series);
    }

    /// <summary>The series for the model.</summary>
    internal PanelSeries[] Series() => [.. series.Select(one => (one, End(one))).Where(pair => pair.Item2 > 0).Select(pair => pair.one.ForTraining(pair.Item2))];

    /// <summary>What the model shall remember of them.</summary>
    internal SeriesEnds Ends(int length) => new(series.Select(one => one.End(End(one), length)));

    /// <inheritdoc/>
    public override string ToString()
        => $"{series.Length} series, {Clock}" + (Layout.Calendar == CalendarFeatures.None ? "" : $", calendar features {Layout.Calendar}");

    /// <summary>Steps of a series that are past: where columns are known beforehand, what comes after the last value is not.</summary>
    private int End(TableSeries one) => columns.HasFuture ? one.LastObserved + 1 : one.Count;

    private static int MedianLength(SeriesTable table)
    {
        int[] lengths = [.. table.Series.Select(one => one.Count).Order()];
        return lengths.Length == 0 ? 0 : lengths[lengths.Length / 2];
    }
}
