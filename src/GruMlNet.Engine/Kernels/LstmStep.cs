// The gate equations of one LSTM step, forward and backward side by side, without the matrix products.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Gates lie in slabs of <see cref="UnitGroups"/> with two vectors per row, two slabs to a group of units: (i, f), then (g, o). So the products
/// have two vectors to a panel, and the sums of a tile fit the registers. Biases are in the products.
/// </summary>
internal static unsafe class LstmStep
{
    /// <summary>Vectors of a row of one slab.</summary>
    public const int Vectors = 2;

    /// <summary>Forward: c' = f·c + i·g, h' = o·tanh c'.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In the sums of both products, out i, f, g, o.</param>
    /// <param name="gateGroup">From one slab of gates to the next.</param>
    /// <param name="cell">Slab of c.</param>
    /// <param name="nextCell">Slab of c'.</param>
    /// <param name="next">Slab of h'.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    public static void Forward(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> cell, Span<float> nextCell, Span<float> next, int stateGroup)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, Math.Min(cell.Length, Math.Min(nextCell.Length, next.Length)), stateGroup);
        fixed (float* g = gates, c = cell, nc = nextCell, n = next)
        {
            if (Vector512.IsHardwareAccelerated) Forward<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, c, nc, n, stateGroup);
            else if (Vector256.IsHardwareAccelerated) Forward<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, c, nc, n, stateGroup);
            else if (Vector128.IsHardwareAccelerated) Forward<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, c, nc, n, stateGroup);
            else Forward<Lanes1, float>(groups, rows, g, gateGroup, c, nc, n, stateGroup);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward<L, V>(int groups, int rows, float* gates, nint gateGroup, float* cell, float* nextCell, float* next, nint stateGroup) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        for (var p = 0; p < groups; p++)
        {
            // Three passes, because one would be a single long chain of dependent operations per row.
            float* g = gates + 2 * p * gateGroup, end = g + rows * Vectors * w;
            for (var row = g; row < end; row += Vectors * w)
            {
                Activations.Sigmoid<L, V>(L.Load(row), L.Load(row + w), out var i, out var f);
                L.Store(i, row); L.Store(f, row + w);
            }
            float* c = cell + p * stateGroup, newCell = nextCell + p * stateGroup, h = next + p * stateGroup;
            for (var row = g; row < end; row += Vectors * w, c += w, newCell += w)
            {
                var n = Activations.Tanh<L, V>(L.Load(row + gateGroup));
                L.Store(n, row + gateGroup);
                L.Store(L.MultiplyAdd(L.Load(row + w), L.Load(c), L.Multiply(L.Load(row), n)), newCell);
            }
            newCell = nextCell + p * stateGroup;
            for (var row = g; row < end; row += Vectors * w, newCell += w, h += w)
            {
                L.Store(Activations.SigmoidTanh<L, V>(L.Load(row + gateGroup + w), L.Load(newCell), out var o), h);
                L.Store(o, row + gateGroup + w);
            }
        }
    }

    /// <summary>Backward.</summary>
    /// <param name="groups">Groups of units.</param>
    /// <param name="rows">B.</param>
    /// <param name="gates">In i, f, g, o, out their gradients before the activations.</param>
    /// <param name="gateGroup">From one slab of gates to the next.</param>
    /// <param name="cell">Slab of c.</param>
    /// <param name="nextCell">Slab of c'.</param>
    /// <param name="stateGroup">From one group of states to the next.</param>
    /// <param name="gradient">Slab without gaps: in dh', out 0, for all of dh goes through the product.</param>
    /// <param name="cellGradient">Slab without gaps: in dc', out dc.</param>
    public static void Backward(int groups, int rows, Span<float> gates, int gateGroup, ReadOnlySpan<float> cell, ReadOnlySpan<float> nextCell, int stateGroup, Span<float> gradient, Span<float> cellGradient)
    {
        CheckSlabs(groups, rows, gates.Length, gateGroup, Math.Min(cell.Length, nextCell.Length), stateGroup);
        UnitGroups.Check(groups, rows, MatMul.VectorWidth, rows * MatMul.VectorWidth, Math.Min(gradient.Length, cellGradient.Length), nameof(gradient));
        fixed (float* g = gates, c = cell, n = nextCell, d = gradient, dc = cellGradient)
        {
            if (Vector512.IsHardwareAccelerated) Backward<Lanes512, Vector512<float>>(groups, rows, g, gateGroup, c, n, stateGroup, d, dc);
            else if (Vector256.IsHardwareAccelerated) Backward<Lanes256, Vector256<float>>(groups, rows, g, gateGroup, c, n, stateGroup, d, dc);
            else if (Vector128.IsHardwareAccelerated) Backward<Lanes128, Vector128<float>>(groups, rows, g, gateGroup, c, n, stateGroup, d, dc);
            else Backward<Lanes1, float>(groups, rows, g, gateGroup, c, n, stateGroup, d, dc);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward<L, V>(int groups, int rows, float* gates, nint gateGroup, float* cell, float* nextCell, nint stateGroup, float* gradient, float* cellGradient) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        V one = L.Create(1f), zero = L.Create(0f);
        for (var p = 0; p < groups; p++)
        {
            float* g = gates + 2 * p * gateGroup, c = cell + p * stateGroup, next = nextCell + p * stateGroup;
            for (var b = rows; b > 0; b--, g += Vectors * w, c += w, next += w, gradient += w, cellGradient += w)
            {
                V i = L.Load(g), f = L.Load(g + w), n = L.Load(g + gateGroup), o = L.Load(g + gateGroup + w), dh = L.Load(gradient);
                var tanh = Activations.Tanh<L, V>(L.Load(next));
                var dc = L.MultiplyAdd(L.Multiply(dh, o), L.Subtract(one, L.Multiply(tanh, tanh)), L.Load(cellGradient));
                L.Store(L.Multiply(L.Multiply(dc, n), L.Multiply(i, L.Subtract(one, i))), g);
                L.Store(L.Multiply(L.Multiply(dc, L.Load(c)), L.Multiply(f, L.Subtract(one, f))), g + w);
                L.Store(L.Multiply(L.Multiply(dc, i), L.Subtract(one, L.Multiply(n, n))), g + gateGroup);
                L.Store(L.Multiply(L.Multiply(dh, tanh), L.Multiply(o, L.Subtract(one, o))), g + gateGroup + w);
                L.Store(L.Multiply(dc, f), cellGradient);
                L.Store(zero, gradient);
            }
        }
    }

    private static void CheckSlabs(int groups, int rows, int gates, int gateGroup, int states, int stateGroup)
    {
        var w = MatMul.VectorWidth;
        UnitGroups.Check(2 * groups, rows, Vectors * w, gateGroup, gates, nameof(gates));
        UnitGroups.Check(groups, rows, w, stateGroup, states, "states");
    }
}
