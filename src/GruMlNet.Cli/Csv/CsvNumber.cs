using System.Globalization;

namespace GruMlNet.Cli.Csv;

/// <summary>What counts as a number and what as a missing value.</summary>
internal static class CsvNumber
{
    private const int MaxShown = 60;
    private static readonly string[] MissingMarks = ["NA", "N/A", "#N/A", "NaN", "null", "?"];

    /// <summary>The field for a message: its beginning, where it is long.</summary>
    internal static string Shown(string field) => field.Length <= MaxShown ? field : $"{field[..MaxShown]}…";

    internal static bool IsMissing(string field) => field.Length == 0 || MissingMarks.Contains(field, StringComparer.OrdinalIgnoreCase);

    internal static bool IsNumber(string field) => float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>True and false as they are often written, as 1 and 0; null for anything else.</summary>
    internal static float? Flag(string field) => !bool.TryParse(field, out bool flag) ? null : flag ? 1 : 0;

    /// <summary>NaN where missing.</summary>
    /// <param name="where">File, line and column for the message.</param>
    /// <exception cref="Failure">The field is neither a finite number nor a missing value.</exception>
    internal static float Parse(string field, Func<string> where)
    {
        if (IsMissing(field))
            return float.NaN;
        if (!float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
            throw new Failure($"{where()}: '{Shown(field)}' is not a number. Numbers are written with a decimal point and without thousands separators; leave the field blank where the value is missing.");
        return float.IsFinite(value) ? value : throw new Failure($"{where()}: '{field}' is infinite or too large for a number. Leave the field blank where the value is missing.");
    }
}
