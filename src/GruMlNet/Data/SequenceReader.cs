using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>
/// Turns a column of histories into sequences for training: one pass over the view, only the needed column, every row checked.
/// </summary>
internal static class SequenceReader
{
    // A gap is filled with missing steps; more of them than this times the rows means a wrong date, not a gap.
    internal const int MaxFillFactor = 20;
    internal const int MinFillLimit = 10_000;

    /// <summary>Reads rows that each hold one series as a vector.</summary>
    internal static IReadOnlyList<float[]> ReadWindows(IDataView view, string name, Action checkAlive)
    {
        DataViewSchema.Column column = SchemaCheck.Column(view.Schema, name);
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
            anyValue |= CheckFinite(values, name, cursor.Position);
            windows.Add(values);
        }

        CheckAnyValue(windows.Count, anyValue, name);
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
            + "give the steps in the order of time, one per time, name the column that tells several series apart with SeriesColumnName, and use UTC where local clocks are set back.");
    }

    internal static void CheckAlive(Action checkAlive, long row)
    {
        if ((row & 0xFFF) == 0)
            checkAlive();
    }

    internal static void CheckAnyValue(int rows, bool any, string column)
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
