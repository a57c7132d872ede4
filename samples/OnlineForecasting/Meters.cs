// Generated readings of electricity meters: hourly, with days, weeks and weather.
namespace OnlineForecasting;

/// <summary>One hour of one meter.</summary>
internal sealed class Reading
{
    public string Meter { get; set; } = "";

    public DateTime Time { get; set; }

    public float Load { get; set; }
}

/// <summary>Each meter has its own size and shape of the day, more or less weekend, and swings that last some hours. Always the same numbers for the same meters and hours: both processes see the same world.</summary>
internal static class Meters
{
    public static readonly DateTime Start = new(2025, 3, 3);

    /// <summary>The readings in the order of time, the meters of each hour one after the other.</summary>
    public static List<Reading> Read(int meters, int hours, int seed)
    {
        var random = new Random(seed);
        var size = Array.ConvertAll(new double[meters], _ => 20 * Math.Exp(0.8 * Normal(random)));
        var morning = Array.ConvertAll(size, _ => random.NextDouble());
        var weekend = Array.ConvertAll(size, _ => 0.5 + 0.7 * random.NextDouble());
        var swing = new double[meters];
        List<Reading> readings = [];
        for (var t = 0; t < hours; t++)
        {
            var time = Start.AddHours(t);
            for (var m = 0; m < meters; m++)
            {
                swing[m] = 0.85 * swing[m] + 0.05 * Normal(random);
                var day = 0.5 + morning[m] * Bump(time.Hour, 8) + (1.2 - morning[m]) * Bump(time.Hour, 19);
                var isWeekend = time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
                readings.Add(new Reading { Meter = $"meter {m + 1}", Time = time, Load = (float)(size[m] * day * (isWeekend ? weekend[m] : 1) * Math.Exp(swing[m] + 0.03 * Normal(random))) });
            }
        }
        return readings;
    }

    private static double Bump(int hour, int peak) => Math.Exp(-Math.Pow((hour - peak) / 3.0, 2));

    /// <summary>Box and Muller's transform of two uniform numbers.</summary>
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
