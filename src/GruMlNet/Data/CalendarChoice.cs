namespace GruMlNet.Data;

/// <summary>Which calendar features are worth it where the user has not said.</summary>
internal static class CalendarChoice
{
    /// <summary>Times that a cycle must have been seen before its place in it says anything.</summary>
    private const int MinCycles = 4;

    /// <summary>The cycle above the season: the week of hours and shorter steps, the year of days, each seen several times. Months and weeks have the year as their season.</summary>
    internal static CalendarFeatures Of(SeriesClock clock, int medianLength)
    {
        if (!clock.IsDate || clock.Unit != ClockUnit.Ticks)
            return CalendarFeatures.None;
        double days = clock.Step / TimeSpan.TicksPerDay, seen = days * medianLength;
        return days switch
        {
            < 0.9 when seen >= 7 * MinCycles => CalendarFeatures.DayOfWeek,
            >= 0.9 and < 6.5 when seen >= 365 * MinCycles => CalendarFeatures.DayOfYear,
            _ => CalendarFeatures.None,
        };
    }

    /// <exception cref="InvalidOperationException">There are no regular dates.</exception>
    internal static void Check(CalendarFeatures features, SeriesClock clock, string? timeColumn)
    {
        if (features != CalendarFeatures.None && (!clock.IsDate || clock.Unit == ClockUnit.Rows))
            throw new InvalidOperationException($"CalendarFeatures need dates with a regular step, and time column '{timeColumn}' has {(clock.IsDate ? "dates without one" : "numbers")}: "
                + "leave them out (CalendarFeatures.None), or correct the times.");
    }
}
