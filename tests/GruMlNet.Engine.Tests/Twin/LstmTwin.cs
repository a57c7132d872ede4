// One direction of one LSTM layer in double precision, written from the equations with plain loops.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// The specification of the engine's LSTM. With the sigmoid s, gate blocks stacked in the order i, f, g, o and b the sum of both biases:
/// <code>
/// i  = s(Wi x + Ui h + bi)
/// f  = s(Wf x + Uf h + bf)
/// g  = tanh(Wg x + Ug h + bg)
/// o  = s(Wo x + Uo h + bo)
/// c' = f * c + i * g
/// h' = o * tanh(c')
/// </code>
/// The state is h, then c.
/// </summary>
internal sealed class LstmTwin(int inputSize, int hiddenSize, BiasMode bias, bool reverse = false) : CellTwin(inputSize, hiddenSize, blocks: 4, stateSize: 2, bias, reverse)
{
    public override CellTwin ZeroGradient() => new LstmTwin(InputSize, HiddenSize, Bias, Reverse);

    protected override double[] Next(ReadOnlySpan<double> x, double[] state)
    {
        int H = HiddenSize;
        double[] next = new double[2 * H];
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double g, double o) = Gates(x, state, j);
            next[H + j] = f * state[H + j] + i * g;
            next[j] = o * Math.Tanh(next[H + j]);
        }
        return next;
    }

    protected override double[] Back(ReadOnlySpan<double> x, double[] state, double[] dNext, Span<double> dx, CellTwin gradient)
    {
        int H = HiddenSize;
        double[] da = new double[4 * H], d = new double[2 * H];
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double g, double o) = Gates(x, state, j);
            double c = state[H + j], squashed = Math.Tanh(f * c + i * g), dh = dNext[j];
            double dc = dNext[H + j] + dh * o * (1 - squashed * squashed);
            da[j] = dc * g * i * (1 - i);
            da[H + j] = dc * c * f * (1 - f);
            da[2 * H + j] = dc * i * (1 - g * g);
            da[3 * H + j] = dh * squashed * o * (1 - o);
            d[H + j] = dc * f;
        }
        ArgumentBack(x, state.AsSpan(0, H), da, dx, d.AsSpan(0, H), gradient);
        return d;
    }

    private (double I, double F, double G, double O) Gates(ReadOnlySpan<double> x, double[] state, int j)
    {
        int H = HiddenSize;
        ReadOnlySpan<double> h = state.AsSpan(0, H);
        return (Sigmoid(Argument(x, h, j)), Sigmoid(Argument(x, h, H + j)), Math.Tanh(Argument(x, h, 2 * H + j)), Sigmoid(Argument(x, h, 3 * H + j)));
    }
}
