// One direction of one GRU layer in double precision, written from the equations with plain loops.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// The specification of the engine's GRU. With the sigmoid s, gate blocks stacked in the order r, z, n:
/// <code>
/// r  = s(Wr x + Ur h + br + cr)
/// z  = s(Wz x + Uz h + bz + cz)
/// n  = tanh(Wn x + bn + r * (Un h + cn))     reset after  (b = bias_ih, c = bias_hh)
/// n  = tanh(Wn x + bn + Un (r * h) + cn)     reset before
/// h' = (1 - z) * n + z * h
/// </code>
/// </summary>
internal sealed class GruTwin(int inputSize, int hiddenSize, ResetMode reset, BiasMode bias, bool reverse = false) : CellTwin(inputSize, hiddenSize, blocks: 3, stateSize: 1, bias, reverse)
{
    private readonly int I = inputSize;
    private readonly int H = hiddenSize;

    public ResetMode Reset => reset;

    public override CellTwin ZeroGradient() => new GruTwin(I, H, reset, Bias, Reverse);

    protected override double[] Next(ReadOnlySpan<double> x, double[] state) => Forward(x, state).Next;

    protected override double[] Back(ReadOnlySpan<double> x, double[] state, double[] dNext, Span<double> dx, CellTwin gradient) => Backward(x, Forward(x, state), dNext, dx, gradient);

    private sealed record Step(double[] Previous, double[] R, double[] Z, double[] N, double[] Recurrent, double[] Next);

    private Step Forward(ReadOnlySpan<double> x, double[] h)
    {
        double[] r = new double[H], z = new double[H], n = new double[H], q = new double[H], next = new double[H];
        for (int j = 0; j < H; j++)
        {
            r[j] = Sigmoid(Dot(WeightIh, j, x) + Dot(WeightHh, j, h) + At(BiasIh, j) + At(BiasHh, j));
            z[j] = Sigmoid(Dot(WeightIh, H + j, x) + Dot(WeightHh, H + j, h) + At(BiasIh, H + j) + At(BiasHh, H + j));
        }
        double[] rh = [.. r.Zip(h, (a, c) => a * c)];
        for (int j = 0; j < H; j++)
        {
            int k = 2 * H + j;
            double input = Dot(WeightIh, k, x) + At(BiasIh, k);
            q[j] = Dot(WeightHh, k, reset == ResetMode.After ? h : rh) + At(BiasHh, k);
            n[j] = Math.Tanh(reset == ResetMode.After ? input + r[j] * q[j] : input + q[j]);
            next[j] = (1 - z[j]) * n[j] + z[j] * h[j];
        }
        return new Step(h, r, z, n, q, next);
    }

    /// <summary>dnext is the cotangent of h'; gives that of h. da is the cotangent of a gate's argument, dq that of the candidate's recurrent part.</summary>
    private double[] Backward(ReadOnlySpan<double> x, Step step, double[] dnext, Span<double> dx, CellTwin gradient)
    {
        (double[] h, double[] r, double[] z, double[] n, double[] q, _) = step;
        double[] da = new double[3 * H], dq = new double[H], dh = new double[H];
        for (int j = 0; j < H; j++)
        {
            da[H + j] = dnext[j] * (h[j] - n[j]) * z[j] * (1 - z[j]);
            da[2 * H + j] = dnext[j] * (1 - z[j]) * (1 - n[j] * n[j]);
            dh[j] = dnext[j] * z[j];
        }
        for (int j = 0; j < H; j++)
        {
            double dr;
            if (reset == ResetMode.After)
            {
                dq[j] = da[2 * H + j] * r[j];
                dr = da[2 * H + j] * q[j];
            }
            else
            {
                dq[j] = da[2 * H + j];
                double drh = 0;
                for (int k = 0; k < H; k++)
                    drh += WeightHh[(2 * H + k) * H + j] * da[2 * H + k];
                dr = drh * h[j];
                dh[j] += drh * r[j];
            }
            da[j] = dr * r[j] * (1 - r[j]);
        }

        for (int k = 0; k < 3 * H; k++)
        {
            double dRecurrent = k < 2 * H ? da[k] : dq[k - 2 * H];
            bool throughReset = k >= 2 * H && reset == ResetMode.Before;
            for (int i = 0; i < I; i++)
            {
                gradient.WeightIh[k * I + i] += da[k] * x[i];
                dx[i] += da[k] * WeightIh[k * I + i];
            }
            for (int j = 0; j < H; j++)
            {
                gradient.WeightHh[k * H + j] += dRecurrent * (throughReset ? r[j] * h[j] : h[j]);
                if (!throughReset)
                    dh[j] += dRecurrent * WeightHh[k * H + j];
            }
            if (Bias != BiasMode.None)
                gradient.BiasIh[k] += da[k];
            if (Bias == BiasMode.Both)
                gradient.BiasHh[k] += dRecurrent;
        }
        return dh;
    }
}
