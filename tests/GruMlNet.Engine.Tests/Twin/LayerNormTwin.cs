// Layer normalisation in double precision.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>y = gain (h - mean) / sqrt(variance + 1e-5) + offset over the features of one place; padding, which is zero, stays zero.</summary>
internal sealed class LayerNormTwin(int features)
{
    public double[] Gain { get; } = new double[features];

    public double[] Offset { get; } = new double[features];

    /// <summary>[T,B,F] to [T,B,F].</summary>
    public double[] Forward(int T, int B, int[] lengths, double[] h)
    {
        double[] y = new double[T * B * features];
        for (int i = 0; i < T * B; i++)
        {
            if (i / B >= lengths[i % B])
                continue;
            double[] place = h[(i * features)..((i + 1) * features)];
            double mean = place.Average(), variance = place.Average(v => (v - mean) * (v - mean));
            for (int f = 0; f < features; f++)
                y[i * features + f] = Gain[f] * (place[f] - mean) / Math.Sqrt(variance + 1e-5) + Offset[f];
        }
        return y;
    }
}
