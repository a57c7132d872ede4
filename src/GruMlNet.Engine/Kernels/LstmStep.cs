// The gate equations of one LSTM step for one row, forward and backward side by side, without the matrix products.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// One row's gates lie in a buffer [4H] in the order i, f, g, o; its state in a buffer [2H], h then c. Whole vectors are
/// done here; the plain twin in <see cref="ReferenceKernels"/> does the remaining columns.
/// </summary>
internal static unsafe class LstmStep
{
    /// <summary>Forward: c' = f·c + i·g, h' = o·tanh c'.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in the sums of both products, out i, f, g, o.</param>
    /// <param name="bias">[4H].</param>
    /// <param name="cell">[H]: c.</param>
    /// <param name="next">[2H]: h', c'.</param>
    public static void Forward(int hidden, Span<float> gates, ReadOnlySpan<float> bias, ReadOnlySpan<float> cell, Span<float> next)
    {
        CheckSizes(hidden, gates.Length, bias.Length, cell.Length, next.Length);
        var done = 0;
        fixed (float* g = gates, b = bias, c = cell, n = next)
        {
            if (Vector512.IsHardwareAccelerated) done = Forward<Lanes512, Vector512<float>>(hidden, g, b, c, n);
            else if (Vector256.IsHardwareAccelerated) done = Forward<Lanes256, Vector256<float>>(hidden, g, b, c, n);
            else if (Vector128.IsHardwareAccelerated) done = Forward<Lanes128, Vector128<float>>(hidden, g, b, c, n);
        }
        ReferenceKernels.LstmForward(hidden, done, gates, bias, cell, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Forward<L, V>(int hidden, float* gates, float* bias, float* cell, float* next) where L : struct, ILanes<V> where V : struct
    {
        float* gi = gates, gf = gates + hidden, gg = gf + hidden, go = gg + hidden;
        float* bi = bias, bf = bias + hidden, bg = bf + hidden, bo = bg + hidden;
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            var i = Activations.Sigmoid<L, V>(L.Add(L.Load(gi + j), L.Load(bi + j)));
            var f = Activations.Sigmoid<L, V>(L.Add(L.Load(gf + j), L.Load(bf + j)));
            var g = Activations.Tanh<L, V>(L.Add(L.Load(gg + j), L.Load(bg + j)));
            var o = Activations.Sigmoid<L, V>(L.Add(L.Load(go + j), L.Load(bo + j)));
            var c = L.MultiplyAdd(f, L.Load(cell + j), L.Multiply(i, g));
            L.Store(i, gi + j); L.Store(f, gf + j); L.Store(g, gg + j); L.Store(o, go + j);
            L.Store(c, next + hidden + j);
            L.Store(L.Multiply(o, Activations.Tanh<L, V>(c)), next + j);
        }
        return j;
    }

    /// <summary>Backward.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="gates">[4H]: in i, f, g, o, out their gradients before the activations.</param>
    /// <param name="cell">[H]: c.</param>
    /// <param name="nextCell">[H]: c'.</param>
    /// <param name="gradient">[2H]: in dh', dc'; out 0 (all of dh goes through the product), dc.</param>
    public static void Backward(int hidden, Span<float> gates, ReadOnlySpan<float> cell, ReadOnlySpan<float> nextCell, Span<float> gradient)
    {
        CheckSizes(hidden, gates.Length, 4 * hidden, Math.Min(cell.Length, nextCell.Length), gradient.Length);
        var done = 0;
        fixed (float* g = gates, c = cell, n = nextCell, d = gradient)
        {
            if (Vector512.IsHardwareAccelerated) done = Backward<Lanes512, Vector512<float>>(hidden, g, c, n, d);
            else if (Vector256.IsHardwareAccelerated) done = Backward<Lanes256, Vector256<float>>(hidden, g, c, n, d);
            else if (Vector128.IsHardwareAccelerated) done = Backward<Lanes128, Vector128<float>>(hidden, g, c, n, d);
        }
        ReferenceKernels.LstmBackward(hidden, done, gates, cell, nextCell, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Backward<L, V>(int hidden, float* gates, float* cell, float* nextCell, float* gradient) where L : struct, ILanes<V> where V : struct
    {
        float* gi = gates, gf = gates + hidden, gg = gf + hidden, go = gg + hidden, dcell = gradient + hidden;
        V one = L.Create(1f), zero = L.Create(0f);
        var j = 0;
        for (; j <= hidden - L.Width; j += L.Width)
        {
            V i = L.Load(gi + j), f = L.Load(gf + j), g = L.Load(gg + j), o = L.Load(go + j), dh = L.Load(gradient + j);
            var tanh = Activations.Tanh<L, V>(L.Load(nextCell + j));
            var dc = L.MultiplyAdd(L.Multiply(dh, o), L.Subtract(one, L.Multiply(tanh, tanh)), L.Load(dcell + j));
            L.Store(L.Multiply(L.Multiply(dc, g), L.Multiply(i, L.Subtract(one, i))), gi + j);
            L.Store(L.Multiply(L.Multiply(dc, L.Load(cell + j)), L.Multiply(f, L.Subtract(one, f))), gf + j);
            L.Store(L.Multiply(L.Multiply(dc, i), L.Subtract(one, L.Multiply(g, g))), gg + j);
            L.Store(L.Multiply(L.Multiply(dh, tanh), L.Multiply(o, L.Subtract(one, o))), go + j);
            L.Store(L.Multiply(dc, f), dcell + j);
            L.Store(zero, gradient + j);
        }
        return j;
    }

    private static void CheckSizes(int hidden, int gates, int bias, int cell, int state)
    {
        if (gates < 4 * hidden || bias < 4 * hidden || cell < hidden || state < 2 * hidden)
            throw new ArgumentException($"An LSTM step of {hidden} units got buffers of {gates}, {bias}, {cell} and {state} values.");
    }
}
