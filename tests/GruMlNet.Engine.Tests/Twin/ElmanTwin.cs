// One direction of one plain recurrent layer in double precision, written from the equation with plain loops.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>The specification of the engine's Elman layer: h' = f(W x + U h + b + c) with f = tanh or relu. The gradient of relu at exactly 0 is taken as 0.</summary>
internal sealed class ElmanTwin(int inputSize, int hiddenSize, bool relu, BiasMode bias, bool reverse = false) : CellTwin(inputSize, hiddenSize, blocks: 1, stateSize: 1, bias, reverse)
{
    public bool Relu => relu;

    /// <summary>
    /// The smallest argument of relu so far, by size; exact zeros do not count. Where it is within float32's rounding, an engine in float32 may be on the other side of the kink, and rightly so.
    /// </summary>
    public double NearestToKink { get; private set; } = double.PositiveInfinity;

    public override CellTwin ZeroGradient() => new ElmanTwin(InputSize, HiddenSize, relu, Bias, Reverse);

    protected override double[] Next(ReadOnlySpan<double> x, double[] state)
    {
        double[] next = new double[HiddenSize];
        for (int j = 0; j < next.Length; j++)
        {
            double a = Argument(x, state, j);
            if (relu && a != 0)
                NearestToKink = Math.Min(NearestToKink, Math.Abs(a));
            next[j] = relu ? Math.Max(0, a) : Math.Tanh(a);
        }
        return next;
    }

    protected override double[] Back(ReadOnlySpan<double> x, double[] state, double[] dNext, Span<double> dx, CellTwin gradient)
    {
        double[] next = Next(x, state), da = new double[HiddenSize], d = new double[HiddenSize];
        for (int j = 0; j < da.Length; j++)
            da[j] = dNext[j] * (relu ? (next[j] > 0 ? 1 : 0) : 1 - next[j] * next[j]);
        ArgumentBack(x, state, da, dx, d, gradient);
        return d;
    }
}
