// Sigmoid and tanh for a vector of floats, and the loops that apply them to a span.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Both functions come from one exponential: x = n·ln 2 + r, |r| ≤ ½ ln 2, e^x = 2ⁿ·(1 + p(r)) with a polynomial of
/// degree five (the smallest greatest error, 1e-7, found by weighted least squares). Maximum absolute error over all floats: 2e-7 for either
/// function; a NaN stays one. What counts is the length of the chain from x to the result: a processor looks only so many operations ahead. All operations are exactly rounded ones: every machine that fuses multiply-adds gives the same bits.
/// </summary>
internal static unsafe class Activations
{
    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<L, V>(V x) where L : struct, ILanes<V> where V : struct => L.Divide(L.Create(1f), OnePlusExponential<L, V>(x, 87f));

    /// <summary>Two sigmoids for the price of one division: 1/p and 1/q are q/(p·q) and p/(p·q). So that p·q does not overflow, they end at 2e-19 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sigmoid<L, V>(V x, V y, out V sx, out V sy) where L : struct, ILanes<V> where V : struct
    {
        V p = OnePlusExponential<L, V>(x, 43f), q = OnePlusExponential<L, V>(y, 43f);
        var inverse = L.Divide(L.Create(1f), L.Multiply(p, q));
        sx = L.Multiply(q, inverse);
        sy = L.Multiply(p, inverse);
    }

    /// <summary>1 + e^−x, with x kept within ±<paramref name="limit"/>; beyond ±87, 2ⁿ would leave the exponent range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OnePlusExponential<L, V>(V x, float limit) where L : struct, ILanes<V> where V : struct
    {
        V y = L.Min(L.Create(limit), L.Max(L.Create(-limit), x)), one = L.Create(1f);
        var power = Reduce<L, V>(y, -1f, out var r); // of the negative exponent: r has the other sign, too
        return L.MultiplyAdd(power, L.MultiplyAdd(Tail<L, V>(r, -1f), L.Multiply(r, r), L.Subtract(one, r)), one);
    }

    /// <summary>tanh x = (e^2x − 1) / (e^2x + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<L, V>(V x) where L : struct, ILanes<V> where V : struct
    {
        TanhParts<L, V>(x, out var above, out var below);
        return L.Divide(above, below);
    }

    /// <summary>e^2x − 1, formed without cancellation, so that small x keep their relative precision; and e^2x + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TanhParts<L, V>(V x, out V above, out V below) where L : struct, ILanes<V> where V : struct
    {
        V y = L.Min(L.Create(10f), L.Max(L.Create(-10f), x)), one = L.Create(1f);
        var power = Reduce<L, V>(y, 2f, out var r);
        var p = L.MultiplyAdd(Tail<L, V>(r, 2f), L.Multiply(r, r), L.Add(r, r));
        above = L.MultiplyAdd(power, p, L.Subtract(power, one));
        below = L.MultiplyAdd(power, p, L.Add(power, one));
    }

    /// <summary>σ(x)·tanh(y), and the sigmoid by itself, for the price of one division; the sigmoid ends at 2e-19.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SigmoidTanh<L, V>(V x, V y, out V sigmoid) where L : struct, ILanes<V> where V : struct
    {
        var p = OnePlusExponential<L, V>(x, 43f);
        TanhParts<L, V>(y, out var above, out var below);
        var inverse = L.Divide(L.Create(1f), L.Multiply(p, below));
        sigmoid = L.Multiply(below, inverse);
        return L.Multiply(above, inverse);
    }

    /// <summary>e^(factor·x) = 2ⁿ·e^(factor·r) with |factor·r| ≤ ½ ln 2, for |factor·x| ≤ 87; returns 2ⁿ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce<L, V>(V x, float factor, out V r) where L : struct, ILanes<V> where V : struct
    {
        // Adding 1.5·2²³ rounds to the nearest integer and leaves it in the low mantissa bits; 127 more make it the exponent's bits.
        var magic = L.Create(12582912f + 127f);
        var shifted = L.MultiplyAdd(x, L.Create(1.44269504088896341f * factor), magic);
        r = L.MultiplyAdd(L.Subtract(shifted, magic), L.Create(-0.693147180559945309f / factor), x);
        return L.PowerOfTwo(shifted);
    }

    /// <summary>t in e^(factor·r) = 1 + factor·r + t·r², in two halves that do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Tail<L, V>(V r, float factor) where L : struct, ILanes<V> where V : struct
    {
        float f2 = factor * factor, f3 = f2 * factor, f4 = f2 * f2, f5 = f4 * factor; // ±1 and powers of two: exact
        var high = L.MultiplyAdd(L.Create(8.374674251816e-3f * f5), r, L.Create(4.189851179990e-2f * f4));
        var low = L.MultiplyAdd(L.Create(1.666645690540e-1f * f3), r, L.Create(4.999914526652e-1f * f2));
        return L.MultiplyAdd(high, L.Multiply(r, r), low);
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
