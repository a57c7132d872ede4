// Pooling by learnt weights in double precision.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>Per row: e_t = v . tanh(W h_t + b), a = softmax of e over the valid steps, pooled = sum of a_t h_t; zeros for a row of length 0.</summary>
internal sealed class AttentionTwin(int features, int width)
{
    public DenseTwin Hidden { get; } = new(features, width, Activation.Tanh);

    public DenseTwin Score { get; } = new(width, 1, Activation.None, bias: false);

    /// <summary>[T,B,F] to [B,F].</summary>
    public double[] Forward(int T, int B, int[] lengths, double[] y)
    {
        double[] e = Score.Forward(T * B, Hidden.Forward(T * B, y)), pooled = new double[B * features];
        for (int b = 0; b < B; b++)
        {
            double[] a = [.. Enumerable.Range(0, lengths[b]).Select(t => Math.Exp(e[t * B + b]))];
            for (int t = 0; t < lengths[b]; t++)
            {
                for (int f = 0; f < features; f++)
                    pooled[b * features + f] += a[t] / a.Sum() * y[(t * B + b) * features + f];
            }
        }
        return pooled;
    }
}
