using System.Globalization;
using System.Text.RegularExpressions;

namespace GruMlNet.Cli.Csv;

/// <summary>How a time column is written: all of it as the first value is, dates or numbers.</summary>
internal sealed partial class TimeText
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
    private const string Days = "yyyyMMdd", Months = "yyyyMM";
    private readonly string[] exact;
    private readonly bool hasYear;
    private string longest;

    private TimeText(string first)
    {
        longest = first;
        hasYear = HasYear(first);
        exact = DayFirst().IsMatch(first) ? ["d.M.yyyy", "d.M.yyyy H:mm", "d.M.yyyy H:mm:ss"] : Array.Find([Days, Months], format => IsDigits(first, format)) is { } digits ? [digits] : [];
        IsDate = exact.Length > 0 || !decimal.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }

    internal bool IsDate { get; }

    /// <summary>The formats of dates that are not read as everywhere: those in digits alone, and those with dots, whose day comes first; empty otherwise.</summary>
    internal IReadOnlyList<string> Exact => exact;

    internal string Expected => !IsDate ? "a number like the times before"
        : exact is [Days] ? "a date like 20241231" : exact is [Months] ? "a month like 202412"
        : exact.Length > 0 ? "a date like 31.12.2024 or 31.12.2024 23:59:59"
        : hasYear ? "a date like 2024-12-31 or 2024-12-31 23:59:59" : "a date with its year, like 2024-12-31 or 2024-12-31 23:59:59";

    /// <summary>For the dates that are written: as exact as the longest that was read, because midnight may be written without its time.</summary>
    private string Format => exact is [Days or Months] ? exact[0] : DateParts(longest) + TimeParts(longest);

    internal static TimeText Of(string first) => new(first);

    /// <summary>Ticks of a date (UTC where it has an offset), or the number; null if the text is neither.</summary>
    internal decimal? Parse(string text)
    {
        if (!IsDate)
            return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;
        if (text.Length > longest.Length)
            longest = text;
        bool isTime = exact.Length > 0
            ? DateTime.TryParseExact(text, exact, CultureInfo.InvariantCulture, Utc, out DateTime time)
            : DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out time) && hasYear;
        return isTime ? time.Ticks : null;
    }

    internal string Text(decimal time) => IsDate ? new DateTime((long)time).ToString(Format, CultureInfo.InvariantCulture) : time.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a number is a date: steps that are counted, or seconds, do not lie in these years.</summary>
    private static bool IsDigits(string text, string format)
        => DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date) && date.Year is >= 1900 and < 2100;

    /// <summary>Without a year, a date would be read as one of the year in which the program runs.</summary>
    private static bool HasYear(string text) => Year().IsMatch(Date(text)) || Numbers().Count(Date(text)) + (Word().IsMatch(Date(text)) ? 1 : 0) >= 3;

    private static string DateParts(string text) => Numbers().Count(Date(text)) + (Word().IsMatch(Date(text)) ? 1 : 0) >= 3 ? "yyyy-MM-dd" : "yyyy-MM";

    private static string TimeParts(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
            return "";
        // Times with an offset are UTC from here on, which must be seen.
        bool hasOffset = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time) && time.Kind != DateTimeKind.Unspecified;
        Match fraction = Fraction().Match(text);
        string seconds = fraction.Success ? fraction.Length <= 4 ? ":ss.fff" : ":ss.fffffff" : text.Count(c => c == ':') > 1 ? ":ss" : "";
        return $" HH:mm{seconds}{(hasOffset ? "'Z'" : "")}";
    }

    /// <summary>What stands before the time of day.</summary>
    private static string Date(string text) => TimeOfDay().Split(text)[0];

    [GeneratedRegex(@"[T ]?\d{1,2}:.*$")]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"\d{4}")]
    private static partial Regex Year();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();

    [GeneratedRegex("[A-Za-z]{3,}")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=:\d{2})\.\d+")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^\d{1,2}\.\d{1,2}\.\d{4}( |$)")]
    private static partial Regex DayFirst();
}
