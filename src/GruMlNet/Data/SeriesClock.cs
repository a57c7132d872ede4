using System.Globalization;

namespace GruMlNet.Data;

/// <summary>How the rows of a series follow each other in time.</summary>
internal enum ClockUnit
{
    /// <summary>No time column, or irregular times: each row is one step.</summary>
    Rows,

    /// <summary>A fixed step of the number in the time column.</summary>
    Numbers,

    /// <summary>A fixed step in ticks (100 ns).</summary>
    Ticks,

    /// <summary>A step of whole calendar months, whose length in days varies.</summary>
    Months,
}

/// <summary>
/// The regular grid behind the times of a series: says how many steps lie between two times.
/// Immutable; learnt from the training data, saved with the model.
/// </summary>
/// <param name="IsDate">Whether times are ticks of a date, else plain numbers.</param>
/// <param name="Unit">What <paramref name="Step"/> counts.</param>
/// <param name="Step">Length of one step; above 0.</param>
internal sealed record SeriesClock(bool IsDate, ClockUnit Unit, double Step)
{
    internal static readonly SeriesClock None = new(IsDate: false, ClockUnit.Rows, 1);

    /// <summary>Series that are asked for their time step, where there are many.</summary>
    private const int Sample = 1000;

    // Months have 28 to 31 days, clocks change twice a year, recorded times jitter: a quarter of a step is still on the grid.
    private const double Tolerance = 0.25;

    /// <summary>Number of steps that make one season, or null where the step suggests none.</summary>
    internal int? SeasonalityHint => Unit switch
    {
        ClockUnit.Months when 12 % Step == 0 => (int)(12 / Step),
        ClockUnit.Ticks => TickSeasonality(),
        _ => null,
    };

    /// <summary>Finds the grid of strictly increasing <paramref name="times"/>.</summary>
    internal static SeriesClock Detect(IReadOnlyList<decimal> times, bool isDate)
    {
        if (times.Count < 2)
            return new SeriesClock(isDate, ClockUnit.Rows, 1);
        if (!isDate)
            return Fit(times, isDate, ClockUnit.Numbers) ?? new SeriesClock(isDate, ClockUnit.Rows, 1);

        SeriesClock? ticks = Fit(times, isDate, ClockUnit.Ticks);
        bool mayBeMonths = MedianGap(times, ClockUnit.Ticks) > 27 * (double)TimeSpan.TicksPerDay;
        if (!mayBeMonths || ticks is not null && ticks.IsExact(times))
            return ticks ?? new SeriesClock(isDate, ClockUnit.Rows, 1);
        return Fit(times, isDate, ClockUnit.Months) ?? ticks ?? new SeriesClock(isDate, ClockUnit.Rows, 1);
    }

    /// <summary>The grid that most series have: one that is irregular must not make all so. Of very many series some are asked.</summary>
    /// <exception cref="InvalidOperationException">A series has a time twice.</exception>
    internal static SeriesClock OfMost(IReadOnlyList<SeriesRows> series, InputColumns columns, bool isDate)
    {
        if (columns.Time is null)
            return None;
        int stride = Math.Max(1, series.Count / Sample);
        List<SeriesClock> clocks = [];
        for (int i = 0; i < series.Count; i += stride)
        {
            if (series[i].Count > 1)
                clocks.Add(Detect(series[i].SortedTimes(columns, isDate), isDate));
        }

        return clocks.Count == 0 ? Detect([], isDate) : clocks.CountBy(clock => clock).MaxBy(group => group.Value).Key;
    }

    /// <summary>Steps from <paramref name="from"/> to the later time <paramref name="to"/>, at least 1.</summary>
    internal long StepsBetween(decimal from, decimal to)
        => Unit == ClockUnit.Rows ? 1 : Math.Max(1, (long)Math.Min(Math.Round(Gap(from, to, Unit) / Step), long.MaxValue / 2));

    /// <summary>The time <paramref name="steps"/> after <paramref name="time"/>; null where rows have no regular step, or beyond the calendar's end.</summary>
    internal decimal? After(decimal time, int steps)
    {
        switch (Unit)
        {
            case ClockUnit.Rows:
                return null;
            case ClockUnit.Months:
                long months = (long)(Step * steps);
                var from = new DateTime((long)time);
                if (from.Year + months / 12 >= DateTime.MaxValue.Year)
                    return null;
                // Ends of months stay ends of months.
                bool isMonthEnd = from.Day == DateTime.DaysInMonth(from.Year, from.Month) && from.Day > 27;
                DateTime there = from.AddMonths((int)months);
                return isMonthEnd ? there.AddDays(DateTime.DaysInMonth(there.Year, there.Month) - there.Day).Ticks : there.Ticks;
            default:
                decimal later = time + (decimal)Step * steps;
                return IsDate && later > DateTime.MaxValue.Ticks ? null : later;
        }
    }

