// One GRU step of a single sequence, for inference: the recurrent product and the gates in one pass.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// The same sums in the same order as a product and <see cref="GruStep.ForwardAfter(int, int, Span{float}, int, ReadOnlySpan{float}, Span{float}, int)"/>, which are its
/// plain twin. Two groups of units at a time: their eight sums hide the latency of the multiply-add, and never leave the registers. The gates are not kept.
/// </summary>
internal static unsafe class GruRow
{
    /// <summary>Reset-after cell, forward.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="gates">Slab of gates of one row: (xn, xr, xz, –), left as they are.</param>
    /// <param name="gateGroup">From one group of gates to the next.</param>
    /// <param name="weights">h to (r, z, m): a panel of three vectors per group.</param>
    /// <param name="bias">What m starts from, one value per unit, filled up.</param>
    /// <param name="fromZero">Whether h is all zeros: its product is left out.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="next">Slab of h'.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    public static void ForwardAfter(int groups, ReadOnlySpan<float> gates, int gateGroup, in RightOperand weights, ReadOnlySpan<float> bias, bool fromZero, ReadOnlySpan<float> previous, Span<float> next, int stateGroup)
    {
        var w = MatMul.VectorWidth;
        UnitGroups.Check(groups, 1, GruStep.Vectors * w, gateGroup, gates.Length, nameof(gates));
        UnitGroups.Check(groups, 1, w, w, bias.Length, nameof(bias));
        UnitGroups.Check(groups, 1, w, stateGroup, Math.Min(previous.Length, next.Length), nameof(previous));
        weights.CheckPanels(groups, 3, groups * w);
        fixed (float* g = gates, b = weights.Values, pairs = weights.Pairs, c = bias, h = previous, o = next)
        {
            var state = new RowState(h, fromZero ? 0 : groups, stateGroup);
            if (Vector512.IsHardwareAccelerated) ForwardAfter<Lanes512, Vector512<float>>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, c, state, o);
            else if (Vector256.IsHardwareAccelerated) ForwardAfter<Lanes256, Vector256<float>>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, c, state, o);
            else if (Vector128.IsHardwareAccelerated) ForwardAfter<Lanes128, Vector128<float>>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, c, state, o);
            else ForwardAfter<Lanes1, float>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, c, state, o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardAfter<L, V>(int groups, float* gates, nint gateGroup, float* weights, float* pairs, nint row, nint panel, float* bias, in RowState state, float* next) where L : struct, ILanes<V> where V : struct
    {
        var p = 0;
        for (; p + 1 < groups; p += 2)
        {
            float* g = gates + p * gateGroup, c = bias + p * L.Width, o = next + p * state.Group;
            if (pairs is null) TwoGroups<L, V, FloatPair>(p, g, gateGroup, weights + p * panel, row, panel, c, L.Width, state, o, state.Group);
            else TwoGroups<L, V, BFloat16Pair>(p, g, gateGroup, pairs + p / 2 * panel, row, panel, c, L.Width, state, o, state.Group);
        }
        // The last of an odd number is its own neighbour.
        if (p < groups) TwoGroups<L, V, FloatPair>(p, gates + p * gateGroup, 0, weights + p * panel, row, 0, bias + p * L.Width, 0, state, next + p * state.Group, 0);
    }

    /// <summary>Group <paramref name="p"/> and the one that lies <paramref name="gateGroup"/>, <paramref name="panel"/>, <paramref name="biasGroup"/> and <paramref name="stateGroup"/> behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoGroups<L, V, S>(int p, float* gates, nint gateGroup, float* b, nint row, nint panel, float* bias, nint biasGroup, in RowState state, float* next, nint stateGroup)
        where L : struct, ILanes<V> where V : struct where S : struct, IPanelPair
    {
        nint w = L.Width;
        float* other = gates + gateGroup, h = state.Values;
        V r0 = L.Load(gates + w), z0 = L.Load(gates + 2 * w), m0 = L.Load(bias);
        V r1 = L.Load(other + w), z1 = L.Load(other + 2 * w), m1 = L.Load(bias + biasGroup);
        for (var g = state.Groups; g > 0; g--, h += state.Group)
        {
            for (nint j = 0; j < w; j++, b += row)
            {
                var x = L.Create(h[j]);
                S.Load<L, V>(b, panel, out var first, out var second);
                (r0, r1) = (L.MultiplyAdd(x, first, r0), L.MultiplyAdd(x, second, r1));
                S.Load<L, V>(b + w, panel, out first, out second);
                (z0, z1) = (L.MultiplyAdd(x, first, z0), L.MultiplyAdd(x, second, z1));
                S.Load<L, V>(b + 2 * w, panel, out first, out second);
                (m0, m1) = (L.MultiplyAdd(x, first, m0), L.MultiplyAdd(x, second, m1));
            }
        }
        Activations.Sigmoid<L, V>(r0, z0, out r0, out z0);
        Activations.Sigmoid<L, V>(r1, z1, out r1, out z1);
        V n0 = Activations.Tanh<L, V>(L.MultiplyAdd(r0, m0, L.Load(gates))), n1 = Activations.Tanh<L, V>(L.MultiplyAdd(r1, m1, L.Load(other)));
        h = state.Values + p * state.Group;
        L.Store(L.MultiplyAdd(z0, L.Subtract(L.Load(h), n0), n0), next);
        L.Store(L.MultiplyAdd(z1, L.Subtract(L.Load(h + stateGroup), n1), n1), next + stateGroup);
    }
}

/// <summary>The state of one row as a left operand: groups of units, so many floats apart; no groups: it is all zeros.</summary>
internal readonly unsafe struct RowState(float* values, nint groups, nint group)
{
    public readonly float* Values = values;
    public readonly nint Groups = groups;
    public readonly nint Group = group;
}
