// Sigmoid and tanh for a vector of floats, and the loops that apply them to a span.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Both functions come from one exponential: x = n·ln 2 + r, |r| ≤ ½ ln 2, e^x = 2ⁿ·(1 + p(r)) with a polynomial of
/// degree five (the smallest greatest error, 1e-7, found by weighted least squares). Maximum absolute error over all floats: 2e-7 for either
/// function; a NaN stays one. All operations are exactly rounded ones: every machine that fuses multiply-adds gives the same bits.
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
        var y = L.Min(L.Create(limit), L.Max(L.Create(-limit), L.Subtract(L.Create(0f), x)));
        ExponentialParts<L, V>(y, out var scale, out var p);
        return L.Add(L.Create(1f), L.MultiplyAdd(scale, p, scale));
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
        var r = L.MultiplyAdd(n, L.Create(-0.693147180559945309f), x);
        var q = L.Create(8.374674251816e-3f);
        q = L.MultiplyAdd(q, r, L.Create(4.189851179990e-2f));
        q = L.MultiplyAdd(q, r, L.Create(1.666645690540e-1f));
        q = L.MultiplyAdd(q, r, L.Create(4.999914526652e-1f));
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
