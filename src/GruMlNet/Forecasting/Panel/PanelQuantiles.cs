// Any quantile from the few that are learnt.
namespace GruMlNet;

/// <summary>
/// Quantiles are joined by straight lines over the normal distribution's scale z, and continued beyond the outermost ones along their last line,
/// so that a normal distribution is met exactly. They are given in ascending order, one per <see cref="PanelPlan.Levels"/>.
/// </summary>
internal static class PanelQuantiles
{
    /// <summary>Furthest that z is looked for: beyond it nothing can be told from the quantiles.</summary>
    private const double MaxZ = 8;

    /// <summary>Places of 10 and 90 % among <see cref="PanelPlan.Levels"/>.</summary>
    private const int Lower = 1, Upper = 7;

    private static readonly double[] Z = Array.ConvertAll(PanelPlan.Levels, level => NormalDistribution.Quantile(level));

    /// <summary>Standard deviation of the normal distribution that the quantiles of 10 and 90 % would be of.</summary>
    public static double Deviation(ReadOnlySpan<double> quantiles) => (quantiles[Upper] - quantiles[Lower]) / (Z[Upper] - Z[Lower]);

    /// <summary>Multiplies the distances from the median.</summary>
    public static void Stretch(Span<double> quantiles, double factor)
    {
        var median = quantiles[PanelPlan.Median];
        foreach (ref var quantile in quantiles) quantile = median + factor * (quantile - median);
    }

    /// <summary>The value at z.</summary>
    public static double ValueAt(ReadOnlySpan<double> quantiles, double z)
    {
        var k = 1;
        while (k < Z.Length - 1 && z > Z[k]) k++;
        return quantiles[k - 1] + (z - Z[k - 1]) * (quantiles[k] - quantiles[k - 1]) / (Z[k] - Z[k - 1]);
    }

    /// <summary>The z at which a value lies, −8 to 8; where quantiles coincide, the one nearest to 0.</summary>
    public static double ZOf(ReadOnlySpan<double> quantiles, double value)
    {
        if (value == quantiles[PanelPlan.Median]) return 0;
        var k = 1;
        while (k < Z.Length - 1 && value > quantiles[k]) k++;
        var width = quantiles[k] - quantiles[k - 1];
        if (width <= 0) return value < quantiles[k] ? -MaxZ : MaxZ;
        return Math.Clamp(Z[k - 1] + (value - quantiles[k - 1]) / width * (Z[k] - Z[k - 1]), -MaxZ, MaxZ);
    }
}
