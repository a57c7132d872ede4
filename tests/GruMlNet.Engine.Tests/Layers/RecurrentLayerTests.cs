// The engine's recurrent layers against the double-precision twin, over shapes and options that no reference file has.

using CsCheck;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Layers;

public class RecurrentLayerTests
{
    /// <summary>
    /// Weights of up to ±0.5 and cotangents of every step add up over at most 12 steps; float32 rounding (6e-8) and the activations' 2e-7 grow to 3e-6 of a tensor's largest value in the
    /// worst of 12,000 random cases. A missing or doubled term shows at 1e-3 or more.
    /// </summary>
    private const double GruTolerance = 1e-5;

    /// <summary>
    /// The other cells forget less: an LSTM's memory is a sum, and an Elman layer of one unit hands on almost its whole gradient, so that a weight's gradient is what is left of up to a hundred terms
    /// of size 1 that cancel. In the worst of 4,000 random cases each that comes to 7e-6 (LSTM), 1.2e-5 (tanh) and 5e-6 (ReLU).
    /// </summary>
    private const double Tolerance = 4e-5;

    private static readonly int[] HiddenSizes = [1, 2, 7, 8, 16, 17, 33, 48];

    [Fact]
    public void ForwardBackward_RandomShapesAndOptions_EqualTwin()
        => Gen.Select(
            Gen.Select(Gen.Int[1, 12], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 7].Select(i => HiddenSizes[i])),
            Gen.Select(Gen.Int[1, 3], Gen.Bool, Gen.Enum<RecurrentCell>(), Gen.Enum<ResetMode>(), Gen.Enum<BiasMode>(), Gen.Enum<MergeMode>()),
            Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 9999])).Sample(
            (size, option, given) =>
            {
                (int T, int B, int I, int H) = size;
                (int layers, bool bidirectional, RecurrentCell cell, ResetMode reset, BiasMode bias, MergeMode merge) = option;
                (bool hasLengths, bool hasH0, bool hasDy, bool hasDhn, int seed) = given;
                var random = new Random(seed);
                RecurrentTwin twin = RandomTwin(random, I, H, layers, bidirectional, cell, reset, bias, merge);
                int[] lengths = [.. Enumerable.Range(0, B).Select(_ => random.Next(T + 1))];
                int[] full = [.. Enumerable.Repeat(T, B)];
                double[] x = Numbers.Uniform(random, T * B * I);
                double[] h0 = Numbers.Uniform(random, hasH0 ? twin.States * B * H : 0);
                double[] dy = Numbers.Uniform(random, hasDy ? T * B * twin.OutputSize : 0);
                double[] dhn = Numbers.Uniform(random, hasDhn ? twin.States * B * H : 0);
                CheckAgainstTwin(twin, T, B, hasLengths ? lengths : full, hasLengths ? lengths : [], x, h0, dy, dhn, cell == RecurrentCell.Gru ? GruTolerance : Tolerance);
            },
            iter: 300);

    [Theory]
    [InlineData(RecurrentCell.Gru)]
    [InlineData(RecurrentCell.Lstm)]
    [InlineData(RecurrentCell.ElmanTanh)]
    [InlineData(RecurrentCell.ElmanRelu)]
    public void Backward_CalledTwice_AddsToTheGradient(RecurrentCell cell)
    {
        var random = new Random(1);
        RecurrentTwin twin = RandomTwin(random, 3, 5, 2, true, cell, ResetMode.Before, BiasMode.Both, MergeMode.Concatenate);
        var engine = new EngineRun(twin);
        (int T, int B) = (4, 3);
        float[] x = Numbers.ToFloat(Numbers.Uniform(random, T * B * 3)), dy = Numbers.ToFloat(Numbers.Uniform(random, T * B * 10));
        LayerState state = engine.Layer.CreateState(T, B, training: true);
        EngineResult once = engine.Run(T, B, [], x, [], dy, [], state);

        float[] sums = [.. Enumerable.Repeat(0.25f, engine.Layout.SumCount)], gradient = new float[once.Gradient.Length], y = new float[T * B * 10];
        BlockShape shape = new(T, B);
        engine.Layer.Forward(shape, x, [], y, [], state);
        engine.Layer.Backward(shape, x, dy, [], [], [], sums, state);
        engine.Layout.Collect(sums, gradient);
        for (int i = 0; i < gradient.Length; i++)
            // One more float32 addition.
            Assert.Equal(once.Gradient[i] + 0.25f, gradient[i], 1e-6f);
    }

    /// <summary>What lies in the padding must not matter at all, not even in float rounding; layers ask only that it is finite.</summary>
    [Theory]
    [InlineData(false, RecurrentCell.Gru, ResetMode.After, 1e30f)]
    [InlineData(false, RecurrentCell.Gru, ResetMode.Before, -1f)]
    [InlineData(true, RecurrentCell.Gru, ResetMode.After, -1e30f)]
    [InlineData(true, RecurrentCell.Gru, ResetMode.Before, 1e30f)]
    [InlineData(false, RecurrentCell.Lstm, ResetMode.After, 1e30f)]
    [InlineData(true, RecurrentCell.Lstm, ResetMode.After, -1e30f)]
    [InlineData(false, RecurrentCell.ElmanTanh, ResetMode.After, -1e30f)]
    [InlineData(true, RecurrentCell.ElmanRelu, ResetMode.After, 1e30f)]
    public void ForwardBackward_GarbageInPadding_ChangesNoBit(bool bidirectional, RecurrentCell cell, ResetMode reset, float garbage)
    {
        var random = new Random(2);
        (int T, int B, int I, int H) = (6, 4, 3, 17);
        int[] lengths = [6, 0, 2, 5];
        RecurrentTwin twin = RandomTwin(random, I, H, 2, bidirectional, cell, reset, BiasMode.Both, MergeMode.Concatenate);
        var engine = new EngineRun(twin);
        float[] x = Numbers.ToFloat(Numbers.Uniform(random, T * B * I)), dy = Numbers.ToFloat(Numbers.Uniform(random, T * B * twin.OutputSize));
        float[] h0 = Numbers.ToFloat(Numbers.Uniform(random, twin.States * B * H));

        EngineResult zero = engine.Run(T, B, lengths, FillPadding(x, I, 0), h0, FillPadding(dy, twin.OutputSize, 0), [], engine.Layer.CreateState(T, B, true));
        EngineResult filled = engine.Run(T, B, lengths, FillPadding(x, I, garbage), h0, FillPadding(dy, twin.OutputSize, garbage), [], engine.Layer.CreateState(T, B, true));
        Assert.Equal(zero.Y, filled.Y);
        Assert.Equal(zero.Hn, filled.Hn);
        Assert.Equal(zero.Dx, filled.Dx);
        Assert.Equal(zero.Dh0, filled.Dh0);
        Assert.Equal(zero.Gradient, filled.Gradient);

        float[] FillPadding(float[] values, int features, float value)
        {
            float[] result = [.. values];
            for (int b = 0; b < B; b++)
            {
                for (int t = lengths[b]; t < T; t++)
                    result.AsSpan((t * B + b) * features, features).Fill(value);
            }
            return result;
        }
    }

    /// <summary>A state is made once for the largest block and used for every smaller one.</summary>
    [Theory]
    [InlineData(RecurrentCell.Gru, ResetMode.After)]
    [InlineData(RecurrentCell.Gru, ResetMode.Before)]
    [InlineData(RecurrentCell.Lstm, ResetMode.After)]
    [InlineData(RecurrentCell.ElmanTanh, ResetMode.After)]
    [InlineData(RecurrentCell.ElmanRelu, ResetMode.After)]
    public void ForwardBackward_StateReusedForSmallerBlock_ChangesNoBit(RecurrentCell cell, ResetMode reset)
    {
        var random = new Random(4);
        RecurrentTwin twin = RandomTwin(random, 3, 9, 2, true, cell, reset, BiasMode.Both, MergeMode.Sum);
        var engine = new EngineRun(twin);
        LayerState reused = engine.Layer.CreateState(9, 6, training: true);
        _ = engine.Run(9, 6, [], Floats(9 * 6 * 3), [], Floats(9 * 6 * 9), [], reused);
        (float[] x, float[] dy) = (Floats(4 * 5 * 3), Floats(4 * 5 * 9));
        int[] lengths = [4, 0, 3, 1, 2];

        EngineResult expected = engine.Run(4, 5, lengths, x, [], dy, [], engine.Layer.CreateState(4, 5, training: true));
        EngineResult actual = engine.Run(4, 5, lengths, x, [], dy, [], reused);
        Assert.Equal(expected.Y, actual.Y);
        Assert.Equal(expected.Hn, actual.Hn);
        Assert.Equal(expected.Dx, actual.Dx);
        Assert.Equal(expected.Dh0, actual.Dh0);
        Assert.Equal(expected.Gradient, actual.Gradient);

        float[] Floats(int count) => Numbers.ToFloat(Numbers.Uniform(random, count));
    }

    [Theory]
    [InlineData(RecurrentCell.Gru)]
    [InlineData(RecurrentCell.Lstm)]
    [InlineData(RecurrentCell.ElmanTanh)]
    [InlineData(RecurrentCell.ElmanRelu)]
    public void Forward_WithoutTraining_GivesTheSameBits(RecurrentCell cell)
    {
        var random = new Random(6);
        RecurrentTwin twin = RandomTwin(random, 4, 16, 2, true, cell, ResetMode.Before, BiasMode.InputOnly, MergeMode.Mean);
        var engine = new EngineRun(twin);
        float[] x = Numbers.ToFloat(Numbers.Uniform(random, 5 * 3 * 4)), trained = new float[5 * 3 * 16], plain = new float[5 * 3 * 16];
        engine.Layer.Forward(new BlockShape(5, 3), x, [], trained, [], engine.Layer.CreateState(5, 3, training: true));
        engine.Layer.Forward(new BlockShape(5, 3), x, [], plain, [], engine.Layer.CreateState(5, 3, training: false));
        Assert.Equal(trained, plain);
    }

    /// <summary>A sequence cut in two with the state handed over equals the whole one: what streaming relies on.</summary>
    [Theory]
    [InlineData(RecurrentCell.Gru)]
    [InlineData(RecurrentCell.Lstm)]
    [InlineData(RecurrentCell.ElmanTanh)]
    [InlineData(RecurrentCell.ElmanRelu)]
    public void Forward_StateCarriedOver_EqualsWholeSequence(RecurrentCell cell)
    {
        var random = new Random(8);
        (int T, int B, int I, int H) = (7, 3, 2, 19);
        RecurrentTwin twin = RandomTwin(random, I, H, 2, false, cell, ResetMode.After, BiasMode.Both, MergeMode.Concatenate);
        var engine = new EngineRun(twin);
        float[] x = Numbers.ToFloat(Numbers.Uniform(random, T * B * I)), whole = new float[T * B * H], parts = new float[T * B * H], h = new float[twin.States * B * H];
        LayerState state = engine.Layer.CreateState(T, B, training: false);
        engine.Layer.Forward(new BlockShape(T, B), x, [], whole, [], state);
        for (int t = 0; t < T; t++)
        {
            float[] next = new float[h.Length];
            engine.Layer.Forward(new BlockShape(1, B), x.AsSpan(t * B * I, B * I), h, parts.AsSpan(t * B * H, B * H), next, state);
            h = next;
        }
        // The kernels may group rows differently for T = 1, which changes the order of float32 sums.
        Agreement.Check("parts", parts, Numbers.ToDouble(whole), 1e-6);
    }

    /// <summary>
    /// Elman layers get smaller weights, of PyTorch's own range: nothing in them holds back a matrix that stretches the state, so that an error would grow with every step as the state does.
    /// </summary>
    internal static RecurrentTwin RandomTwin(Random random, int I, int H, int layers, bool bidirectional, RecurrentCell cell, ResetMode reset, BiasMode bias, MergeMode merge)
    {
        RecurrentTwin twin = RecurrentTwin.Create(I, H, layers, bidirectional, reset, bias, merge, cell);
        foreach ((_, double[] values) in twin.Parameters)
            Numbers.Fill(random, values, cell is RecurrentCell.ElmanTanh or RecurrentCell.ElmanRelu ? 1 / Math.Sqrt(H) : 0.5);
        return twin;
    }

    private static void CheckAgainstTwin(RecurrentTwin twin, int T, int B, int[] lengths, int[] lengthsGiven, double[] x, double[] h0, double[] dy, double[] dhn, double tolerance)
    {
        RecurrentTwin expected = twin.ZeroGradient();
        (double[] y, double[] hn) = twin.Forward(T, B, lengths, x, h0);
        (double[] dx, double[] dh0) = twin.Backward(T, B, lengths, x, h0, dy, dhn, expected);
        // Closer to ReLU's kink than float32 can tell, which of both slopes it takes is chance: one case in thousands.
        if (twin.Layers.SelectMany(directions => directions).OfType<ElmanTwin>().Any(e => e.NearestToKink < 1e-6))
            return;
        var engine = new EngineRun(twin);
        EngineResult r = engine.Run(T, B, lengthsGiven, x, h0, dy, dhn);

        Agreement.CheckRandom("y", r.Y, y, tolerance);
        Agreement.CheckRandom("hn", r.Hn, hn, tolerance);
        Agreement.CheckRandom("dx", r.Dx, dx, tolerance);
        Agreement.CheckRandom("dh0", r.Dh0, dh0, tolerance);
        foreach ((string name, double[] values) in expected.Parameters)
            Agreement.CheckRandom("d" + name, engine.Find(r.Gradient, name), values, tolerance);
    }
}
