// The scale on which a series is forecast: its values, or their logarithm.
namespace GruMlNet;

/// <summary>v = log(x + d), or v = x. The inverse of the logarithm is bounded, so that no forecast explodes.</summary>
internal readonly record struct ValueTransform(bool IsLog, double Shift, double Ceiling)
{
    /// <summary>Furthest that a forecast may go above the largest value seen, as a factor: e³ ≈ 20.</summary>
    private const double MaxLogRise = 3.0;

    private const double LogThousand = 6.9;

    public static ValueTransform Identity => new(false, 0, double.PositiveInfinity);

    /// <summary>The logarithm for values of at least 0: d is 0 where all are positive, else a tenth of their mean.</summary>
    public static ValueTransform Log(ReadOnlySpan<float> values)
    {
        double min = double.PositiveInfinity, max = 0, sum = 0;
        var count = 0;
        foreach (var v in values)
        {
            if (float.IsNaN(v)) continue;
            (min, max, sum, count) = (Math.Min(min, v), Math.Max(max, v), sum + v, count + 1);
        }
        var shift = min > 0 ? 0 : sum > 0 ? 0.1 * sum / count : 1.0;
        return new ValueTransform(true, shift, Math.Log(max + shift) + MaxLogRise);
    }

    public static bool CanLog(ReadOnlySpan<float> values)
    {
        foreach (var v in values)
            if (v < 0) return false;
        return true;
    }

    public double Apply(double x) => IsLog ? Math.Log(x + Shift) : x;

    /// <summary>Like <see cref="Apply"/>, for forecasts: what lies below the logarithm's range is taken as a thousandth of the largest value seen.</summary>
    public double ApplyClamped(double x) => IsLog ? Math.Max(Math.Log(Math.Max(x + Shift, double.Epsilon)), Ceiling - MaxLogRise - LogThousand) : x;

    /// <summary>A forecast as it is given out: never infinite, however large the history is.</summary>
    public static float ToFloat(double x) => (float)Math.Clamp(x, -float.MaxValue, float.MaxValue);

    public double Invert(double v) => IsLog ? Math.Exp(Math.Min(v, Ceiling)) - Shift : v;
}
