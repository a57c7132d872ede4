using GruMlNet.Data;

namespace GruMlNet.Cli.Csv;

/// <summary>Files with one row per series and time, in any order where there is a time column, else in the order of time.</summary>
internal static class LongFile
{
    internal const string ForecastColumn = "forecast";
    internal const string LowerColumn = "lower";
    internal const string UpperColumn = "upper";

    private sealed class Building
    {
        internal List<(decimal Time, float Value, int Line)> Rows { get; } = [];
    }

    /// <exception cref="Failure">The file cannot be read, a column is missing, a field is not a number or a time, or a time is there twice.</exception>
    internal static Panel Read(string path, FileFormat format)
    {
        var building = new Dictionary<string, Building>(StringComparer.Ordinal);
        var names = new List<string>();
        int label = -1;
        int? time = null, series = null;
        TimeText? times = null;
        foreach ((int line, string[] fields) in CsvReader.Read(path))
        {
            if (label < 0)
            {
                string[] columns = fields;
                bool isHeader = Header.IsHeader(format.HasHeader, fields);
                label = Find(format.Label ?? throw new Failure("--label-col is missing: name the column to forecast.", ExitCode.Usage), "--label-col");
                time = format.Time is null ? null : Find(format.Time, "--time-col");
                series = format.Series is null ? null : Find(format.Series, "--series-col");
                if (isHeader)
                    continue;

                int Find(string name, string option) => Column(name, columns, isHeader, option, path);
            }

            string id = Field(series, "");
            if (!building.TryGetValue(id, out Building? rows))
            {
                building.Add(id, rows = new Building());
                names.Add(id);
            }

            float value = CsvNumber.Parse(Field(label, ""), () => $"'{path}', line {line}, column '{format.Label}'");
            decimal when = rows.Rows.Count;
            if (time is not null)
            {
                string text = Field(time, "");
                times ??= TimeText.Of(text);
                when = times.Parse(text) ?? throw new Failure($"'{path}', line {line}, column '{format.Time}': '{text}' is not {times.Expected}. Every row needs a time.");
            }

            rows.Rows.Add((when, value, line));

            string Field(int? column, string otherwise) => column is not { } index ? otherwise
                : index < fields.Length ? fields[index]
                : throw new Failure($"'{path}', line {line} has {fields.Length} fields; {index + 1} were expected.");
        }

        return Assemble(path, names, building, times, format).Checked(path);
    }

    /// <summary>One row per series and step: series and time as they are named in the input, then forecast and bounds.</summary>
    internal static void Write(TextWriter writer, FileFormat format, Panel panel, IReadOnlyList<PanelForecast> forecasts)
    {
        var csv = new CsvWriter(writer);
        if (format.Series is not null)
            _ = csv.Add(format.Series);
        _ = csv.Add(format.Time ?? "step").Add(ForecastColumn);
        bool bounds = forecasts[0].Lower.Length > 0;
        if (bounds)
            _ = csv.Add(LowerColumn).Add(UpperColumn);
        csv.EndRow();
        for (int s = 0; s < forecasts.Count; s++)
        {
            for (int i = 0; i < forecasts[s].Point.Length; i++)
            {
                if (format.Series is not null)
                    _ = csv.Add(panel.Series[s].Id);
                _ = panel.Times is null ? csv.Add(i + 1) : csv.Add(panel.Times.After(s, i + 1));
                _ = csv.Add(forecasts[s].Point[i]);
                if (bounds)
                    _ = csv.Add(forecasts[s].Lower[0][i]).Add(forecasts[s].Upper[0][i]);
                csv.EndRow();
            }
        }
    }

    private static int Column(string name, string[] columns, bool isHeader, string option, string path)
    {
        int index = isHeader ? Array.IndexOf(columns, name) : -1;
        if (index < 0 && !int.TryParse(name, out index))
            index = -1;
        if (index >= 0 && index < columns.Length)
            return index;
        string choice = isHeader ? $"It has: {string.Join(", ", columns.Select(column => $"'{column}'"))}." : $"It has no header, so give a number from 0 to {columns.Length - 1}.";
        throw new Failure($"{option}: '{path}' has no column '{name}'. {choice}");
    }

    private static Panel Assemble(string path, List<string> names, Dictionary<string, Building> building, TimeText? times, FileFormat format)
    {
        if (times is null)
            return new Panel([.. names.Select(name => new PanelSeries(name, [.. building[name].Rows.Select(row => row.Value)]))], Times: null);

        var clocks = new List<SeriesClock>();
        foreach (string name in names)
        {
            List<(decimal Time, float Value, int Line)> rows = building[name].Rows;
            rows.Sort((a, b) => a.Time.CompareTo(b.Time));
            for (int i = 1; i < rows.Count; i++)
            {
                if (rows[i].Time == rows[i - 1].Time)
                    throw new Failure($"'{path}', lines {rows[i - 1].Line} and {rows[i].Line} have the same time{(format.Series is null ? "" : $" of series '{name}'")}: {times.Text(rows[i].Time)}. "
                        + "Keep one row per time" + (format.Series is null ? ", or name the column that tells several series apart with --series-col." : "."));
            }

            if (rows.Count > 1)
                clocks.Add(SeriesClock.Detect([.. rows.Select(row => row.Time)], times.IsDate));
        }

        // Most series decide: one that is irregular must not make all so.
        SeriesClock clock = clocks.Count == 0 ? SeriesClock.Detect([], times.IsDate) : clocks.CountBy(c => c).MaxBy(group => group.Value).Key;
        try
        {
            PanelSeries[] series = [.. names.Select(name => new PanelSeries(name, SequenceReader.FillGaps(
                [.. building[name].Rows.Select(row => row.Value)], [.. building[name].Rows.Select(row => row.Time)], clock, format.Time!)))];
            return new Panel(series, new PanelTimes(clock, [.. names.Select(name => building[name].Rows[^1].Time)], times.Format));
        }
        catch (InvalidOperationException e)
        {
            throw new Failure($"'{path}': {e.Message}", inner: e);
        }
    }
}
