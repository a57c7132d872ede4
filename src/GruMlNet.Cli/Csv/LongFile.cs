using GruMlNet.Data;

namespace GruMlNet.Cli.Csv;

/// <summary>
/// Files with one row per series and time, in any order where there is a time column, else in the order of time. The rows after the last value of a series are not part of its past: they tell what
/// is known beforehand of the steps to forecast.
/// </summary>
internal static class LongFile
{
    internal const string ForecastColumn = "forecast";
    internal const string LowerColumn = "lower";
    internal const string UpperColumn = "upper";

    /// <summary>The column with the lower bounds of one level among several.</summary>
    internal static string LowerAt(float level) => ForecastColumns.AtLevel($"{LowerColumn}_", level);

    /// <summary>The column with the upper bounds of one level among several.</summary>
    internal static string UpperAt(float level) => ForecastColumns.AtLevel($"{UpperColumn}_", level);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its columns.</param>
    /// <param name="trained">What the columns were when the model was trained; null to find out.</param>
    /// <exception cref="Failure">The file cannot be read, a column is missing, a field is not a number or a time, or a time is there twice.</exception>
    internal static Panel Read(string path, FileFormat format, CovariateLayout? trained = null)
    {
        var reader = new LongReader(path, format);
        LongColumns? columns = null;
        int? width = null;
        foreach (CsvRow row in CsvReader.Read(path))
        {
            width ??= row.Fields.Length;
            if (row.Fields.Skip(width.Value).Any(field => !string.IsNullOrWhiteSpace(field)))
                throw new Failure($"'{path}', line {row.Line} has {row.Fields.Length} fields, and the first line has {width}. If the numbers have decimal commas, write points: 10.96.");
            if (columns is null)
            {
                bool isHeader = Header.IsHeader(format.HasHeader, row.Fields);
                columns = LongColumns.Find(format, row.Fields, isHeader, path);
                if (isHeader)
                    continue;
            }

            reader.Add(row, columns);
        }

        return new LongPanel(path, format, reader).Assemble(trained).Checked(path);
    }

    /// <summary>One row per series and step: series and time as they are named in the input, then forecast and bounds; those of several levels are named after them, as lower_80 is.</summary>
    internal static void Write(TextWriter writer, FileFormat format, Panel panel, IReadOnlyList<PanelForecast> forecasts, float[] levels)
    {
        var csv = new CsvWriter(writer);
        if (format.Series is not null)
            _ = csv.Add(format.Series);
        _ = csv.Add(format.Time ?? "step").Add(ForecastColumn);
        foreach (float level in levels)
            _ = csv.Add(levels.Length > 1 ? LowerAt(level) : LowerColumn).Add(levels.Length > 1 ? UpperAt(level) : UpperColumn);
        csv.EndRow();
        for (int s = 0; s < forecasts.Count; s++)
        {
            for (int i = 0; i < forecasts[s].Point.Length; i++)
            {
                if (format.Series is not null)
                    _ = csv.Add(panel.Series[s].Id);
                _ = panel.Times is null ? csv.Add(i + 1) : csv.Add(panel.Times.After(s, i + 1));
                _ = csv.Add(forecasts[s].Point[i]);
                for (int level = 0; level < levels.Length; level++)
                    _ = csv.Add(forecasts[s].Lower[level][i]).Add(forecasts[s].Upper[level][i]);
                csv.EndRow();
            }
        }
    }
}
