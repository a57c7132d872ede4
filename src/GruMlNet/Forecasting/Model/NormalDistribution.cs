// Probabilities of the standard normal distribution and back.
namespace GruMlNet;

internal static class NormalDistribution
{
    /// <summary>z such that a standard normal value lies within ±z with the given probability: bisection on the error function's series.</summary>
    public static double TwoSidedQuantile(double level)
    {
        double low = 0, high = 40;
        for (var i = 0; i < 100; i++)
        {
            var mid = 0.5 * (low + high);
            if (TwoSidedProbability(mid) < level) low = mid;
            else high = mid;
        }
        return 0.5 * (low + high);
    }

    /// <summary>z such that a standard normal value lies below z with the given probability.</summary>
    public static double Quantile(double probability) => probability < 0.5 ? -TwoSidedQuantile(1 - 2 * probability) : TwoSidedQuantile(2 * probability - 1);

    /// <summary>P(|Z| ≤ z) = erf(z/√2), by its Maclaurin-type series e^(−x²)·Σ 2ⁿ x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6).</summary>
    private static double TwoSidedProbability(double z)
    {
        if (z > 8) return 1;
        var x = z / Math.Sqrt(2);
        double term = x, sum = x;
        for (var n = 1; n < 200; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
