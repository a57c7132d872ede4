// Generated demand of a bike rental: the calendar explains part of it, the weather and the holidays another.
namespace Covariates;

/// <summary>One day of the rental, with what a planner knows of it beforehand.</summary>
internal sealed record Day
{
    public DateTime Date { get; set; }

    /// <summary>What is to be forecast.</summary>
    public float Rentals { get; set; }

    /// <summary>Highest temperature, °C.</summary>
    public float Temperature { get; set; }

    /// <summary>Rain, mm.</summary>
    public float Rain { get; set; }

    /// <summary>Name of the public holiday; empty on other days.</summary>
    public string Holiday { get; set; } = "";
}

/// <summary>
/// Temperature follows the year with spells that last some days; rain falls in spells, too. People ride to work on weekdays, but not on holidays; they ride for fun at weekends and on summer holidays.
/// Warm days bring more of both, up to about 26 °C; rain takes away up to two thirds. Demand grows by a tenth a year.
/// </summary>
internal static class BikeRental
{
    private static readonly (int Month, int Day, string Name)[] Holidays =
        [(1, 1, "New Year"), (5, 1, "May Day"), (6, 17, "Midsummer"), (8, 15, "Assumption"), (10, 3, "Unity"), (11, 1, "All Saints"), (12, 24, "Christmas"), (12, 25, "Christmas"), (12, 26, "Christmas"), (12, 31, "New Year")];

    public static List<Day> Generate(int days, int seed)
    {
        var random = new Random(seed);
        List<Day> rows = [];
        double warmth = 0, wetness = 0;
        for (var t = 0; t < days; t++)
        {
            var date = new DateTime(2021, 1, 1).AddDays(t);
            warmth = 0.8 * warmth + 2.2 * Normal(random);
            wetness = 0.5 * wetness + Normal(random);
            var temperature = 13 - 12 * Math.Cos(Math.Tau * (date.DayOfYear - 15) / 365.25) + warmth;
            var rain = Math.Max(0, 4 * (wetness - 0.6));
            var holiday = Array.Find(Holidays, h => h.Month == date.Month && h.Day == date.Day).Name ?? "";

            var isWorkday = holiday == "" && date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
            var isQuiet = holiday is "Christmas" or "New Year";
            double commuters = isWorkday ? 1500 : 250, leisure = isQuiet ? 150 : isWorkday ? 500 : 1300;
            var comfort = Math.Exp(-Math.Pow((temperature - 26) / 16, 2));
            var dryness = 1 - 0.65 * (1 - Math.Exp(-rain / 3));
            var demand = (commuters * (0.5 + 0.5 * comfort) + leisure * comfort) * dryness * Math.Pow(1.1, t / 365.25) * Math.Exp(0.07 * Normal(random));
            rows.Add(new Day { Date = date, Rentals = (float)Math.Round(demand), Temperature = (float)Math.Round(temperature, 1), Rain = (float)Math.Round(rain, 1), Holiday = holiday });
        }
        return rows;
    }

    /// <summary>Box and Muller's transform of two uniform numbers.</summary>
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
