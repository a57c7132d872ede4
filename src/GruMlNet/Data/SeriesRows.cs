using System.Globalization;

namespace GruMlNet.Data;

/// <summary>The rows of one series as they were read, to be laid out on the grid of a clock.</summary>
internal sealed class SeriesRows(string id)
{
    private readonly List<float> numbers = [];
    private readonly List<decimal> times = [];
    private readonly List<float> weights = [];
    private bool isWeighted;

    internal string Id => id;

    internal int Count { get; private set; }

    internal StaticValues Statics { get; private set; } = StaticValues.None;

    /// <summary>The times in the order of the rows; empty without a time column.</summary>
    internal IReadOnlyList<decimal> Times => times;

    /// <summary>Adds a row.</summary>
    internal void Add(ReadOnlySpan<float> row, decimal? time, float weight, StaticValues statics, InputColumns columns, long position)
    {
        if (Count == 0)
            Statics = statics;
        else
            CheckStatics(statics, columns, position);
        numbers.AddRange(row);
        if (time is { } when)
            times.Add(when);
        if (weight != 1 && !isWeighted)
        {
            isWeighted = true;
            weights.AddRange(Enumerable.Repeat(1f, Count));
        }

        if (isWeighted)
            weights.Add(weight);
        Count++;
    }

    /// <summary>The times, earliest first.</summary>
    /// <exception cref="InvalidOperationException">A time is there twice.</exception>
    internal IReadOnlyList<decimal> SortedTimes(InputColumns columns, bool isDate) => Order(columns, isDate) is { } order ? Array.ConvertAll(order, row => times[row]) : times;

    /// <summary>The rows' places in the order of time; null where they are in that order already.</summary>
    /// <exception cref="InvalidOperationException">A time is there twice.</exception>
    private int[]? Order(InputColumns columns, bool isDate)
    {
        bool sorted = true;
        for (int i = 1; i < times.Count && sorted; i++)
            sorted = times[i] > times[i - 1];
        if (sorted)
            return null;
        int[] order = [.. Enumerable.Range(0, Count)];
        decimal[] keys = [.. times];
        Array.Sort(keys, order);
        for (int i = 1; i < keys.Length; i++)
        {
            if (keys[i] == keys[i - 1])
                throw new InvalidOperationException($"Time column '{columns.Time}' has the time {TimeColumn.Text(keys[i], isDate)} twice{(columns.Series is null ? "" : $" in series '{id}'")}: keep one row per time, "
                    + (columns.Series is null ? "name the column that tells several series apart with SeriesColumnName, " : "") + "and use UTC where local clocks are set back.");
        }

        return order;
    }

    /// <summary>Lays the rows out, one step after the other, behind what is known of the series before.</summary>
    /// <param name="clock">Says how many steps lie between two rows.</param>
    /// <param name="layout">What a step consists of.</param>
    /// <param name="columns">Named in messages.</param>
    /// <param name="before">The end of the series before the first row; empty where the rows begin it.</param>
    /// <exception cref="InvalidOperationException">A time is there twice, or so far from the others that it must be wrong.</exception>
    internal TableSeries Arrange(SeriesClock clock, CovariateLayout layout, InputColumns columns, SeriesEnd before)
    {
        int[]? order = Order(columns, clock.IsDate);
        var stepOfRow = new int[Count];
        long next = before.Length;
        decimal? last = before.LastTime;
        long limit = next + Math.Max(SequenceReader.MinFillLimit, (long)SequenceReader.MaxFillFactor * Count);
        for (int i = 0; i < Count; i++)
        {
            int row = order?[i] ?? i;
            if (times.Count > 0)
            {
                long steps = last is { } from ? clock.StepsBetween(from, times[row]) : 1;
                if (next + steps > limit)
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                        $"Time column '{columns.Time}' goes from {clock.Text(last!.Value)} to {clock.Text(times[row])} in row {row}{(columns.Series is null ? "" : $" of series '{id}'")}, {steps} steps at once ({clock}): correct the time, or use the part after the gap."));
                next += steps - 1;
                last = times[row];
            }

            stepOfRow[row] = (int)next++;
        }

        return new TableSeries(this, layout, clock, before, order, stepOfRow, (int)Math.Max(next, before.Length + before.Ahead));
    }

    internal ReadOnlySpan<float> Numbers(int row, int count) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(numbers).Slice(row * count, count);

    internal float Weight(int row) => isWeighted ? weights[row] : 1;

    internal bool IsWeighted => isWeighted;

    private void CheckStatics(StaticValues other, InputColumns columns, long position)
    {
        // Equals, because NaN, a missing number, is the same as itself here.
        if (other.Numbers.Zip(Statics.Numbers).All(pair => pair.First.Equals(pair.Second)) && other.Categories.AsSpan().SequenceEqual(Statics.Categories))
            return;
        throw new InvalidOperationException($"A static column ({string.Join(", ", columns.Static.Select(name => $"'{name}'"))}) of series '{id}' changes in row {position}: "
            + $"from {Text(Statics)} to {Text(other)}. A static column says the same in all rows of a series; a column that changes belongs to PastColumns or KnownColumns.");

        static string Text(StaticValues values) => string.Join(", ", values.Numbers.Select(SchemaCheck.Text).Concat(values.Categories.Select(category => $"'{category}'")));
    }
}
