using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>One series as read: a value per step, NaN where missing.</summary>
internal sealed record SeriesData(float[] Values, SeriesClock Clock, decimal? LastTime);

/// <summary>
/// Turns columns into sequences for training: one pass over the view, only the needed columns, every row checked.
/// </summary>
internal static class SequenceReader
{
    // A gap is filled with missing steps; more of them than this times the rows means a wrong date, not a gap.
    private const int MaxFillFactor = 20;
    private const int MinFillLimit = 10_000;

    /// <summary>Reads a series with one row per step; gaps in its times become missing steps.</summary>
    internal static SeriesData ReadSeries(IDataView view, ForecastColumns columns, Action checkAlive)
    {
        DataViewSchema.Column value = SchemaCheck.Column(view.Schema, columns.Input);
        DataViewSchema.Column? time = columns.Time is null ? null : SchemaCheck.Column(view.Schema, columns.Time);
        bool isDate = time is { } column && TimeColumn.IsDate(column.Type);
        List<float> values = [];
        List<decimal> times = [];
        using (DataViewRowCursor cursor = view.GetRowCursor(time is { } needed ? [value, needed] : [value]))
        {
            ValueGetter<float> getValue = cursor.GetGetter<float>(value);
            Func<decimal>? getTime = time is { } present ? TimeColumn.Reader(cursor, present) : null;
            float item = 0;
            while (cursor.MoveNext())
            {
                CheckAlive(checkAlive, cursor.Position);
                getValue(ref item);
                CheckFinite(item, columns.Input, cursor.Position);
                values.Add(item);
                if (getTime is null)
                    continue;
                decimal now = getTime();
                if (times.Count > 0)
                    CheckIncreasing(times[^1], now, columns.Time!, isDate, $"row {cursor.Position}");
                times.Add(now);
            }
        }

        CheckAnyValue(values.Count, values.Exists(float.IsFinite), columns.Input);
        if (time is null)
            return new SeriesData([.. values], SeriesClock.None, LastTime: null);
        SeriesClock clock = SeriesClock.Detect(times, isDate);
        return new SeriesData(FillGaps(values, times, clock, columns.Time!), clock, times[^1]);
    }

    /// <summary>Reads rows that each hold one series as a vector.</summary>
    internal static IReadOnlyList<float[]> ReadWindows(IDataView view, ForecastColumns columns, Action checkAlive)
    {
        DataViewSchema.Column column = SchemaCheck.Column(view.Schema, columns.Input);
        List<float[]> windows = [];
        bool anyValue = false;
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> window = default;
        while (cursor.MoveNext())
        {
            CheckAlive(checkAlive, cursor.Position);
            getter(ref window);
            float[] values = [.. window.DenseValues()];
            anyValue |= CheckFinite(values, columns.Input, cursor.Position);
            windows.Add(values);
        }

        CheckAnyValue(windows.Count, anyValue, columns.Input);
        return windows;
    }

    /// <summary>Throws for infinities; says whether any value is there (not NaN).</summary>
    internal static bool CheckFinite(ReadOnlySpan<float> values, string column, long row)
    {
        bool any = false;
        foreach (float value in values)
        {
            CheckFinite(value, column, row);
            any |= !float.IsNaN(value);
        }

        return any;
    }

    internal static void CheckFinite(float value, string column, long row)
    {
        if (float.IsInfinity(value))
            throw new InvalidOperationException($"Column '{column}' is infinite in row {row}: give NaN where a value is missing, or correct the value.");
    }

    internal static void CheckIncreasing(decimal last, decimal now, string column, bool isDate, string where)
    {
        if (now > last)
            return;
        string got = now == last ? "the same time as the row before" : $"an earlier time than the row before ({TimeColumn.Text(last, isDate)})";
        throw new InvalidOperationException($"Time column '{column}': {where} has {got}: {TimeColumn.Text(now, isDate)}. Every row must be later than the one before: "
            + "sort the rows by time, keep one row per time, give each series its own model, and use UTC where local clocks are set back.");
    }

    private static void CheckAlive(Action checkAlive, long row)
    {
        if ((row & 0xFFF) == 0)
            checkAlive();
    }

    private static void CheckAnyValue(int rows, bool any, string column)
    {
        if (rows == 0)
            throw new InvalidOperationException($"The data has no rows to learn to forecast '{column}' from: check the file and the filters before the forecaster.");
        if (!any)
            throw new InvalidOperationException($"Column '{column}' has no values to learn from: all {rows} rows are missing (NaN). Check how the column is loaded.");
    }

    /// <summary>Puts NaN where a gap in the times leaves steps without a row. At least one value.</summary>
    internal static float[] FillGaps(List<float> values, List<decimal> times, SeriesClock clock, string column)
    {
        long limit = Math.Max(MinFillLimit, (long)MaxFillFactor * values.Count);
        List<float> filled = new(values.Count) { values[0] };
        for (int i = 1; i < values.Count; i++)
        {
            long steps = clock.StepsBetween(times[i - 1], times[i]);
            if (filled.Count + steps > limit)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Time column '{column}' goes from {clock.Text(times[i - 1])} to {clock.Text(times[i])} in row {i}, {steps} steps at once ({clock}): correct the time, or train on the part after the gap."));
            for (long missing = 1; missing < steps; missing++)
                filled.Add(float.NaN);
            filled.Add(values[i]);
        }

        return [.. filled];
    }
}
