// The gate equations of one GRU step for one row, forward and backward side by side, without the matrix products.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// One row's gates lie in a buffer [4H] in the order n, r, z, m. The order makes both operands of the backward
/// products contiguous: (n, r, z) meets the input weights and (r, z, m) the recurrent weights.
/// <para>Reset after the product:  r = σ(xr + hr + br)  z = σ(xz + hz + bz)  m = hn + bm  n = tanh(xn + bn + r·m)  h' = (1 − z)·n + z·h.</para>
/// <para>Reset before the product: the same r and z, m = r·h, n = tanh(xn + bn + U·m), h' the same (Chung et al. 2014, with z's sign as in cuDNN).</para>
/// Whole vectors are done here; the plain twin in <see cref="ReferenceKernels"/> does the remaining columns.
/// </summary>
internal static unsafe class GruStep
{
    /// <summary>Reset-after cell, forward.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in (xn, xr, xz, –), out (n, r, z, m).</param>
    /// <param name="recurrent">[3H]: (hr, hz, hn), the recurrent product without bias.</param>
    /// <param name="bias">[4H]: (bn, br, bz, bm).</param>
    /// <param name="previous">[H]: h.</param>
    /// <param name="next">[H]: h'; may be the same memory as <paramref name="previous"/>.</param>
    public static void ForwardAfter(int hidden, Span<float> gates, ReadOnlySpan<float> recurrent, ReadOnlySpan<float> bias, ReadOnlySpan<float> previous, Span<float> next)
    {
        CheckSizes(hidden, gates.Length, recurrent.Length, bias.Length, previous.Length, next.Length);
        var done = 0;
        fixed (float* g = gates, u = recurrent, b = bias, h = previous, o = next)
        {
            if (Vector512.IsHardwareAccelerated) done = ForwardAfter<Lanes512, Vector512<float>>(hidden, g, u, b, h, o);
            else if (Vector256.IsHardwareAccelerated) done = ForwardAfter<Lanes256, Vector256<float>>(hidden, g, u, b, h, o);
            else if (Vector128.IsHardwareAccelerated) done = ForwardAfter<Lanes128, Vector128<float>>(hidden, g, u, b, h, o);
        }
        ReferenceKernels.GruForwardAfter(hidden, done, gates, recurrent, bias, previous, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ForwardAfter<L, V>(int hidden, float* gates, float* recurrent, float* bias, float* previous, float* next) where L : struct, ILanes<V> where V : struct
    {
        float* gn = gates, gr = gates + hidden, gz = gr + hidden, gm = gz + hidden;
        float* ur = recurrent, uz = ur + hidden, un = uz + hidden;
        float* bn = bias, br = bias + hidden, bz = br + hidden, bm = bz + hidden;
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            var r = Activations.Sigmoid<L, V>(L.Add(L.Add(L.Load(gr + j), L.Load(ur + j)), L.Load(br + j)));
            var z = Activations.Sigmoid<L, V>(L.Add(L.Add(L.Load(gz + j), L.Load(uz + j)), L.Load(bz + j)));
            var m = L.Add(L.Load(un + j), L.Load(bm + j));
            var n = Activations.Tanh<L, V>(L.MultiplyAdd(r, m, L.Add(L.Load(gn + j), L.Load(bn + j))));
            var h = L.Load(previous + j);
            L.Store(n, gn + j); L.Store(r, gr + j); L.Store(z, gz + j); L.Store(m, gm + j);
            L.Store(L.MultiplyAdd(z, L.Subtract(h, n), n), next + j);
        }
        return j;
    }

    /// <summary>Reset-after cell, backward.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in (n, r, z, m) as the forward step left them, out (dn, dr, dz, dm), the gradients before the activations.</param>
    /// <param name="previous">[H]: h.</param>
    /// <param name="gradient">[H]: in dh', out the part of dh that does not go through the recurrent product.</param>
    public static void BackwardAfter(int hidden, Span<float> gates, ReadOnlySpan<float> previous, Span<float> gradient)
    {
        CheckSizes(hidden, gates.Length, 3 * hidden, 4 * hidden, previous.Length, gradient.Length);
        var done = 0;
        fixed (float* g = gates, h = previous, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) done = BackwardAfter<Lanes512, Vector512<float>>(hidden, g, h, d);
            else if (Vector256.IsHardwareAccelerated) done = BackwardAfter<Lanes256, Vector256<float>>(hidden, g, h, d);
            else if (Vector128.IsHardwareAccelerated) done = BackwardAfter<Lanes128, Vector128<float>>(hidden, g, h, d);
        }
        ReferenceKernels.GruBackwardAfter(hidden, done, gates, previous, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int BackwardAfter<L, V>(int hidden, float* gates, float* previous, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        float* gn = gates, gr = gates + hidden, gz = gr + hidden, gm = gz + hidden;
        var one = L.Create(1f);
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            V n = L.Load(gn + j), r = L.Load(gr + j), z = L.Load(gz + j), m = L.Load(gm + j), d = L.Load(gradient + j);
            var keep = L.Subtract(one, z);
            var dz = L.Multiply(L.Multiply(d, L.Subtract(L.Load(previous + j), n)), L.Multiply(z, keep));
            var dn = L.Multiply(L.Multiply(d, keep), L.Subtract(one, L.Multiply(n, n)));
            var dr = L.Multiply(L.Multiply(dn, m), L.Multiply(r, L.Subtract(one, r)));
            L.Store(dn, gn + j); L.Store(dr, gr + j); L.Store(dz, gz + j); L.Store(L.Multiply(dn, r), gm + j);
            L.Store(L.Multiply(d, z), gradient + j);
        }
        return j;
    }

    /// <summary>Reset-before cell, forward, first half: r, z and the reset state m = r·h that the candidate's product needs.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in (xn, xr, xz, –), out (xn, r, z, m).</param>
    /// <param name="recurrent">[2H] at least: (hr, hz).</param>
    /// <param name="bias">[4H]: (bn, br, bz, –).</param>
    /// <param name="previous">[H]: h.</param>
    public static void ForwardBeforeReset(int hidden, Span<float> gates, ReadOnlySpan<float> recurrent, ReadOnlySpan<float> bias, ReadOnlySpan<float> previous)
    {
        CheckSizes(hidden, gates.Length, recurrent.Length + hidden, bias.Length, previous.Length, hidden);
        var done = 0;
        fixed (float* g = gates, u = recurrent, b = bias, h = previous)
        {
            if (Vector512.IsHardwareAccelerated) done = ForwardBeforeReset<Lanes512, Vector512<float>>(hidden, g, u, b, h);
            else if (Vector256.IsHardwareAccelerated) done = ForwardBeforeReset<Lanes256, Vector256<float>>(hidden, g, u, b, h);
            else if (Vector128.IsHardwareAccelerated) done = ForwardBeforeReset<Lanes128, Vector128<float>>(hidden, g, u, b, h);
        }
        ReferenceKernels.GruForwardBeforeReset(hidden, done, gates, recurrent, bias, previous);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ForwardBeforeReset<L, V>(int hidden, float* gates, float* recurrent, float* bias, float* previous) where L : struct, ILanes<V> where V : struct
    {
        float* gr = gates + hidden, gz = gr + hidden, gm = gz + hidden;
        float* ur = recurrent, uz = ur + hidden;
        float* br = bias + hidden, bz = br + hidden;
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            var r = Activations.Sigmoid<L, V>(L.Add(L.Add(L.Load(gr + j), L.Load(ur + j)), L.Load(br + j)));
            var z = Activations.Sigmoid<L, V>(L.Add(L.Add(L.Load(gz + j), L.Load(uz + j)), L.Load(bz + j)));
            L.Store(r, gr + j); L.Store(z, gz + j); L.Store(L.Multiply(r, L.Load(previous + j)), gm + j);
        }
        return j;
    }

    /// <summary>Reset-before cell, forward, second half: the candidate and the new state.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in (xn, r, z, m), out (n, r, z, m).</param>
    /// <param name="product">[H]: U·m.</param>
    /// <param name="bias">[4H]: (bn, –, –, –).</param>
    /// <param name="previous">[H]: h.</param>
    /// <param name="next">[H]: h'; may be the same memory as <paramref name="previous"/>.</param>
    public static void ForwardBeforeState(int hidden, Span<float> gates, ReadOnlySpan<float> product, ReadOnlySpan<float> bias, ReadOnlySpan<float> previous, Span<float> next)
    {
        CheckSizes(hidden, gates.Length, product.Length + 2 * hidden, bias.Length, previous.Length, next.Length);
        var done = 0;
        fixed (float* g = gates, u = product, b = bias, h = previous, o = next)
        {
            if (Vector512.IsHardwareAccelerated) done = ForwardBeforeState<Lanes512, Vector512<float>>(hidden, g, u, b, h, o);
            else if (Vector256.IsHardwareAccelerated) done = ForwardBeforeState<Lanes256, Vector256<float>>(hidden, g, u, b, h, o);
            else if (Vector128.IsHardwareAccelerated) done = ForwardBeforeState<Lanes128, Vector128<float>>(hidden, g, u, b, h, o);
        }
        ReferenceKernels.GruForwardBeforeState(hidden, done, gates, product, bias, previous, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ForwardBeforeState<L, V>(int hidden, float* gates, float* product, float* bias, float* previous, float* next) where L : struct, ILanes<V> where V : struct
    {
        var gz = gates + 2 * hidden;
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            var n = Activations.Tanh<L, V>(L.Add(L.Add(L.Load(gates + j), L.Load(product + j)), L.Load(bias + j)));
            L.Store(n, gates + j);
            L.Store(L.MultiplyAdd(L.Load(gz + j), L.Subtract(L.Load(previous + j), n), n), next + j);
        }
        return j;
    }

    /// <summary>Reset-before cell, backward, first half: the candidate's and the update gate's gradients.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in (n, r, z, m), out (dn, r, dz, m).</param>
    /// <param name="previous">[H]: h.</param>
    /// <param name="gradient">[H]: in dh', out z·dh'.</param>
    public static void BackwardBeforeState(int hidden, Span<float> gates, ReadOnlySpan<float> previous, Span<float> gradient)
    {
        CheckSizes(hidden, gates.Length, 3 * hidden, 4 * hidden, previous.Length, gradient.Length);
        var done = 0;
        fixed (float* g = gates, h = previous, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) done = BackwardBeforeState<Lanes512, Vector512<float>>(hidden, g, h, d);
            else if (Vector256.IsHardwareAccelerated) done = BackwardBeforeState<Lanes256, Vector256<float>>(hidden, g, h, d);
            else if (Vector128.IsHardwareAccelerated) done = BackwardBeforeState<Lanes128, Vector128<float>>(hidden, g, h, d);
        }
        ReferenceKernels.GruBackwardBeforeState(hidden, done, gates, previous, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int BackwardBeforeState<L, V>(int hidden, float* gates, float* previous, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        var gz = gates + 2 * hidden;
        var one = L.Create(1f);
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            V n = L.Load(gates + j), z = L.Load(gz + j), d = L.Load(gradient + j);
            var keep = L.Subtract(one, z);
            L.Store(L.Multiply(L.Multiply(d, L.Subtract(L.Load(previous + j), n)), L.Multiply(z, keep)), gz + j);
            L.Store(L.Multiply(L.Multiply(d, keep), L.Subtract(one, L.Multiply(n, n))), gates + j);
            L.Store(L.Multiply(d, z), gradient + j);
        }
        return j;
    }

    /// <summary>Reset-before cell, backward, second half: the reset gate's gradient and its share of the state's.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in (dn, r, dz, m), out (dn, dr, dz, m).</param>
    /// <param name="product">[H]: dm = Uᵀ·dn.</param>
    /// <param name="previous">[H]: h.</param>
    /// <param name="gradient">[H]: r·dm is added.</param>
    public static void BackwardBeforeReset(int hidden, Span<float> gates, ReadOnlySpan<float> product, ReadOnlySpan<float> previous, Span<float> gradient)
    {
        CheckSizes(hidden, gates.Length, product.Length + 2 * hidden, 4 * hidden, previous.Length, gradient.Length);
        var done = 0;
        fixed (float* g = gates, u = product, h = previous, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) done = BackwardBeforeReset<Lanes512, Vector512<float>>(hidden, g, u, h, d);
            else if (Vector256.IsHardwareAccelerated) done = BackwardBeforeReset<Lanes256, Vector256<float>>(hidden, g, u, h, d);
            else if (Vector128.IsHardwareAccelerated) done = BackwardBeforeReset<Lanes128, Vector128<float>>(hidden, g, u, h, d);
        }
        ReferenceKernels.GruBackwardBeforeReset(hidden, done, gates, product, previous, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int BackwardBeforeReset<L, V>(int hidden, float* gates, float* product, float* previous, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        var gr = gates + hidden;
        var one = L.Create(1f);
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            V r = L.Load(gr + j), dm = L.Load(product + j);
            L.Store(L.MultiplyAdd(dm, r, L.Load(gradient + j)), gradient + j);
            L.Store(L.Multiply(L.Multiply(dm, L.Load(previous + j)), L.Multiply(r, L.Subtract(one, r))), gr + j);
        }
        return j;
    }

    private static void CheckSizes(int hidden, int gates, int recurrent, int bias, int previous, int next)
    {
        if (gates < 4 * hidden || recurrent < 3 * hidden || bias < 4 * hidden || previous < hidden || next < hidden)
            throw new ArgumentException($"A GRU step of {hidden} units got buffers of {gates}, {recurrent}, {bias}, {previous} and {next} values.");
    }
}
