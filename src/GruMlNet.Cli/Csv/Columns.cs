using GruMlNet.Data;

namespace GruMlNet.Cli.Csv;

/// <summary>Which arrangement of the values a file has.</summary>
internal enum Layout
{
    /// <summary>One row per series and time.</summary>
    Long,

    /// <summary>One row per series: its name, then its values.</summary>
    Wide,
}

/// <summary>How a file is to be read; the columns count for the long layout only, by name or by number from 0.</summary>
internal sealed record FileFormat(Layout Layout, bool? HasHeader, string? Label, string? Time, string? Series)
{
    /// <summary>Covariates that are known up to a row.</summary>
    public IReadOnlyList<string> Past { get; init; } = [];

    /// <summary>Covariates that are known beforehand.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>What describes a series as a whole.</summary>
    public IReadOnlyList<string> Static { get; init; } = [];

    /// <summary>Those of <see cref="Static"/> that are categories even where they look like numbers.</summary>
    public IReadOnlyList<string> Category { get; init; } = [];

    public string? Holiday { get; init; }

    /// <summary>How much a row counts in training.</summary>
    public string? Weight { get; init; }

    /// <summary>Parts of the time that count; null to choose.</summary>
    public CalendarFeatures? Calendar { get; init; }

    internal InputColumns Inputs => new(Label!, Time, Series, Past, Known, Static, Holiday);
}

internal static class Header
{
    /// <summary>
    /// Whether the first line names columns: as the user says; else if a field after the first is text, or all of them count up one by one (step numbers, years).
    /// </summary>
    internal static bool IsHeader(bool? said, string[] fields)
    {
        if (said is { } known)
            return known;
        string[] rest = [.. fields.Skip(1).Where(field => !CsvNumber.IsMissing(field))];
        return Array.Exists(rest.Length == 0 ? fields : rest, field => !CsvNumber.IsNumber(field)) || rest.Length > 2 && CountsUp(rest);
    }

    private static bool CountsUp(string[] fields)
    {
        int[] numbers = [.. fields.Select(field => int.TryParse(field, out int number) ? number : int.MinValue)];
        return numbers[0] >= 0 && numbers.Zip(numbers.Skip(1)).All(pair => pair.Second == pair.First + 1);
    }
}
