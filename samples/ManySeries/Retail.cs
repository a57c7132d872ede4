// Generated sales of a chain of shops: what real ones have in common, and what sets them apart.
namespace ManySeries;

/// <summary>One week of one shop.</summary>
internal sealed class Sales
{
    public string Shop { get; set; } = "";

    public DateTime Week { get; set; }

    public float Units { get; set; }
}

/// <summary>
/// All shops share a year with a peak before Christmas, a second one in early summer, and good and bad times of the trade. Each shop has its own size, growth, strength of the season, promotions that
/// come at random and borrow from the week after, and noise; some opened late. Multiplied, because a large shop swings more than a small one.
/// </summary>
internal static class Retail
{
    /// <summary>Logarithm of the sales of an average shop at the middle of each month, against the year's mean.</summary>
    private static readonly double[] Year = [-0.20, -0.18, -0.06, -0.02, 0.08, 0.18, 0.05, -0.08, -0.05, 0.00, 0.16, 0.45];

    public static List<Sales> Generate(int shops, int weeks, int seed)
    {
        var random = new Random(seed);
        var trade = new double[weeks];
        for (var t = 1; t < weeks; t++)
            trade[t] = 0.95 * trade[t - 1] + 0.01 * Normal(random);

        List<Sales> rows = [];
        for (var shop = 1; shop <= shops; shop++)
        {
            double size = 200 * Math.Exp(1.2 * Normal(random)), growth = 0.001 * Normal(random), swing = 0.6 + 0.8 * random.NextDouble();
            double level = 0, payback = 0;
            var opened = random.NextDouble() < 0.2 ? random.Next(weeks / 2) : 0;
            for (var t = 0; t < weeks; t++)
            {
                var week = new DateTime(2022, 1, 3).AddDays(7 * t);
                level += growth + 0.008 * Normal(random);
                var promotion = random.NextDouble() < 0.06 ? 0.2 + 0.3 * random.NextDouble() : 0;
                var log = level + swing * Season(week) + trade[t] + promotion - payback + 0.1 * Normal(random);
                payback = promotion / 3;
                if (t >= opened)
                    rows.Add(new Sales { Shop = $"shop {shop:D2}", Week = week, Units = (float)Math.Round(size * Math.Exp(log)) });
            }
        }
        return rows;
    }

    /// <summary>Straight lines between the middles of the months.</summary>
    private static double Season(DateTime week)
    {
        var place = week.Month - 1 + (week.Day - 1) / 31.0 + 11.5;
        var (month, share) = ((int)place, place - Math.Floor(place));
        return (1 - share) * Year[month % 12] + share * Year[(month + 1) % 12];
    }

    /// <summary>Box and Muller's transform of two uniform numbers.</summary>
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
