// Sigmoid and tanh for a vector of floats, and the loops that apply them to a span.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Both functions come from one exponential: x = n·ln 2 + r, |r| ≤ ½ ln 2, e^x = 2ⁿ·(1 + p(r)) with a polynomial of
/// degree six (Cephes' coefficients). Maximum absolute error over all floats: 2e-7 for either function; a NaN stays one.
/// </summary>
internal static unsafe class Activations
{
    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<L, V>(V x) where L : struct, ILanes<V> where V : struct
    {
        // Beyond ±87 the result is 0 or 1 to float precision, and 2ⁿ would leave the exponent range.
        var y = L.Min(L.Create(87f), L.Max(L.Create(-87f), L.Subtract(L.Create(0f), x)));
        ExponentialParts<L, V>(y, out var scale, out var p);
        return L.Divide(L.Create(1f), L.Add(L.Create(1f), L.MultiplyAdd(scale, p, scale)));
    }

    /// <summary>tanh x = (e^2x − 1) / (e^2x + 1); e^2x − 1 is formed without cancellation, so small x keep their relative precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<L, V>(V x) where L : struct, ILanes<V> where V : struct
    {
        var y = L.Min(L.Create(20f), L.Max(L.Create(-20f), L.Add(x, x)));
        ExponentialParts<L, V>(y, out var scale, out var p);
        var e = L.MultiplyAdd(scale, p, L.Subtract(scale, L.Create(1f)));
        return L.Divide(e, L.Add(e, L.Create(2f)));
    }

    /// <summary>e^x = scale·(1 + p) for |x| ≤ 87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ExponentialParts<L, V>(V x, out V scale, out V p) where L : struct, ILanes<V> where V : struct
    {
        // Adding 1.5·2²³ rounds to the nearest integer and leaves it in the low mantissa bits.
        var magic = L.Create(12582912f);
        var shifted = L.MultiplyAdd(x, L.Create(1.44269504088896341f), magic);
        var n = L.Subtract(shifted, magic);
        // ln 2 in two parts, so that n·ln 2 is exact enough without a fused multiply-add, too.
        var r = L.MultiplyAdd(n, L.Create(-0.693359375f), x);
        r = L.MultiplyAdd(n, L.Create(2.12194440e-4f), r);
        var q = L.Create(1.9875691500e-4f);
        q = L.MultiplyAdd(q, r, L.Create(1.3981999507e-3f));
        q = L.MultiplyAdd(q, r, L.Create(8.3334519073e-3f));
        q = L.MultiplyAdd(q, r, L.Create(4.1665795894e-2f));
        q = L.MultiplyAdd(q, r, L.Create(1.6666665459e-1f));
        q = L.MultiplyAdd(q, r, L.Create(5.0000001201e-1f));
        p = L.MultiplyAdd(q, L.Multiply(r, r), r);
        scale = L.PowerOfTwo(shifted);
    }

    /// <summary>Replaces every value by its sigmoid.</summary>
    public static void Sigmoid(Span<float> values)
    {
        var done = 0;
        if (Vector512.IsHardwareAccelerated) done = Apply<Lanes512, Vector512<float>>(values, tanh: false);
        else if (Vector256.IsHardwareAccelerated) done = Apply<Lanes256, Vector256<float>>(values, tanh: false);
        else if (Vector128.IsHardwareAccelerated) done = Apply<Lanes128, Vector128<float>>(values, tanh: false);
        foreach (ref var v in values[done..]) v = ReferenceKernels.Sigmoid(v);
    }

    /// <summary>Replaces every value by its hyperbolic tangent.</summary>
    public static void Tanh(Span<float> values)
    {
        var done = 0;
        if (Vector512.IsHardwareAccelerated) done = Apply<Lanes512, Vector512<float>>(values, tanh: true);
        else if (Vector256.IsHardwareAccelerated) done = Apply<Lanes256, Vector256<float>>(values, tanh: true);
        else if (Vector128.IsHardwareAccelerated) done = Apply<Lanes128, Vector128<float>>(values, tanh: true);
        foreach (ref var v in values[done..]) v = MathF.Tanh(v);
    }

    /// <summary>Replaces every value by max(0, x); a NaN stays one.</summary>
    public static void Relu(Span<float> values)
    {
        foreach (ref var v in values) v = Math.Max(0f, v);
    }

    /// <summary>dy *= the derivative of tanh where its result is y.</summary>
    public static void TanhBack(ReadOnlySpan<float> y, Span<float> dy)
    {
        for (var i = 0; i < dy.Length; i++) dy[i] *= 1f - y[i] * y[i];
    }

    /// <summary>dy *= the derivative of the sigmoid where its result is y.</summary>
    public static void SigmoidBack(ReadOnlySpan<float> y, Span<float> dy)
    {
        for (var i = 0; i < dy.Length; i++) dy[i] *= y[i] * (1f - y[i]);
    }

    /// <summary>dy *= the derivative of max(0, x) where its result is y; 0 at 0.</summary>
    public static void ReluBack(ReadOnlySpan<float> y, Span<float> dy)
    {
        for (var i = 0; i < dy.Length; i++) if (!(y[i] > 0f)) dy[i] = 0f;
    }

    /// <summary>Whole vectors only; returns how many values were done.</summary>
    private static int Apply<L, V>(Span<float> values, bool tanh) where L : struct, ILanes<V> where V : struct
    {
        var whole = values.Length - values.Length % L.Width;
        fixed (float* p = values)
        {
            for (var i = 0; i < whole; i += L.Width)
            {
                var x = L.Load(p + i);
                L.Store(tanh ? Tanh<L, V>(x) : Sigmoid<L, V>(x), p + i);
            }
        }
        return whole;
    }

    /// <summary>Replaces each row's values by their softmax: e^(x − max) / Σ e^(x − max).</summary>
    public static void Softmax(int rows, int columns, Span<float> values)
    {
        for (var i = 0; i < rows; i++)
        {
            var row = values.Slice(i * columns, columns);
            var max = float.NegativeInfinity;
            foreach (var v in row) max = Math.Max(max, v);
            var sum = 0f;
            foreach (ref var v in row) { v = MathF.Exp(v - max); sum += v; }
            var scale = 1f / sum;
            foreach (ref var v in row) v *= scale;
        }
    }
}
