// Element-wise kernels on flat spans: sums, scaled additions, norms, optimizer updates.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>Plain twins: the loops of the same names in <see cref="ReferenceKernels"/>, which also do what is left over of whole vectors.</summary>
internal static unsafe class VectorOps
{
    /// <summary>target += factor·source.</summary>
    public static void AddScaled(Span<float> target, ReadOnlySpan<float> source, float factor)
    {
        if (source.Length != target.Length) throw new ArgumentException($"Lengths differ: {target.Length} and {source.Length}.", nameof(source));
        var done = 0;
        fixed (float* t = target, s = source)
        {
            if (Vector512.IsHardwareAccelerated) done = AddScaled<Lanes512, Vector512<float>>(t, s, factor, target.Length);
            else if (Vector256.IsHardwareAccelerated) done = AddScaled<Lanes256, Vector256<float>>(t, s, factor, target.Length);
            else if (Vector128.IsHardwareAccelerated) done = AddScaled<Lanes128, Vector128<float>>(t, s, factor, target.Length);
        }
        ReferenceKernels.AddScaled(target[done..], source[done..], factor);
    }

    private static int AddScaled<L, V>(float* target, float* source, float factor, int count) where L : struct, ILanes<V> where V : struct
    {
        var f = L.Create(factor);
        var i = 0;
        for (; i <= count - L.Width; i += L.Width) L.Store(L.MultiplyAdd(f, L.Load(source + i), L.Load(target + i)), target + i);
        return i;
    }

    /// <summary>target[j] += Σ_i source[i·stride + j] over <paramref name="rows"/> rows.</summary>
    public static void AddRows(int rows, int stride, ReadOnlySpan<float> source, Span<float> target)
    {
        for (var i = 0; i < rows; i++) AddScaled(target, source.Slice(i * stride, target.Length), 1f);
    }

    /// <summary>target[j, k] += source[k·stride + first + j] for j below <paramref name="columns"/> and k below <paramref name="depth"/>.</summary>
    public static void AddTransposed(ReadOnlySpan<float> source, int stride, int first, int columns, int depth, Span<float> target)
    {
        for (var j = 0; j < columns; j++)
        {
            var row = target.Slice(j * depth, depth);
            for (var k = 0; k < row.Length; k++) row[k] += source[k * stride + first + j];
        }
    }

    /// <summary>values *= factor.</summary>
    public static void Scale(Span<float> values, float factor)
    {
        foreach (ref var v in values) v *= factor;
    }

    /// <summary>Σ a·b.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Σ v², summed in double precision in the order of the values.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var v in values) sum += (double)v * v;
        return sum;
    }

    /// <summary>average = decay·average + (1 − decay)·values.</summary>
    public static void MovingAverage(Span<float> average, ReadOnlySpan<float> values, float decay)
    {
        for (var i = 0; i < average.Length; i++) average[i] += (1f - decay) * (values[i] - average[i]);
    }

    /// <summary>
    /// One Adam update in one pass (Kingma and Ba 2015): m and v are the running moments, <paramref name="stepSize"/> is
    /// lr / (1 − β₁ᵗ), <paramref name="rootScale"/> is 1 / √(1 − β₂ᵗ), <paramref name="decay"/> is lr·λ (Loshchilov and Hutter 2019; 0 for plain Adam).
    /// </summary>
    public static void Adam(Span<float> parameters, ReadOnlySpan<float> gradient, Span<float> m, Span<float> v, float beta1, float beta2, float epsilon, float stepSize, float rootScale, float decay)
    {
        var count = parameters.Length;
        if (gradient.Length != count || m.Length != count || v.Length != count)
            throw new ArgumentException($"Lengths differ: {count} parameters, {gradient.Length} gradients, {m.Length} and {v.Length} moments.", nameof(gradient));
        var done = 0;
        fixed (float* pp = parameters, pg = gradient, pm = m, pv = v)
        {
            if (Vector512.IsHardwareAccelerated) done = Adam<Lanes512, Vector512<float>>(pp, pg, pm, pv, count, beta1, beta2, epsilon, stepSize, rootScale, decay);
            else if (Vector256.IsHardwareAccelerated) done = Adam<Lanes256, Vector256<float>>(pp, pg, pm, pv, count, beta1, beta2, epsilon, stepSize, rootScale, decay);
            else if (Vector128.IsHardwareAccelerated) done = Adam<Lanes128, Vector128<float>>(pp, pg, pm, pv, count, beta1, beta2, epsilon, stepSize, rootScale, decay);
        }
        ReferenceKernels.Adam(parameters[done..], gradient[done..], m[done..], v[done..], beta1, beta2, epsilon, stepSize, rootScale, decay);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Adam<L, V>(float* parameters, float* gradient, float* m, float* v, int count, float beta1, float beta2, float epsilon, float stepSize, float rootScale, float decay)
        where L : struct, ILanes<V> where V : struct
    {
        V b1 = L.Create(beta1), b2 = L.Create(beta2), o1 = L.Create(1f - beta1), o2 = L.Create(1f - beta2);
        V e = L.Create(epsilon), s = L.Create(stepSize), rs = L.Create(rootScale), keep = L.Create(1f - decay);
        var i = 0;
        for (; i <= count - L.Width; i += L.Width)
        {
            var g = L.Load(gradient + i);
            var mi = L.MultiplyAdd(L.Load(m + i), b1, L.Multiply(g, o1));
            var vi = L.MultiplyAdd(L.Load(v + i), b2, L.Multiply(L.Multiply(g, g), o2));
            L.Store(mi, m + i); L.Store(vi, v + i);
            var step = L.Divide(L.Multiply(s, mi), L.MultiplyAdd(L.SquareRoot(vi), rs, e));
            L.Store(L.Subtract(L.Multiply(L.Load(parameters + i), keep), step), parameters + i);
        }
        return i;
    }
}
