namespace GruMlNet.Cli.Csv;

/// <summary>Files with one row per series: its name in the first column, its values to the right, blanks after the end (and before the start).</summary>
internal static class WideFile
{
    /// <exception cref="Failure">The file cannot be read, has no series or a series twice, or a field is not a number.</exception>
    internal static Panel Read(string path, bool? hasHeader)
    {
        var series = new List<PanelSeries>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        bool isFirst = true;
        foreach ((int line, string[] fields) in CsvReader.Read(path))
        {
            bool skip = isFirst && Header.IsHeader(hasHeader, fields);
            isFirst = false;
            if (skip || Array.TrueForAll(fields, field => field.Length == 0))
                continue;
            string id = fields[0];
            if (!lines.TryAdd(id, line))
                throw new Failure($"'{path}', line {line}: series '{id}' is there already, in line {lines[id]}. Each series needs one row and a name of its own.");
            int start = Array.FindIndex(fields, 1, field => !CsvNumber.IsMissing(field));
            int end = Array.FindLastIndex(fields, field => field.Length > 0);
            var values = new float[start < 0 ? 0 : end - start + 1];
            for (int i = 0; i < values.Length; i++)
            {
                int column = start + i;
                values[i] = CsvNumber.Parse(fields[column], () => $"'{path}', line {line}, column {column + 1}");
            }

            series.Add(new PanelSeries(id, values));
        }

        return new Panel(series, Times: null).Checked(path);
    }

    /// <summary>One row per series and one column per step, as the M4 competition's forecasts are.</summary>
    internal static void Write(TextWriter writer, IEnumerable<(string Id, float[] Values)> rows, int horizon)
    {
        var csv = new CsvWriter(writer);
        _ = csv.Add("id");
        for (int step = 1; step <= horizon; step++)
            _ = csv.Add($"F{step}");
        csv.EndRow();
        foreach ((string id, float[] values) in rows)
        {
            _ = csv.Add(id);
            foreach (float value in values)
                _ = csv.Add(value);
            csv.EndRow();
        }
    }
}
