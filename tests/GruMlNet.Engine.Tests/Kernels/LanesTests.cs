// All vector widths speak the same vocabulary: each operation, each width, whether or not this machine has such registers.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Tests.Kernels;

public unsafe class LanesTests
{
    [Fact]
    public void Lanes1_EveryOperation_EqualsScalar() => Check<Lanes1, float>();

    [Fact]
    public void Lanes128_EveryOperation_EqualsScalar() => Check<Lanes128, Vector128<float>>();

    [Fact]
    public void Lanes256_EveryOperation_EqualsScalar() => Check<Lanes256, Vector256<float>>();

    [Fact]
    public void Lanes512_EveryOperation_EqualsScalar() => Check<Lanes512, Vector512<float>>();

    /// <summary>The error that the documentation of <see cref="Activations"/> states, with vectors that this machine may not have.</summary>
    [Fact]
    public void SigmoidTanh_EveryWidth_WithinTheStatedError()
    {
        CheckActivations<Lanes1, float>();
        CheckActivations<Lanes128, Vector128<float>>();
        CheckActivations<Lanes256, Vector256<float>>();
        CheckActivations<Lanes512, Vector512<float>>();
    }

    private static void Check<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        Assert.Equal(Unsafe.SizeOf<V>() / sizeof(float), L.Width);
        float[] a = [.. Enumerable.Range(0, L.Width).Select(i => 1.5f * i - 3)], b = [.. a.Select(v => v * v - 4.25f)], c = [.. a.Select(v => 7 - v)];
        (V va, V vb, V vc) = (Load(a), Load(b), Load(c));
        Same(va, i => a[i]);
        Same(L.Create(2.5f), _ => 2.5f);
        Same(L.Add(va, vb), i => a[i] + b[i]);
        Same(L.Subtract(va, vb), i => a[i] - b[i]);
        Same(L.Multiply(va, vb), i => a[i] * b[i]);
        Same(L.Divide(va, vb), i => a[i] / b[i]);
        Same(L.Min(va, vb), i => Math.Min(a[i], b[i]));
        Same(L.Max(va, vb), i => Math.Max(a[i], b[i]));
        Same(L.SquareRoot(L.Multiply(va, va)), i => Math.Abs(a[i]));
        // These numbers have few digits, so that fused and unfused give the same.
        Same(L.MultiplyAdd(va, vb, vc), i => a[i] * b[i] + c[i]);
        // A number that is not one comes out if it is the second operand, as the kernels rely on.
        Same(L.Min(va, L.Create(float.NaN)), _ => float.NaN);
        Same(L.Max(va, L.Create(float.NaN)), _ => float.NaN);
        // These numbers fit the upper half of a float.
        V pair = Load([.. a.Zip(c, (low, high) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(low) >> 16) | BitConverter.SingleToUInt32Bits(high)))]);
        Same(L.FromLowerHalf(pair), i => a[i]);
        Same(L.FromUpperHalf(pair), i => c[i]);
        for (int n = -126; n <= 126; n += 7)
            Same(L.PowerOfTwo(L.Create(n + 127 + 12582912f)), _ => MathF.Pow(2, n));

        static V Load(float[] values)
        {
            fixed (float* p = values)
                return L.Load(p);
        }

        static void Same(V actual, Func<int, float> expected)
        {
            float[] stored = Store(actual);
            for (int i = 0; i < L.Width; i++)
                Assert.Equal(expected(i), stored[i]);
        }

        static float[] Store(V value)
        {
            float[] target = new float[L.Width];
            fixed (float* p = target)
                L.Store(value, p);
            return target;
        }
    }

    private static void CheckActivations<L, V>()
        where L : struct, ILanes<V>
        where V : struct
    {
        const double maximumError = 2e-7;
        float[] x = new float[L.Width], s = new float[L.Width], t = new float[L.Width];
        double worst = 0;
        for (double start = -100; start < 100; start += 0.003 * L.Width)
        {
            for (int i = 0; i < x.Length; i++)
                x[i] = (float)(start + 0.003 * i);
            fixed (float* px = x, ps = s, pt = t)
            {
                L.Store(Activations.Sigmoid<L, V>(L.Load(px)), ps);
                L.Store(Activations.Tanh<L, V>(L.Load(px)), pt);
            }
            for (int i = 0; i < x.Length; i++)
                worst = Math.Max(worst, Math.Max(Math.Abs(s[i] - 1 / (1 + Math.Exp(-x[i]))), Math.Abs(t[i] - Math.Tanh(x[i]))));
        }
        Assert.InRange(worst, 0, maximumError);
    }
}
