// The gate equations of one GRU step, forward and backward side by side, without the matrix products.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Gates lie in a slab of <see cref="UnitGroups"/> with four vectors per row, in the order n, r, z, m. The order makes both operands of the
/// backward products contiguous: (n, r, z) meets the input weights and (r, z, m) the recurrent weights. Biases are in the products.
/// <para>Reset after the product:  r = σ(xr + hr)  z = σ(xz + hz)  m = hn  n = tanh(xn + r·m)  h' = (1 − z)·n + z·h.</para>
/// <para>Reset before the product: the same r and z, m = r·h, n = tanh(xn + U·m), h' the same (Chung et al. 2014, with z's sign as in cuDNN).</para>
/// </summary>
internal static unsafe class GruStep
{
    /// <summary>Vectors of a row of gates.</summary>
    public const int Vectors = 4;

    /// <summary>Sets m to its bias, which its product then adds to.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">Slab of gates.</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="bias">One value per unit, filled up.</param>
    public static void StartCandidate(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> bias)
    {
        var w = MatMul.VectorWidth;
        UnitGroups.Check(groups, rows, Vectors * w, gateGroup, gates.Length, nameof(gates));
        UnitGroups.Repeat(rows, groups, bias, gates[(3 * w)..], Vectors * w, gateGroup);
    }

