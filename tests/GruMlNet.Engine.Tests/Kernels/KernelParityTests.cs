// One parity row per kernel: the fast kernel against its plain twin over sizes around every vector width.

using CsCheck;
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Kernels;

public class KernelParityTests
{
    /// <summary>Around 4, 8, 16 and 48 lanes and panels, and far from them.</summary>
    public static TheoryData<int> Sizes => [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 47, 48, 49, 64, 97];

    /// <summary>Gates are at most 1 and their arguments at most about 4 here: two sigmoids and a tanh of 2e-7 each, then products of them.</summary>
    private const double GateTolerance = 2e-6;

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruForwardAfter_EverySize_EqualsPlainTwin(int H)
    {
        var d = new Buffers(H);
        (float[] gates, float[] next) = (d.Copy("gates"), new float[H]);
        (float[] plainGates, float[] plainNext) = (d.Copy("gates"), new float[H]);
        GruStep.ForwardAfter(H, gates, d["recurrent"], d["bias"], d["previous"], next);
        ReferenceKernels.GruForwardAfter(H, 0, plainGates, d["recurrent"], d["bias"], d["previous"], plainNext);
        Equal(plainGates, gates);
        Equal(plainNext, next);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruForwardAfter_NextIsPrevious_GivesTheSame(int H)
    {
        var d = new Buffers(H);
        (float[] apart, float[] inPlace) = (new float[H], d.Copy("previous"));
        GruStep.ForwardAfter(H, d.Copy("gates"), d["recurrent"], d["bias"], d["previous"], apart);
        GruStep.ForwardAfter(H, d.Copy("gates"), d["recurrent"], d["bias"], inPlace, inPlace);
        Assert.Equal(apart, inPlace);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruBackwardAfter_EverySize_EqualsPlainTwin(int H)
    {
        var d = new Buffers(H);
        (float[] gates, float[] gradient) = (d.Copy("gates"), d.Copy("gradient"));
        (float[] plainGates, float[] plainGradient) = (d.Copy("gates"), d.Copy("gradient"));
        GruStep.BackwardAfter(H, gates, d["previous"], gradient);
        ReferenceKernels.GruBackwardAfter(H, 0, plainGates, d["previous"], plainGradient);
        Equal(plainGates, gates);
        Equal(plainGradient, gradient);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruForwardBefore_EverySize_EqualsPlainTwin(int H)
    {
        var d = new Buffers(H);
        (float[] gates, float[] next) = (d.Copy("gates"), new float[H]);
        (float[] plainGates, float[] plainNext) = (d.Copy("gates"), new float[H]);
        GruStep.ForwardBeforeReset(H, gates, d["recurrent"], d["bias"], d["previous"]);
        ReferenceKernels.GruForwardBeforeReset(H, 0, plainGates, d["recurrent"], d["bias"], d["previous"]);
        Equal(plainGates, gates);
        GruStep.ForwardBeforeState(H, gates, d["product"], d["bias"], d["previous"], next);
        ReferenceKernels.GruForwardBeforeState(H, 0, plainGates, d["product"], d["bias"], d["previous"], plainNext);
        Equal(plainGates, gates);
        Equal(plainNext, next);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruBackwardBefore_EverySize_EqualsPlainTwin(int H)
    {
        var d = new Buffers(H);
        (float[] gates, float[] gradient) = (d.Copy("gates"), d.Copy("gradient"));
        (float[] plainGates, float[] plainGradient) = (d.Copy("gates"), d.Copy("gradient"));
        GruStep.BackwardBeforeState(H, gates, d["previous"], gradient);
        ReferenceKernels.GruBackwardBeforeState(H, 0, plainGates, d["previous"], plainGradient);
        Equal(plainGates, gates);
        Equal(plainGradient, gradient);
        GruStep.BackwardBeforeReset(H, gates, d["product"], d["previous"], gradient);
        ReferenceKernels.GruBackwardBeforeReset(H, 0, plainGates, d["product"], d["previous"], plainGradient);
        Equal(plainGates, gates);
        Equal(plainGradient, gradient);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LstmForward_EverySize_EqualsPlainTwin(int H)
    {
        var d = new Buffers(H);
        (float[] gates, float[] next) = (d.Copy("gates"), new float[2 * H]);
        (float[] plainGates, float[] plainNext) = (d.Copy("gates"), new float[2 * H]);
        LstmStep.Forward(H, gates, d["bias"], d["previous"], next);
        ReferenceKernels.LstmForward(H, 0, plainGates, d["bias"], d["previous"], plainNext);
        Equal(plainGates, gates);
        Equal(plainNext, next);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LstmBackward_EverySize_EqualsPlainTwin(int H)
    {
        var d = new Buffers(H);
        (float[] gates, float[] gradient) = (d.Copy("gates"), d.Copy("state gradient"));
        (float[] plainGates, float[] plainGradient) = (d.Copy("gates"), d.Copy("state gradient"));
        LstmStep.Backward(H, gates, d["previous"], d["product"], gradient);
        ReferenceKernels.LstmBackward(H, 0, plainGates, d["previous"], d["product"], plainGradient);
        Equal(plainGates, gates);
        Equal(plainGradient, gradient);
        // All of dh goes through the gates.
        Assert.All(gradient[..H], v => Assert.Equal(0f, v));
    }

    /// <summary>The kernels take one row of a block: what lies behind it belongs to the next row.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void LstmForwardBackward_BuffersGoOn_WritesOnlyItsRow(int H)
    {
        const float mark = 7f;
        float[] gates = [.. Random(new Random(H), 4 * H), mark], next = [.. new float[2 * H], mark], gradient = [.. Random(new Random(H), 2 * H), mark];
        float[] bias = Random(new Random(H), 4 * H), cell = Random(new Random(H), H);
        LstmStep.Forward(H, gates, bias, cell, next);
        LstmStep.Backward(H, gates, cell, next.AsSpan(H, H), gradient);
        Assert.Equal([mark, mark, mark], [gates[^1], next[^1], gradient[^1]]);
    }

    [Fact]
    public void Lstm_BufferTooShort_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => LstmStep.Forward(3, new float[11], new float[12], new float[3], new float[6]));
        Assert.Throws<ArgumentException>(() => LstmStep.Forward(3, new float[12], new float[11], new float[3], new float[6]));
        Assert.Throws<ArgumentException>(() => LstmStep.Forward(3, new float[12], new float[12], new float[2], new float[6]));
        Assert.Throws<ArgumentException>(() => LstmStep.Forward(3, new float[12], new float[12], new float[3], new float[5]));
        Assert.Throws<ArgumentException>(() => LstmStep.Backward(3, new float[12], new float[3], new float[2], new float[6]));
        Assert.Throws<ArgumentException>(() => LstmStep.Backward(3, new float[12], new float[3], new float[3], new float[5]));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddScaled_EverySize_EqualsPlainTwin(int count)
    {
        var random = new Random(count);
        float[] source = Random(random, count), target = Random(random, count), plain = [.. target];
        VectorOps.AddScaled(target, source, 0.37f);
        ReferenceKernels.AddScaled(plain, source, 0.37f);
        Equal(plain, target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Adam_EverySize_EqualsPlainTwin(int count)
    {
        var random = new Random(count);
        float[] g = Random(random, count), w = Random(random, count), m = Random(random, count), v = [.. Random(random, count).Select(MathF.Abs)];
        float[] w2 = [.. w], m2 = [.. m], v2 = [.. v];
        VectorOps.Adam(w, g, m, v, 0.9f, 0.999f, 1e-8f, 0.01f, 1.3f, 0.002f);
        ReferenceKernels.Adam(w2, g, m2, v2, 0.9f, 0.999f, 1e-8f, 0.01f, 1.3f, 0.002f);
        Equal(w2, w);
        Equal(m2, m);
        Equal(v2, v);
    }

    /// <summary>Random shapes and both strides of the left operand, depths beyond one pass of 128. Error of a float32 sum: about depth times 6e-8 at worst; 1e-5 of the largest result.</summary>
    [Fact]
    public void Multiply_RandomShapes_EqualsPlainTwinAndDouble()
        => Gen.Select(Gen.Int[1, 19], Gen.Int[1, 110], Gen.Int[1, 300], Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Sample(
            (rows, columns, depth, transposedLeft, transposedRight, accumulate, seed) =>
            {
                var random = new Random(seed);
                (int rowStride, int depthStride) = transposedLeft ? (1, rows + 3) : (depth + 2, 1);
                float[] a = Random(random, (rows - 1) * rowStride + (depth - 1) * depthStride + 1);
                float[] source = Random(random, depth * columns);
                (int bDepth, int bColumn) = transposedRight ? (1, depth) : (columns, 1);
                PackedMatrix b = new(depth + 5, columns);
                b.Pack(source, depth, bDepth, bColumn);
                int cStride = columns + 4;
                float[] c = Random(random, rows * cStride), plain = [.. c], before = [.. c];

                MatMul.Multiply(rows, a, rowStride, depthStride, b, c, cStride, accumulate);
                ReferenceKernels.Multiply(rows, a, rowStride, depthStride, b, plain, cStride, accumulate);

                double[] exact = Numbers.ToDouble(before);
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        double sum = accumulate ? before[i * cStride + j] : 0;
                        for (int k = 0; k < depth; k++)
                            sum += (double)a[i * rowStride + k * depthStride] * source[k * bDepth + j * bColumn];
                        exact[i * cStride + j] = sum;
                    }
                }
                Assert.InRange(Agreement.RelativeError(Numbers.ToDouble(plain), exact), 0, 1e-5);
                Assert.InRange(Agreement.RelativeError(Numbers.ToDouble(c), exact), 0, 1e-5);
                // Nothing is written between the rows.
                for (int i = 0; i < rows; i++)
                    Assert.Equal(before.AsSpan(i * cStride + columns, 4), c.AsSpan(i * cStride + columns, 4));
            },
            iter: 300);

    private static void Equal(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], GateTolerance);
    }

    private static float[] Random(Random random, int count) => Numbers.ToFloat(Numbers.Uniform(random, count));

    /// <summary>Inputs of a step of H units.</summary>
    private sealed class Buffers(int H)
    {
        private readonly Dictionary<string, float[]> values = new()
        {
            ["gates"] = Random(new Random(H), 4 * H),
            ["recurrent"] = Random(new Random(H + 1000), 3 * H),
            ["bias"] = Random(new Random(H + 2000), 4 * H),
            ["previous"] = Random(new Random(H + 3000), H),
            ["product"] = Random(new Random(H + 4000), H),
            ["gradient"] = Random(new Random(H + 5000), H),
            ["state gradient"] = Random(new Random(H + 6000), 2 * H),
        };

        public float[] this[string name] => values[name];

        public float[] Copy(string name) => [.. values[name]];
    }
}
