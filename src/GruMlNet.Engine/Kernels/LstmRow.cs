// One LSTM step of a single sequence, for inference: the recurrent product and the gates in one pass.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// The same sums in the same order as a product and <see cref="LstmStep.Forward(int, int, Span{float}, int, ReadOnlySpan{float}, Span{float}, Span{float}, int)"/>, which are its
/// plain twin. Two groups of units at a time, as in <see cref="GruRow"/>: four panels. The gates are not kept.
/// </summary>
internal static unsafe class LstmRow
{
    /// <summary>Forward.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="gates">Slab of gates of one row: the input's share of i, f, g, o, left as it is.</param>
    /// <param name="gateGroup">From one slab of gates to the next.</param>
    /// <param name="weights">h to the gates: two panels of two vectors per group.</param>
    /// <param name="fromZero">Whether h is all zeros: its product is left out.</param>
    /// <param name="previous">Slab of h.</param>
    /// <param name="cell">Slab of c.</param>
    /// <param name="nextCell">Slab of c'.</param>
    /// <param name="next">Slab of h'.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    public static void Forward(int groups, ReadOnlySpan<float> gates, int gateGroup, in RightOperand weights, bool fromZero, ReadOnlySpan<float> previous, ReadOnlySpan<float> cell, Span<float> nextCell, Span<float> next, int stateGroup)
    {
        var w = MatMul.VectorWidth;
        UnitGroups.Check(2 * groups, 1, LstmStep.Vectors * w, gateGroup, gates.Length, nameof(gates));
        UnitGroups.Check(groups, 1, w, stateGroup, Math.Min(Math.Min(previous.Length, next.Length), Math.Min(cell.Length, nextCell.Length)), nameof(previous));
        weights.CheckPanels(2 * groups, 2, groups * w);
        fixed (float* g = gates, b = weights.Values, pairs = weights.Pairs, h = previous, c = cell, nc = nextCell, o = next)
        {
            var state = new RowState(h, fromZero ? 0 : groups, stateGroup);
            if (Vector512.IsHardwareAccelerated) Forward<Lanes512, Vector512<float>>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, state, c, nc, o);
            else if (Vector256.IsHardwareAccelerated) Forward<Lanes256, Vector256<float>>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, state, c, nc, o);
            else if (Vector128.IsHardwareAccelerated) Forward<Lanes128, Vector128<float>>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, state, c, nc, o);
            else Forward<Lanes1, float>(groups, g, gateGroup, b, pairs, weights.Row, weights.Panel, state, c, nc, o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<L, V>(int groups, float* gates, nint gateGroup, float* weights, float* pairs, nint row, nint panel, in RowState state, float* cell, float* nextCell, float* next) where L : struct, ILanes<V> where V : struct
    {
        for (var p = 0; p < groups; p += 2)
        {
            nint other = p + 1 < groups ? 1 : 0, at = p * state.Group; // the last of an odd number is its own neighbour
            float* g = gates + 2 * p * gateGroup;
            if (pairs is null) TwoGroups<L, V, FloatPair>(g, gateGroup, other, weights + 2 * p * panel, row, panel, 2 * panel, state, cell + at, nextCell + at, next + at);
            else TwoGroups<L, V, BFloat16Pair>(g, gateGroup, other, pairs + p * panel, row, panel, panel, state, cell + at, nextCell + at, next + at);
        }
    }

    /// <summary>A group and, where <paramref name="other"/> is 1, the one after it, whose panels lie <paramref name="ahead"/> behind the first ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoGroups<L, V, S>(float* gates, nint gateGroup, nint other, float* b, nint row, nint panel, nint ahead, in RowState state, float* cell, float* nextCell, float* next)
        where L : struct, ILanes<V> where V : struct where S : struct, IPanelPair
    {
        nint w = L.Width;
        float* g = gates + 2 * other * gateGroup, h = state.Values, b1 = b + other * ahead;
        V i0 = L.Load(gates), f0 = L.Load(gates + w), n0 = L.Load(gates + gateGroup), o0 = L.Load(gates + gateGroup + w);
        V i1 = L.Load(g), f1 = L.Load(g + w), n1 = L.Load(g + gateGroup), o1 = L.Load(g + gateGroup + w);
        for (var k = state.Groups; k > 0; k--, h += state.Group)
        {
            for (nint j = 0; j < w; j++, b += row, b1 += row)
            {
                var x = L.Create(h[j]);
                S.Load<L, V>(b, panel, out var first, out var second);
                (i0, n0) = (L.MultiplyAdd(x, first, i0), L.MultiplyAdd(x, second, n0));
                S.Load<L, V>(b + w, panel, out first, out second);
                (f0, o0) = (L.MultiplyAdd(x, first, f0), L.MultiplyAdd(x, second, o0));
                S.Load<L, V>(b1, panel, out first, out second);
                (i1, n1) = (L.MultiplyAdd(x, first, i1), L.MultiplyAdd(x, second, n1));
                S.Load<L, V>(b1 + w, panel, out first, out second);
                (f1, o1) = (L.MultiplyAdd(x, first, f1), L.MultiplyAdd(x, second, o1));
            }
        }
        Finish<L, V>(i0, f0, n0, o0, cell, nextCell, next);
        Finish<L, V>(i1, f1, n1, o1, cell + other * state.Group, nextCell + other * state.Group, next + other * state.Group);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<L, V>(V i, V f, V n, V o, float* cell, float* nextCell, float* next) where L : struct, ILanes<V> where V : struct
    {
        Activations.Sigmoid<L, V>(i, f, out i, out f);
        var c = L.MultiplyAdd(f, L.Load(cell), L.Multiply(i, Activations.Tanh<L, V>(n)));
        L.Store(c, nextCell);
        L.Store(Activations.SigmoidTanh<L, V>(o, c, out _), next);
    }
}
