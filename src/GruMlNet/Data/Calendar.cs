namespace GruMlNet.Data;

/// <summary>Calendar features of a time: for each chosen part of it a sine and a cosine.</summary>
internal static class Calendar
{
    private static readonly CalendarFeatures[] Parts = [CalendarFeatures.HourOfDay, CalendarFeatures.DayOfWeek, CalendarFeatures.DayOfMonth, CalendarFeatures.DayOfYear];

    internal static CalendarFeatures All => CalendarFeatures.HourOfDay | CalendarFeatures.DayOfWeek | CalendarFeatures.DayOfMonth | CalendarFeatures.DayOfYear;

    /// <summary>Names of the columns, two for each chosen part.</summary>
    internal static IEnumerable<string> Names(CalendarFeatures features)
        => Parts.Where(part => features.HasFlag(part)).SelectMany(part => (string[])[$"{part} (sine)", $"{part} (cosine)"]);

    internal static int Count(CalendarFeatures features) => 2 * Parts.Count(part => features.HasFlag(part));

    /// <summary>Writes the features of a time, or NaN where there is none.</summary>
    /// <param name="features">What to write.</param>
    /// <param name="ticks">The time, or null.</param>
    /// <param name="target">As long as <see cref="Count"/>.</param>
    internal static void Write(CalendarFeatures features, decimal? ticks, Span<float> target)
    {
        if (ticks is not { } known)
        {
            target.Fill(float.NaN);
            return;
        }

        var time = new DateTime((long)known);
        int next = 0;
        foreach (CalendarFeatures part in Parts)
        {
            if (!features.HasFlag(part))
                continue;
            (double sine, double cosine) = Math.SinCos(Math.Tau * Fraction(part, time));
            target[next++] = (float)sine;
            target[next++] = (float)cosine;
        }
    }

    private static double Fraction(CalendarFeatures part, DateTime time)
    {
        double day = time.TimeOfDay.TotalDays;
        return part switch
        {
            CalendarFeatures.HourOfDay => day,
            CalendarFeatures.DayOfWeek => ((int)time.DayOfWeek + day) / 7,
            CalendarFeatures.DayOfMonth => (time.Day - 1 + day) / DateTime.DaysInMonth(time.Year, time.Month),
            _ => (time.DayOfYear - 1 + day) / (DateTime.IsLeapYear(time.Year) ? 366 : 365),
        };
    }
}