    /// <summary>Reset-after cell, forward.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In (xn, xr + hr, xz + hz, hn), out (n, r, z, m).</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="next">Slab of h'.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    public static void ForwardAfter(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> previous, Span<float> next, int stateGroup)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, previous.Length, next.Length, stateGroup);
        fixed (float* g = gates, h = previous, o = next)
        {
            if (Vector512.IsHardwareAccelerated) ForwardAfter<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, h, o, stateGroup);
            else if (Vector256.IsHardwareAccelerated) ForwardAfter<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, h, o, stateGroup);
            else if (Vector128.IsHardwareAccelerated) ForwardAfter<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, h, o, stateGroup);
            else ForwardAfter<Lanes1, float>(groups, rows, g, gateGroup, h, o, stateGroup);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardAfter<L, V>(int groups, int rows, float* gates, nint gateGroup, float* previous, float* next, nint stateGroup) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + p * gateGroup, h = previous + p * stateGroup, o = next + p * stateGroup;
            // Two passes, because one would be a single long chain of dependent operations per row.
            for (var b = 0; b < rows; b++)
            {
                float* row = g + b * Vectors * w;
                Activations.Sigmoid<L, V>(L.Load(row + w), L.Load(row + 2 * w), out var r, out var z);
                L.Store(r, row + w); L.Store(z, row + 2 * w);
                L.Store(L.MultiplyAdd(r, L.Load(row + 3 * w), L.Load(row)), row);
            }
            for (var b = rows; b > 0; b--, g += Vectors * w, h += w, o += w)
            {
                var n = Activations.Tanh<L, V>(L.Load(g));
                L.Store(n, g);
                L.Store(L.MultiplyAdd(L.Load(g + 2 * w), L.Subtract(L.Load(h), n), n), o);
            }
        }
    }

    /// <summary>Reset-after cell, backward.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In (n, r, z, m) as the forward step left them, out (dn, dr, dz, dm), the gradients before the activations.</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    /// <param name="gradient">Slab without gaps: in dh', out the part of dh that does not go through the recurrent product.</param>
    public static void BackwardAfter(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> previous, int stateGroup, Span<float> gradient)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, previous.Length, previous.Length, stateGroup);
        CheckGradient(groups, rows, gradient.Length);
        fixed (float* g = gates, h = previous, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) BackwardAfter<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, h, stateGroup, d);
            else if (Vector256.IsHardwareAccelerated) BackwardAfter<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, h, stateGroup, d);
            else if (Vector128.IsHardwareAccelerated) BackwardAfter<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, h, stateGroup, d);
            else BackwardAfter<Lanes1, float>(groups, rows, g, gateGroup, h, stateGroup, d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void BackwardAfter<L, V>(int groups, int rows, float* gates, nint gateGroup, float* previous, nint stateGroup, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        var one = L.Create(1f);
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + p * gateGroup, h = previous + p * stateGroup;
            for (var b = rows; b > 0; b--, g += Vectors * w, h += w, gradient += w)
            {
                V n = L.Load(g), r = L.Load(g + w), z = L.Load(g + 2 * w), m = L.Load(g + 3 * w), d = L.Load(gradient);
                var keep = L.Subtract(one, z);
                var dn = L.Multiply(L.Multiply(d, keep), L.Subtract(one, L.Multiply(n, n)));
                L.Store(dn, g);
                L.Store(L.Multiply(L.Multiply(dn, m), L.Multiply(r, L.Subtract(one, r))), g + w);
                L.Store(L.Multiply(L.Multiply(d, L.Subtract(L.Load(h), n)), L.Multiply(z, keep)), g + 2 * w);
                L.Store(L.Multiply(dn, r), g + 3 * w);
                L.Store(L.Multiply(d, z), gradient);
            }
        }
    }

    /// <summary>Reset-before cell, forward, first half: r, z and the reset state m = r·h that the candidate's product needs.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In (xn, xr + hr, xz + hz, –), out (xn, r, z, m).</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    public static void ForwardBeforeReset(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> previous, int stateGroup)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, previous.Length, previous.Length, stateGroup);
        fixed (float* g = gates, h = previous)
        {
            if (Vector512.IsHardwareAccelerated) ForwardBeforeReset<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, h, stateGroup);
            else if (Vector256.IsHardwareAccelerated) ForwardBeforeReset<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, h, stateGroup);
            else if (Vector128.IsHardwareAccelerated) ForwardBeforeReset<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, h, stateGroup);
            else ForwardBeforeReset<Lanes1, float>(groups, rows, g, gateGroup, h, stateGroup);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardBeforeReset<L, V>(int groups, int rows, float* gates, nint gateGroup, float* previous, nint stateGroup) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + p * gateGroup, h = previous + p * stateGroup;
            for (var b = rows; b > 0; b--, g += Vectors * w, h += w)
            {
                Activations.Sigmoid<L, V>(L.Load(g + w), L.Load(g + 2 * w), out var r, out var z);
                L.Store(r, g + w); L.Store(z, g + 2 * w); L.Store(L.Multiply(r, L.Load(h)), g + 3 * w);
            }
        }
    }

    /// <summary>Reset-before cell, forward, second half: the candidate and the new state.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In (xn + U·m, r, z, m), out (n, r, z, m).</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="next">Slab of h'.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    public static void ForwardBeforeState(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> previous, Span<float> next, int stateGroup)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, previous.Length, next.Length, stateGroup);
        fixed (float* g = gates, h = previous, o = next)
        {
            if (Vector512.IsHardwareAccelerated) ForwardBeforeState<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, h, o, stateGroup);
            else if (Vector256.IsHardwareAccelerated) ForwardBeforeState<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, h, o, stateGroup);
            else if (Vector128.IsHardwareAccelerated) ForwardBeforeState<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, h, o, stateGroup);
            else ForwardBeforeState<Lanes1, float>(groups, rows, g, gateGroup, h, o, stateGroup);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardBeforeState<L, V>(int groups, int rows, float* gates, nint gateGroup, float* previous, float* next, nint stateGroup) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + p * gateGroup, h = previous + p * stateGroup, o = next + p * stateGroup;
            for (var b = rows; b > 0; b--, g += Vectors * w, h += w, o += w)
            {
                var n = Activations.Tanh<L, V>(L.Load(g));
                L.Store(n, g);
                L.Store(L.MultiplyAdd(L.Load(g + 2 * w), L.Subtract(L.Load(h), n), n), o);
            }
        }
    }

    /// <summary>Reset-before cell, backward, first half: the candidate's and the update gate's gradients.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In (n, r, z, m), out (dn, r, dz, m).</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    /// <param name="gradient">Slab without gaps: in dh', out z·dh'.</param>
    public static void BackwardBeforeState(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> previous, int stateGroup, Span<float> gradient)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, previous.Length, previous.Length, stateGroup);
        CheckGradient(groups, rows, gradient.Length);
        fixed (float* g = gates, h = previous, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) BackwardBeforeState<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, h, stateGroup, d);
            else if (Vector256.IsHardwareAccelerated) BackwardBeforeState<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, h, stateGroup, d);
            else if (Vector128.IsHardwareAccelerated) BackwardBeforeState<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, h, stateGroup, d);
            else BackwardBeforeState<Lanes1, float>(groups, rows, g, gateGroup, h, stateGroup, d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void BackwardBeforeState<L, V>(int groups, int rows, float* gates, nint gateGroup, float* previous, nint stateGroup, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        var one = L.Create(1f);
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + p * gateGroup, h = previous + p * stateGroup;
            for (var b = rows; b > 0; b--, g += Vectors * w, h += w, gradient += w)
            {
                V n = L.Load(g), z = L.Load(g + 2 * w), d = L.Load(gradient);
                var keep = L.Subtract(one, z);
                L.Store(L.Multiply(L.Multiply(d, L.Subtract(L.Load(h), n)), L.Multiply(z, keep)), g + 2 * w);
                L.Store(L.Multiply(L.Multiply(d, keep), L.Subtract(one, L.Multiply(n, n))), g);
                L.Store(L.Multiply(d, z), gradient);
            }
        }
    }

    /// <summary>Reset-before cell, backward, second half: the reset gate's gradient and its share of the state's.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In (dn, r, dz, m), out (dn, dr, dz, m).</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="product">Slab without gaps: dm = Uᵀ·dn.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    /// <param name="gradient">Slab without gaps: r·dm is added.</param>
    public static void BackwardBeforeReset(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> product, ReadOnlySpan<float> previous, int stateGroup, Span<float> gradient)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, previous.Length, previous.Length, stateGroup);
        CheckGradient(groups, rows, Math.Min(product.Length, gradient.Length));
        fixed (float* g = gates, u = product, h = previous, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) BackwardBeforeReset<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, u, h, stateGroup, d);
            else if (Vector256.IsHardwareAccelerated) BackwardBeforeReset<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, u, h, stateGroup, d);
            else if (Vector128.IsHardwareAccelerated) BackwardBeforeReset<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, u, h, stateGroup, d);
            else BackwardBeforeReset<Lanes1, float>(groups, rows, g, gateGroup, u, h, stateGroup, d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void BackwardBeforeReset<L, V>(int groups, int rows, float* gates, nint gateGroup, float* product, float* previous, nint stateGroup, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        var one = L.Create(1f);
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + p * gateGroup, h = previous + p * stateGroup;
            for (var b = rows; b > 0; b--, g += Vectors * w, h += w, product += w, gradient += w)
            {
                V r = L.Load(g + w), dm = L.Load(product);
                L.Store(L.MultiplyAdd(dm, r, L.Load(gradient)), gradient);
                L.Store(L.Multiply(L.Multiply(dm, L.Load(h)), L.Multiply(r, L.Subtract(one, r))), g + w);
            }
        }
    }

    private static void CheckSlabs(int groups, int rows, int gates, int gateGroup, int previous, int next, int stateGroup)
    {
        var w = MatMul.VectorWidth;
        UnitGroups.Check(groups, rows, Vectors * w, gateGroup, gates, nameof(gates));
        UnitGroups.Check(groups, rows, w, stateGroup, previous, nameof(previous));
        UnitGroups.Check(groups, rows, w, stateGroup, next, nameof(next));
    }

    private static void CheckGradient(int groups, int rows, int length) => UnitGroups.Check(groups, rows, MatMul.VectorWidth, rows * MatMul.VectorWidth, length, "gradient");
}
