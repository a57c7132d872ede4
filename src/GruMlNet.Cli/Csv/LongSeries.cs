using GruMlNet.Data;

namespace GruMlNet.Cli.Csv;

/// <summary>The rows of one series while its file is read: numbers as they stand there, texts until all of them are known.</summary>
internal sealed class LongSeries(string id, int numbers, int statics)
{
    private readonly List<float> values = []; // row after row
    private readonly List<decimal> times = [];
    private readonly List<float> weights = [];
    private readonly List<int> lines = [];
    private readonly string[] texts = [.. Enumerable.Repeat("", statics)];
    private readonly int[] textLines = new int[statics];

    internal string Id => id;

    internal int Count => lines.Count;

    /// <summary>What the static columns say, blank where no row says anything.</summary>
    internal IReadOnlyList<string> Statics => texts;

    /// <summary>The line that said so first.</summary>
    internal IReadOnlyList<int> StaticLines => textLines;

    internal void Add(ReadOnlySpan<float> row, decimal? time, float weight, int line)
    {
        values.AddRange(row);
        if (time is { } when)
            times.Add(when);
        weights.Add(weight);
        lines.Add(line);
    }

    /// <summary>Takes what a row says of the series as a whole; a blank says nothing.</summary>
    /// <exception cref="Failure">Another row says something else.</exception>
    internal void Describe(int column, string text, int line, FileFormat format, string path)
    {
        if (CsvNumber.IsMissing(text) || text == texts[column])
            return;
        if (texts[column].Length > 0)
            throw new Failure($"'{path}', line {line}, column '{format.Static[column]}': '{text}', but '{texts[column]}' in line {textLines[column]}{(format.Series is null ? "" : $" of the same series '{id}'")}. "
                + "A column of --static-cols says the same in all rows of a series; one that changes belongs to --known-cols or --past-cols.");
        (texts[column], textLines[column]) = (text, line);
    }

    /// <exception cref="Failure">A time is there twice.</exception>
    internal void CheckTimes(TimeText format, bool hasSeries, string path)
    {
        if (IsSorted())
            return;
        decimal[] keys = [.. times];
        int[] order = [.. lines];
        Array.Sort(keys, order);
        for (int i = 1; i < keys.Length; i++)
        {
            if (keys[i] == keys[i - 1])
                throw new Failure($"'{path}', lines {Math.Min(order[i - 1], order[i])} and {Math.Max(order[i - 1], order[i])} have the same time{(hasSeries ? $" of series '{id}'" : "")}: {format.Text(keys[i])}. "
                    + "Keep one row per time" + (hasSeries ? "." : ", or name the column that tells several series apart with --series-col.")
                    + (format.IsDate ? " Where local clocks are set back, write UTC or the offset." : ""));
        }
    }

    /// <summary>The rows for the grid of time.</summary>
    /// <param name="columns">Named in messages.</param>
    /// <param name="holidays">The number for each holiday text; empty where there is no such column.</param>
    /// <param name="isNumber">For each static column whether it is a number.</param>
    internal SeriesRows ToRows(InputColumns columns, IReadOnlyList<float> holidays, IReadOnlyList<bool> isNumber)
    {
        var rows = new SeriesRows(id);
        StaticValues described = new(
            [.. texts.Where((_, i) => isNumber[i]).Select(text => CsvNumber.Parse(text, () => $"A static column of series '{id}'"))],
            [.. texts.Where((_, i) => !isNumber[i])]);
        Span<float> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values);
        for (int i = 0; i < Count; i++)
        {
            Span<float> row = all.Slice(i * numbers, numbers);
            if (holidays.Count > 0)
                row[^1] = holidays[(int)row[^1]];
            rows.Add(row, times.Count > 0 ? times[i] : null, weights[i], described, columns, lines[i]);
        }

        return rows;
    }

    private bool IsSorted()
    {
        for (int i = 1; i < times.Count; i++)
        {
            if (times[i] <= times[i - 1])
                return false;
        }

        return true;
    }
}
