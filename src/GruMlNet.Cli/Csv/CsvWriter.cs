using System.Globalization;

namespace GruMlNet.Cli.Csv;

/// <summary>Writes comma-separated values: quoted where needed, numbers with a decimal point and all their digits, missing values blank.</summary>
internal sealed class CsvWriter(TextWriter writer)
{
    private bool first = true;

    internal CsvWriter Add(string field)
    {
        if (!first)
            writer.Write(',');
        first = false;
        writer.Write(field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field);
        return this;
    }

    internal CsvWriter Add(float value) => Add(float.IsNaN(value) ? string.Empty : value.ToString(CultureInfo.InvariantCulture));

    internal CsvWriter Add(int value) => Add(value.ToString(CultureInfo.InvariantCulture));

    internal void EndRow()
    {
        writer.Write('\n');
        first = true;
    }
}
