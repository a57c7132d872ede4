// Element-wise kernels on flat spans: sums, scaled additions, norms, optimizer updates.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
        if (rows == 0) return;
        if (source.Length < (rows - 1) * stride + target.Length) throw new ArgumentException($"{rows} rows need {(rows - 1) * stride + target.Length} values, got {source.Length}.", nameof(source));
        var done = 0;
        fixed (float* t = target, s = source)
        {
            if (Vector512.IsHardwareAccelerated) done = AddRows<Lanes512, Vector512<float>>(rows, stride, s, t, target.Length);
            else if (Vector256.IsHardwareAccelerated) done = AddRows<Lanes256, Vector256<float>>(rows, stride, s, t, target.Length);
            else if (Vector128.IsHardwareAccelerated) done = AddRows<Lanes128, Vector128<float>>(rows, stride, s, t, target.Length);
        }
        ReferenceKernels.AddRows(rows, stride, done, source, target);
    }

    /// <summary>Two vectors at a time, so that one addition does not wait for the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddRows<L, V>(int rows, nint stride, float* source, float* target, int count) where L : struct, ILanes<V> where V : struct
    {
        var j = 0;
        for (; j <= count - 2 * L.Width; j += 2 * L.Width)
        {
            V a = L.Load(target + j), b = L.Load(target + j + L.Width);
            var from = source + j;
            for (var i = rows; i > 0; i--, from += stride)
            {
                a = L.Add(a, L.Load(from));
                b = L.Add(b, L.Load(from + L.Width));
            }
            L.Store(a, target + j); L.Store(b, target + j + L.Width);
        }
        for (; j <= count - L.Width; j += L.Width)
        {
            var a = L.Load(target + j);
            var from = source + j;
            for (var i = rows; i > 0; i--, from += stride) a = L.Add(a, L.Load(from));
            L.Store(a, target + j);
        }
        return j;
    }

    /// <summary>target[k·targetRow + j] = source[j·sourceRow + k·step] for j below <paramref name="count"/> and k below <paramref name="depth"/>: rows become columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(ReadOnlySpan<float> source, int sourceRow, int step, int count, int depth, Span<float> target, int targetRow)
    {
        if (count == 0 || depth == 0) return;
        var last = (count - 1) * sourceRow + (depth - 1) * step;
        if (source.Length <= last) throw new ArgumentException($"A transpose needs {last + 1} values, got {source.Length}.", nameof(source));
        last = (depth - 1) * targetRow + count - 1;
        if (target.Length <= last) throw new ArgumentException($"A transpose needs {last + 1} places, got {target.Length}.", nameof(target));
        nint row = sourceRow;
        fixed (float* s = source, t = target)
        {
            var squares = step == 1 && (Sse.IsSupported || AdvSimd.Arm64.IsSupported) ? depth / 4 * 4 : 0;
            for (var k = 0; k < squares; k += 4)
            {
                float* from = s + k, to = t + (nint)k * targetRow;
                var j = 0;
                for (; j <= count - 4; j += 4, from += 4 * row, to += 4) TransposeSquare(from, row, to, targetRow);
                for (; j < count; j++, from += row, to++) (to[0], to[targetRow], to[2 * (nint)targetRow], to[3 * (nint)targetRow]) = (from[0], from[1], from[2], from[3]);
            }
            for (var k = squares; k < depth; k++)
            {
                float* from = s + (nint)k * step, to = t + (nint)k * targetRow;
                for (var j = 0; j < count; j++, from += row) to[j] = *from;
            }
        }
    }

    /// <summary>Four rows of four become four columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare(float* from, nint row, float* to, nint targetRow)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + row), c = Vector128.Load(from + 2 * row), d = Vector128.Load(from + 3 * row);
        Vector128<float> ac = ZipLow(a, c), bd = ZipLow(b, d), ac2 = ZipHigh(a, c), bd2 = ZipHigh(b, d);
        ZipLow(ac, bd).Store(to);
        ZipHigh(ac, bd).Store(to + targetRow);
        ZipLow(ac2, bd2).Store(to + 2 * targetRow);
        ZipHigh(ac2, bd2).Store(to + 3 * targetRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    /// <summary>target[i·targetRow + j] = source[i·sourceRow + j] for i below <paramref name="rows"/> and j below <paramref name="count"/>.</summary>
    public static void CopyRows(int rows, int count, ReadOnlySpan<float> source, int sourceRow, Span<float> target, int targetRow)
    {
        if (rows == 0 || count == 0) return;
        if (source.Length < (rows - 1) * sourceRow + count) throw new ArgumentException($"{rows} rows need {(rows - 1) * sourceRow + count} values, got {source.Length}.", nameof(source));
        if (target.Length < (rows - 1) * targetRow + count) throw new ArgumentException($"{rows} rows need {(rows - 1) * targetRow + count} places, got {target.Length}.", nameof(target));
        fixed (float* s = source, t = target)
        {
            if (Vector512.IsHardwareAccelerated) CopyRows<Lanes512, Vector512<float>>(rows, count, s, sourceRow, t, targetRow);
            else if (Vector256.IsHardwareAccelerated) CopyRows<Lanes256, Vector256<float>>(rows, count, s, sourceRow, t, targetRow);
            else if (Vector128.IsHardwareAccelerated) CopyRows<Lanes128, Vector128<float>>(rows, count, s, sourceRow, t, targetRow);
            else CopyRows<Lanes1, float>(rows, count, s, sourceRow, t, targetRow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows<L, V>(int rows, int count, float* source, nint sourceRow, float* target, nint targetRow) where L : struct, ILanes<V> where V : struct
    {
        for (var i = rows; i > 0; i--, source += sourceRow, target += targetRow)
        {
            var j = 0;
            for (; j <= count - L.Width; j += L.Width) L.Store(L.Load(source + j), target + j);
            for (; j < count; j++) target[j] = source[j];
        }
    }

    /// <summary>Whether every value is nearer to zero than <paramref name="limit"/>; a NaN is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllBelow(ReadOnlySpan<float> values, float limit)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var limits = new Vector<float>(limit);
        foreach (var v in vectors)
            if (!Vector.LessThanAll(Vector.Abs(v), limits)) return false;
        foreach (var v in values[(vectors.Length * Vector<float>.Count)..])
            if (!(MathF.Abs(v) < limit)) return false;
        return true;
    }

    /// <summary>target = a·b, value by value; the target may be one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(Span<float> target, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != target.Length || b.Length != target.Length) throw new ArgumentException($"Lengths differ: {target.Length}, {a.Length} and {b.Length}.", nameof(a));
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(target);
        ReadOnlySpan<Vector<float>> va = MemoryMarshal.Cast<float, Vector<float>>(a), vb = MemoryMarshal.Cast<float, Vector<float>>(b);
        for (var i = 0; i < vectors.Length; i++) vectors[i] = va[i] * vb[i];
        var done = vectors.Length * Vector<float>.Count;
        ReferenceKernels.Multiply(target[done..], a[done..], b[done..]);
    }

    /// <summary>target += a·b, value by value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct(Span<float> target, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != target.Length || b.Length != target.Length) throw new ArgumentException($"Lengths differ: {target.Length}, {a.Length} and {b.Length}.", nameof(a));
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(target);
        ReadOnlySpan<Vector<float>> va = MemoryMarshal.Cast<float, Vector<float>>(a), vb = MemoryMarshal.Cast<float, Vector<float>>(b);
        for (var i = 0; i < vectors.Length; i++) vectors[i] += va[i] * vb[i];
        var done = vectors.Length * Vector<float>.Count;
        ReferenceKernels.AddProduct(target[done..], a[done..], b[done..]);
    }

    /// <summary>values *= factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Σ v², summed in double precision; four vectors of sums that do not wait for one another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(ReadOnlySpan<float> values)
    {
        Vector<double> a = default, b = default, c = default, d = default;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var i = 0;
        for (; i <= vectors.Length - 2; i += 2)
        {
            Vector.Widen(vectors[i], out var p, out var q);
            Vector.Widen(vectors[i + 1], out var r, out var s);
            a += p * p; b += q * q; c += r * r; d += s * s;
        }
        var sum = Vector.Sum(a + b + (c + d));
        for (i *= Vector<float>.Count; i < values.Length; i++) sum += (double)values[i] * values[i];
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
