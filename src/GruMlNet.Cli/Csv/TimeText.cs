using System.Globalization;

namespace GruMlNet.Cli.Csv;

/// <summary>How a time column is written: all of it as the first value is, dates or numbers.</summary>
internal sealed class TimeText
{
    private TimeText(bool isDate, string format) => (IsDate, Format) = (isDate, format);

    internal bool IsDate { get; }

    /// <summary>For the dates that are written: as long as those that were read.</summary>
    internal string Format { get; }

    internal string Expected => IsDate ? "a date like 2024-12-31 or 2024-12-31 23:59:59" : "a number like the times before";

    internal static TimeText Of(string first)
    {
        if (decimal.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return new TimeText(isDate: false, "");
        return new TimeText(isDate: true, first.Length switch
        {
            <= 7 => "yyyy-MM",
            <= 10 => "yyyy-MM-dd",
            <= 16 => "yyyy-MM-dd HH:mm",
            _ => "yyyy-MM-dd HH:mm:ss",
        });
    }

    /// <summary>Ticks of a date (UTC where it has an offset), or the number; null if the text is neither.</summary>
    internal decimal? Parse(string text)
    {
        if (!IsDate)
            return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time) ? time.Ticks : null;
    }

    internal string Text(decimal time) => IsDate ? new DateTime((long)time).ToString(Format, CultureInfo.InvariantCulture) : time.ToString(CultureInfo.InvariantCulture);
}
