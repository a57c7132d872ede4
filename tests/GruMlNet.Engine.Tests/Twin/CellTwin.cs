// One direction of one recurrent layer in double precision: what all cells share. The cells write down one step and its derivative.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// The parameters, with N blocks of H gates, and the walk over time. A row's state is its slabs one after the other, the output h first: [S·H] inside, [S,B,H] outside.
/// A row's state is frozen after its length: outputs there are zero and the final state is the last valid one.
/// The reverse direction walks a row's valid part from its end to its start.
/// </summary>
internal abstract class CellTwin(int inputSize, int hiddenSize, int blocks, int stateSize, BiasMode bias, bool reverse)
{
    /// <summary>[N·H, I]</summary>
    public double[] WeightIh { get; } = new double[blocks * hiddenSize * inputSize];

    /// <summary>[N·H, H]</summary>
    public double[] WeightHh { get; } = new double[blocks * hiddenSize * hiddenSize];

    /// <summary>[N·H], empty without biases.</summary>
    public double[] BiasIh { get; } = new double[bias == BiasMode.None ? 0 : blocks * hiddenSize];

    /// <summary>[N·H], empty unless there are two bias vectors.</summary>
    public double[] BiasHh { get; } = new double[bias == BiasMode.Both ? blocks * hiddenSize : 0];

    public int InputSize => inputSize;

    public int HiddenSize => hiddenSize;

    /// <summary>Number of [B,H] slabs of the state.</summary>
    public int StateSize => stateSize;

    public BiasMode Bias => bias;

    public bool Reverse => reverse;

    public static CellTwin Create(RecurrentCell cell, int I, int H, ResetMode reset = ResetMode.After, BiasMode bias = BiasMode.Both, bool reverse = false) => cell switch
    {
        RecurrentCell.Gru => new GruTwin(I, H, reset, bias, reverse),
        RecurrentCell.Lstm => new LstmTwin(I, H, bias, reverse),
        _ => new ElmanTwin(I, H, cell == RecurrentCell.ElmanRelu, bias, reverse),
    };

    /// <summary>A layer of the same shape that holds gradients, all zero.</summary>
    public abstract CellTwin ZeroGradient();

    /// <summary>The parameters in the engine's order, with PyTorch's names.</summary>
    public IEnumerable<(string Name, double[] Values)> Parameters(string suffix)
    {
        string end = reverse ? suffix + "_reverse" : suffix;
        yield return ("weight_ih_" + end, WeightIh);
        yield return ("weight_hh_" + end, WeightHh);
        if (bias != BiasMode.None)
            yield return ("bias_ih_" + end, BiasIh);
        if (bias == BiasMode.Both)
            yield return ("bias_hh_" + end, BiasHh);
    }

    /// <summary>x [T,B,I], h0 [S,B,H] or empty (zeros), lengths per row; gives y [T,B,H] and hn [S,B,H].</summary>
    public (double[] Y, double[] Hn) Forward(int T, int B, int[] lengths, double[] x, double[] h0)
    {
        double[] y = new double[T * B * HiddenSize], hn = new double[stateSize * B * HiddenSize];
        for (int b = 0; b < B; b++)
        {
            double[] state = Row(h0, B, b);
            foreach (int t in Steps(lengths[b]))
            {
                state = Next(x.AsSpan((t * B + b) * InputSize, InputSize), state);
                state.AsSpan(0, HiddenSize).CopyTo(y.AsSpan((t * B + b) * HiddenSize));
            }
            SetRow(state, B, b, hn);
        }
        return (y, hn);
    }

