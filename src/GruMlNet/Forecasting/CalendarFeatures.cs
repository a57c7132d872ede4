// What the time of a step can tell a forecaster beyond its place in the season.
namespace GruMlNet;

/// <summary>
/// Parts of a step's time that become covariates known beforehand, each as a sine and a cosine, so that its end lies beside its beginning. They need dates and a regular time step.
/// </summary>
[Flags]
public enum CalendarFeatures
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Time of the day, from midnight to midnight (UTC for DateTimeOffset).</summary>
    HourOfDay = 1,

    /// <summary>Time of the week, from Sunday to Sunday.</summary>
    DayOfWeek = 2,

    /// <summary>Time of the month, from its first day to the next month's.</summary>
    DayOfMonth = 4,

    /// <summary>Time of the year, from 1 January to 1 January.</summary>
    DayOfYear = 8,
}
