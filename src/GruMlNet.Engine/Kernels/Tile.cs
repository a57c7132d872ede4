// The register tile: a few rows times a few vectors of a product, the one inner loop that training and inference spend their time in.
using System.Runtime.CompilerServices;

namespace GruMlNet.Engine.Kernels;

/// <summary>A number known when a kernel is compiled: branches on it cost nothing.</summary>
internal interface INumber
{
    static abstract int Value { get; }
}

internal readonly struct One : INumber
{
    public static int Value => 1;
}

internal readonly struct Two : INumber
{
    public static int Value => 2;
}

internal readonly struct Three : INumber
{
    public static int Value => 3;
}

internal readonly struct Four : INumber
{
    public static int Value => 4;
}

internal readonly struct Eight : INumber
{
    public static int Value => 8;
}

/// <summary>The left operand of a tile: element (i, k) with k = g·Run + j lies at i·Row + g·Group + j·Step.</summary>
internal readonly record struct TileLeft(nint Row, nint Step, nint Run, nint Groups, nint Group);

/// <summary>
/// c = start + a·b for R rows (1, 4 or 8) by N vectors (1 to 3). Each of the R·N sums lives in a register and is formed in the order of k, so
/// the shape of the tile changes no bit of a result. Twenty-four sums leave room in the 32 registers of AVX-512, twelve in the 16 of AVX2.
/// </summary>
internal static unsafe class Tile<L, V, R, N> where L : struct, ILanes<V> where V : struct where R : struct, INumber where N : struct, INumber
{
    /// <summary>Computes one tile.</summary>
    /// <param name="a">Its first row's first element.</param>
    /// <param name="left">How to go on from there.</param>
    /// <param name="b">N vectors side by side for k = 0.</param>
    /// <param name="bRow">From one k to the next.</param>
    /// <param name="start">What the sums start from.</param>
    /// <param name="startRow">From one row of it to the next: 0 where all start alike.</param>
    /// <param name="startColumn">From one vector of it to the next.</param>
    /// <param name="c">The result; may be <paramref name="start"/>.</param>
    /// <param name="cRow">From one row of it to the next.</param>
    /// <param name="cColumn">From one vector of it to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, in TileLeft left, float* b, nint bRow, float* start, nint startRow, nint startColumn, float* c, nint cRow, nint cColumn)
    {
        nint w = L.Width, row = left.Row, step = left.Step, run = left.Run, skip = left.Group - left.Run * left.Step;
        float* a1 = a + row, a2 = a1 + row, a3 = a2 + row, a4 = a3 + row, a5 = a4 + row, a6 = a5 + row, a7 = a6 + row;
        V c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32, c40, c41, c42, c50, c51, c52, c60, c61, c62, c70, c71, c72;
        Unsafe.SkipInit(out c10); Unsafe.SkipInit(out c11); Unsafe.SkipInit(out c12); Unsafe.SkipInit(out c20); Unsafe.SkipInit(out c21); Unsafe.SkipInit(out c22);
        Unsafe.SkipInit(out c30); Unsafe.SkipInit(out c31); Unsafe.SkipInit(out c32); Unsafe.SkipInit(out c40); Unsafe.SkipInit(out c41); Unsafe.SkipInit(out c42);
        Unsafe.SkipInit(out c50); Unsafe.SkipInit(out c51); Unsafe.SkipInit(out c52); Unsafe.SkipInit(out c60); Unsafe.SkipInit(out c61); Unsafe.SkipInit(out c62);
        Unsafe.SkipInit(out c70); Unsafe.SkipInit(out c71); Unsafe.SkipInit(out c72);
        Get(start, startColumn, out c00, out c01, out c02);
        if (R.Value > 1)
        {
            Get(start + startRow, startColumn, out c10, out c11, out c12);
            Get(start + 2 * startRow, startColumn, out c20, out c21, out c22);
            Get(start + 3 * startRow, startColumn, out c30, out c31, out c32);
        }
        if (R.Value > 4)
        {
            Get(start + 4 * startRow, startColumn, out c40, out c41, out c42);
            Get(start + 5 * startRow, startColumn, out c50, out c51, out c52);
            Get(start + 6 * startRow, startColumn, out c60, out c61, out c62);
            Get(start + 7 * startRow, startColumn, out c70, out c71, out c72);
        }
        nint k = 0;
        for (var g = left.Groups; g > 0; g--)
        {
            for (var j = run; j > 0; j--)
            {
                V b0 = L.Load(b), b1 = N.Value > 1 ? L.Load(b + w) : default, b2 = N.Value > 2 ? L.Load(b + 2 * w) : default;
                Add(L.Create(a[k]), b0, b1, b2, ref c00, ref c01, ref c02);
                if (R.Value > 1)
                {
                    Add(L.Create(a1[k]), b0, b1, b2, ref c10, ref c11, ref c12);
                    Add(L.Create(a2[k]), b0, b1, b2, ref c20, ref c21, ref c22);
                    Add(L.Create(a3[k]), b0, b1, b2, ref c30, ref c31, ref c32);
                }
                if (R.Value > 4)
                {
                    Add(L.Create(a4[k]), b0, b1, b2, ref c40, ref c41, ref c42);
                    Add(L.Create(a5[k]), b0, b1, b2, ref c50, ref c51, ref c52);
                    Add(L.Create(a6[k]), b0, b1, b2, ref c60, ref c61, ref c62);
                    Add(L.Create(a7[k]), b0, b1, b2, ref c70, ref c71, ref c72);
                }
                k += step;
                b += bRow;
            }
            k += skip;
        }
        Put(c00, c01, c02, c, cColumn);
        if (R.Value > 1)
        {
            Put(c10, c11, c12, c + cRow, cColumn);
            Put(c20, c21, c22, c + 2 * cRow, cColumn);
            Put(c30, c31, c32, c + 3 * cRow, cColumn);
        }
        if (R.Value > 4)
        {
            Put(c40, c41, c42, c + 4 * cRow, cColumn);
            Put(c50, c51, c52, c + 5 * cRow, cColumn);
            Put(c60, c61, c62, c + 6 * cRow, cColumn);
            Put(c70, c71, c72, c + 7 * cRow, cColumn);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Get(float* from, nint column, out V v0, out V v1, out V v2)
    {
        v0 = L.Load(from);
        v1 = N.Value > 1 ? L.Load(from + column) : default;
        v2 = N.Value > 2 ? L.Load(from + 2 * column) : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(V x, V b0, V b1, V b2, ref V c0, ref V c1, ref V c2)
    {
        c0 = L.MultiplyAdd(x, b0, c0);
        if (N.Value > 1) c1 = L.MultiplyAdd(x, b1, c1);
        if (N.Value > 2) c2 = L.MultiplyAdd(x, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V v0, V v1, V v2, float* to, nint column)
    {
        L.Store(v0, to);
        if (N.Value > 1) L.Store(v1, to + column);
        if (N.Value > 2) L.Store(v2, to + 2 * column);
    }
}

/// <summary>How two panels for a single row are stored.</summary>
internal unsafe interface IPanelPair
{
    /// <summary>A vector of the first panel, and the same vector of the second one, which lies <paramref name="panel"/> behind it.</summary>
    static abstract void Load<L, V>(float* values, nint panel, out V first, out V second) where L : struct, ILanes<V> where V : struct;
}

internal readonly unsafe struct FloatPair : IPanelPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<L, V>(float* values, nint panel, out V first, out V second) where L : struct, ILanes<V> where V : struct => (first, second) = (L.Load(values), L.Load(values + panel));
}

/// <summary>Both panels in the place of one, each in half of every float: a single row's product takes as long as its weights take to arrive.</summary>
internal readonly unsafe struct BFloat16Pair : IPanelPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<L, V>(float* values, nint panel, out V first, out V second) where L : struct, ILanes<V> where V : struct
    {
        var both = L.Load(values);
        (first, second) = (L.FromLowerHalf(both), L.FromUpperHalf(both));
    }
}

/// <summary>One row against two panels at a time: the sums of one panel are too few to hide the latency of the multiply-add.</summary>
internal static unsafe class RowPair<L, V, N, S> where L : struct, ILanes<V> where V : struct where N : struct, INumber where S : struct, IPanelPair
{
    /// <summary>As in <see cref="Tile{L, V, R, N}"/>, for a panel and the one that lies <paramref name="bPanel"/>, <paramref name="startPanel"/> and <paramref name="cPanel"/> behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, in TileLeft left, float* b, nint bPanel, nint bRow, float* start, nint startPanel, nint startColumn, float* c, nint cPanel, nint cColumn)
    {
        nint w = L.Width, step = left.Step, run = left.Run, skip = left.Group - left.Run * left.Step;
        float* more = start + startPanel;
        V c0 = L.Load(start), c1 = N.Value > 1 ? L.Load(start + startColumn) : default, c2 = N.Value > 2 ? L.Load(start + 2 * startColumn) : default;
        V c3 = L.Load(more), c4 = N.Value > 1 ? L.Load(more + startColumn) : default, c5 = N.Value > 2 ? L.Load(more + 2 * startColumn) : default;
        for (var g = left.Groups; g > 0; g--)
        {
            for (var j = run; j > 0; j--)
            {
                var x = L.Create(*a);
                S.Load<L, V>(b, bPanel, out var first, out var second);
                (c0, c3) = (L.MultiplyAdd(x, first, c0), L.MultiplyAdd(x, second, c3));
                if (N.Value > 1)
                {
                    S.Load<L, V>(b + w, bPanel, out first, out second);
                    (c1, c4) = (L.MultiplyAdd(x, first, c1), L.MultiplyAdd(x, second, c4));
                }
                if (N.Value > 2)
                {
                    S.Load<L, V>(b + 2 * w, bPanel, out first, out second);
                    (c2, c5) = (L.MultiplyAdd(x, first, c2), L.MultiplyAdd(x, second, c5));
                }
                a += step;
                b += bRow;
            }
            a += skip;
        }
        L.Store(c0, c); L.Store(c3, c + cPanel);
        if (N.Value > 1) { L.Store(c1, c + cColumn); L.Store(c4, c + cPanel + cColumn); }
        if (N.Value > 2) { L.Store(c2, c + 2 * cColumn); L.Store(c5, c + cPanel + 2 * cColumn); }
    }
}
