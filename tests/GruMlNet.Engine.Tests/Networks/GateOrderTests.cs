// Each conversion moves every block where it belongs, and an LSTM given in ONNX's order computes what ONNX's equations say.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Layers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

public class GateOrderTests
{
    [Theory]
    [InlineData("rzn", "zrn")]
    [InlineData("rrzznn", "zzrrnn")]
    [InlineData("abcdefghi", "defabcghi")]
    public void SwapResetAndUpdate_Blocks_ExchangesTheFirstTwo(string engine, string other)
    {
        char[] blocks = engine.ToCharArray();
        GateOrder.SwapResetAndUpdate<char>(blocks);
        Assert.Equal(other, new string(blocks));
        GateOrder.SwapResetAndUpdate<char>(blocks);
        Assert.Equal(engine, new string(blocks));
    }

    [Theory]
    [InlineData("iofg", "ifgo")]
    [InlineData("iiooffgg", "iiffggoo")]
    [InlineData("abcdefghijkl", "abcghijkldef")]
    public void MoveOutputGateToEnd_OnnxBlocks_GivesTheEnginesOrder(string onnx, string engine)
    {
        char[] blocks = onnx.ToCharArray();
        GateOrder.MoveOutputGateToEnd<char>(blocks);
        Assert.Equal(engine, new string(blocks));
    }

    [Fact]
    public void Conversions_LengthHasNoSuchBlocks_SayHowMany()
    {
        Assert.Contains("3 equal gate blocks; 8", Assert.Throws<ArgumentException>(() => GateOrder.SwapResetAndUpdate<float>(new float[8])).Message, StringComparison.Ordinal);
        Assert.Contains("4 equal gate blocks; 6", Assert.Throws<ArgumentException>(() => GateOrder.MoveOutputGateToEnd<float>(new float[6])).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// ONNX's own LSTM tests have one constant weight, which no mistake in the order of gates can disturb. So ONNX's equations, with its order i, o, f, c, are written down here once more, from the
    /// operator's specification: it, ft = f(.), ct = g(.), Ct = ft * Ct-1 + it * ct, ot = f(.), Ht = ot * h(Ct).
    /// </summary>
    [Fact]
    public void MoveOutputGateToEnd_EngineLstm_ComputesOnnxsEquations()
    {
        (int T, int I, int H) = (4, 3, 5);
        var random = new Random(17);
        double[] W = Numbers.Uniform(random, 4 * H * I), R = Numbers.Uniform(random, 4 * H * H), Wb = Numbers.Uniform(random, 4 * H), Rb = Numbers.Uniform(random, 4 * H);
        double[] x = Numbers.Uniform(random, T * I), h = Numbers.Uniform(random, H), c = Numbers.Uniform(random, H);
        double[] initial = [.. h, .. c];
        var y = new List<double>();
        for (int t = 0; t < T; t++)
        {
            double Gate(int block, int j) => Enumerable.Range(0, I).Sum(i => W[(block * H + j) * I + i] * x[t * I + i]) + Enumerable.Range(0, H).Sum(k => R[(block * H + j) * H + k] * h[k]) + Wb[block * H + j] + Rb[block * H + j];
            double[] input = [.. Enumerable.Range(0, H).Select(j => 1 / (1 + Math.Exp(-Gate(0, j))))];
            double[] output = [.. Enumerable.Range(0, H).Select(j => 1 / (1 + Math.Exp(-Gate(1, j))))];
            double[] forget = [.. Enumerable.Range(0, H).Select(j => 1 / (1 + Math.Exp(-Gate(2, j))))];
            double[] candidate = [.. Enumerable.Range(0, H).Select(j => Math.Tanh(Gate(3, j)))];
            c = [.. Enumerable.Range(0, H).Select(j => forget[j] * c[j] + input[j] * candidate[j])];
            h = [.. Enumerable.Range(0, H).Select(j => output[j] * Math.Tanh(c[j]))];
            y.AddRange(h);
        }

        var twin = new LstmTwin(I, H, BiasMode.Both);
        foreach ((double[] onnx, double[] engine) in new[] { (W, twin.WeightIh), (R, twin.WeightHh), (Wb, twin.BiasIh), (Rb, twin.BiasHh) })
        {
            onnx.CopyTo(engine, 0);
            GateOrder.MoveOutputGateToEnd<double>(engine);
        }
        EngineResult r = new EngineRun(new RecurrentTwin([[twin]])).Run(T, 1, [], x, initial, [], []);
        // Four steps of float32.
        Agreement.Check("Y", r.Y, y.ToArray(), 2e-6);
        Agreement.Check("Y_h and Y_c", r.Hn, [.. h, .. c], 2e-6);
    }
}
