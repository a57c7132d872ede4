// Reads the competitions' files; values are written plainly in them.

using System.Globalization;

namespace GruMlNet.Acceptance.Forecasting;

internal static class Panels
{
    /// <summary>Lines of an id and its values, blanks after the end.</summary>
    public static Dictionary<string, float[]> Wide(string path)
    {
        return File.ReadLines(path).Skip(1).Select(line => line.Replace("\"", "", StringComparison.Ordinal).Split(',')).ToDictionary(
            fields => fields[0],
            fields => Array.ConvertAll([.. fields.Skip(1).TakeWhile(field => field.Length > 0)], Number),
            StringComparer.Ordinal);
    }

    /// <summary>Lines of id, time and value, in the order of time.</summary>
    public static Dictionary<string, float[]> Long(string path)
    {
        return File.ReadLines(path).Skip(1).Select(line => line.Split(',')).GroupBy(fields => fields[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(fields => Number(fields[2])).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>All columns but the first, which is a date; every row has every value.</summary>
    public static float[][] Columns(string path)
    {
        float[][] rows = [.. File.ReadLines(path).Skip(1).Select(line => Array.ConvertAll(line.Split(',')[1..], Number))];
        return [.. Enumerable.Range(0, rows[0].Length).Select(column => Array.ConvertAll(rows, row => row[column]))];
    }

    private static float Number(string field)
    {
        return float.Parse(field, CultureInfo.InvariantCulture);
    }
}