    internal string Text(decimal time) => TimeColumn.Text(time, IsDate);

    internal void Save(BinaryWriter writer)
    {
        writer.Write(IsDate);
        writer.Write((byte)Unit);
        writer.Write(Step);
    }

    internal static SeriesClock Load(BinaryReader reader)
    {
        var clock = new SeriesClock(reader.ReadBoolean(), (ClockUnit)reader.ReadByte(), reader.ReadDouble());
        if (clock.Unit > ClockUnit.Months || !(clock.Step > 0 && double.IsFinite(clock.Step)))
            throw new InvalidDataException("The time step in the model is not usable.");
        return clock;
    }

    /// <inheritdoc/>
    public override string ToString() => Unit switch
    {
        ClockUnit.Numbers => string.Create(CultureInfo.InvariantCulture, $"time step {Step}"),
        ClockUnit.Ticks => $"time step {Text(TimeSpan.FromTicks((long)Step))}",
        ClockUnit.Months => $"time step {Counted.Of((long)Step, "calendar month")}",
        _ => "each row is one time step",
    };

    /// <summary>In the largest unit that fits.</summary>
    private static string Text(TimeSpan step)
    {
        foreach ((long ticks, string unit) in ((long, string)[])[(TimeSpan.TicksPerDay, "day"), (TimeSpan.TicksPerHour, "hour"), (TimeSpan.TicksPerMinute, "minute"), (TimeSpan.TicksPerSecond, "second")])
        {
            if (step.Ticks % ticks == 0)
                return Counted.Of(step.Ticks / ticks, unit);
        }

        return step.ToString("c", CultureInfo.InvariantCulture);
    }

    private static SeriesClock? Fit(IReadOnlyList<decimal> times, bool isDate, ClockUnit unit)
    {
        double step = MedianGap(times, unit);
        if (unit == ClockUnit.Months)
            step = Math.Round(step);
        if (!(step > 0))
            return null;
        var clock = new SeriesClock(isDate, unit, step);
        for (int i = 1; i < times.Count; i++)
        {
            double steps = Gap(times[i - 1], times[i], unit) / step;
            if (steps < 1 - Tolerance || Math.Abs(steps - Math.Round(steps)) > Tolerance)
                return null;
        }

        return clock;
    }

    private bool IsExact(IReadOnlyList<decimal> times)
    {
        for (int i = 1; i < times.Count; i++)
        {
            if ((times[i] - times[i - 1]) % (decimal)Step != 0)
                return false;
        }

        return true;
    }

    private static double MedianGap(IReadOnlyList<decimal> times, ClockUnit unit)
    {
        var gaps = new double[times.Count - 1];
        for (int i = 0; i < gaps.Length; i++)
            gaps[i] = Gap(times[i], times[i + 1], unit);
        Array.Sort(gaps);
        return gaps[gaps.Length / 2];
    }

    private static double Gap(decimal from, decimal to, ClockUnit unit)
        => unit == ClockUnit.Months ? MonthOf(to) - MonthOf(from) : (double)(to - from);

    // Position on an axis where every calendar month has length 1.
    private static double MonthOf(decimal ticks)
    {
        var time = new DateTime((long)ticks);
        double day = time.Day - 1 + time.TimeOfDay.TotalDays;
        return 12.0 * time.Year + time.Month - 1 + day / DateTime.DaysInMonth(time.Year, time.Month);
    }

    private int? TickSeasonality()
    {
        double days = Step / TimeSpan.TicksPerDay;
        double minutes = Step / TimeSpan.TicksPerMinute;
        return days switch
        {
            >= 364 and <= 367 => 1,
            >= 7 => Whole(364 / days),
            >= 1 => Whole(7 / days),
            _ when minutes >= 1 => Whole(1440 / minutes),
            _ => Whole(60 / (60 * minutes)),
        };

        // Clocks jitter: an hour that is 3,598 seconds at the median is still an hour.
        static int? Whole(double steps)
            => steps >= 2 && Math.Abs(steps - Math.Round(steps)) < 0.01 * steps ? (int)Math.Round(steps) : null;
    }
}