    /// <summary>
    /// Cotangents dy [T,B,H] and dhn [S,B,H] (either may be empty: zeros) to dx [T,B,I] and dh0 [S,B,H]; parameter gradients are added to <paramref name="gradient"/>.
    /// </summary>
    public (double[] Dx, double[] Dh0) Backward(int T, int B, int[] lengths, double[] x, double[] h0, double[] dy, double[] dhn, CellTwin gradient)
    {
        double[] dx = new double[T * B * InputSize], dh0 = new double[stateSize * B * HiddenSize];
        for (int b = 0; b < B; b++)
        {
            var before = new Stack<(int Time, double[] State)>();
            double[] state = Row(h0, B, b);
            foreach (int t in Steps(lengths[b]))
            {
                before.Push((t, state));
                state = Next(x.AsSpan((t * B + b) * InputSize, InputSize), state);
            }

            double[] d = Row(dhn, B, b);
            foreach ((int t, double[] previous) in before)
            {
                int place = t * B + b;
                for (int j = 0; j < HiddenSize && dy.Length > 0; j++)
                    d[j] += dy[place * HiddenSize + j];
                d = Back(x.AsSpan(place * InputSize, InputSize), previous, d, dx.AsSpan(place * InputSize, InputSize), gradient);
            }
            SetRow(d, B, b, dh0);
        }
        return (dx, dh0);
    }

    /// <summary>One step: the state before [S·H] to the state after, in a new array.</summary>
    protected abstract double[] Next(ReadOnlySpan<double> x, double[] state);

    /// <summary>The step's derivative: the cotangent of the state after to that of the state before; adds to dx and to the gradient.</summary>
    protected abstract double[] Back(ReadOnlySpan<double> x, double[] state, double[] dNext, Span<double> dx, CellTwin gradient);

    /// <summary>The argument of gate k where both products are simply added: (W x + U h + b + c)_k.</summary>
    protected double Argument(ReadOnlySpan<double> x, ReadOnlySpan<double> h, int k) => Dot(WeightIh, k, x) + Dot(WeightHh, k, h) + At(BiasIh, k) + At(BiasHh, k);

    /// <summary>The derivative of <see cref="Argument"/>: da [N·H] to all parameter gradients, dx and dh; the last two are added to.</summary>
    protected void ArgumentBack(ReadOnlySpan<double> x, ReadOnlySpan<double> h, double[] da, Span<double> dx, Span<double> dh, CellTwin gradient)
    {
        for (int k = 0; k < da.Length; k++)
        {
            for (int i = 0; i < x.Length; i++)
            {
                gradient.WeightIh[k * x.Length + i] += da[k] * x[i];
                dx[i] += da[k] * WeightIh[k * x.Length + i];
            }
            for (int j = 0; j < h.Length; j++)
            {
                gradient.WeightHh[k * h.Length + j] += da[k] * h[j];
                dh[j] += da[k] * WeightHh[k * h.Length + j];
            }
            if (bias != BiasMode.None)
                gradient.BiasIh[k] += da[k];
            if (bias == BiasMode.Both)
                gradient.BiasHh[k] += da[k];
        }
    }

    protected static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    protected static double At(double[] values, int k) => values.Length == 0 ? 0 : values[k];

    protected static double Dot(double[] matrix, int row, ReadOnlySpan<double> vector)
    {
        double sum = 0;
        for (int i = 0; i < vector.Length; i++)
            sum += matrix[row * vector.Length + i] * vector[i];
        return sum;
    }

    private IEnumerable<int> Steps(int length) => reverse ? Enumerable.Range(0, length).Reverse() : Enumerable.Range(0, length);

    private double[] Row(double[] slabs, int B, int b)
    {
        double[] row = new double[stateSize * HiddenSize];
        for (int s = 0; s < stateSize && slabs.Length > 0; s++)
            Array.Copy(slabs, (s * B + b) * HiddenSize, row, s * HiddenSize, HiddenSize);
        return row;
    }

    private void SetRow(double[] row, int B, int b, double[] slabs)
    {
        for (int s = 0; s < stateSize; s++)
            Array.Copy(row, s * HiddenSize, slabs, (s * B + b) * HiddenSize, HiddenSize);
    }
}
