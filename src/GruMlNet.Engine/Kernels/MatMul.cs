// The one matrix product of the engine: rows of a strided left operand times a packed right operand.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// c[i, j] = Σ_k a[i, k]·b[k, j], optionally added to what c holds. The left operand is addressed by two strides, so the
/// same kernel serves the forward product (rows of activations) and the weight gradients (columns of activations).
/// Plain twin: <see cref="ReferenceKernels.Multiply"/>.
/// </summary>
internal static unsafe class MatMul
{
    /// <summary>Depth of one pass: a panel slice of 128 rows (12 kB with 256-bit vectors) stays in the L1 cache while all row tiles use it.</summary>
    private const int DepthBlock = 128;

    /// <summary>Floats per vector of the widest kind that this machine accelerates (4 where it accelerates none).</summary>
    public static int VectorWidth => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>Computes <paramref name="rows"/> rows of the product.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="a">Left operand: element (i, k) at a[i·aRowStride + k·aDepthStride].</param>
    /// <param name="aRowStride">Distance between rows of a.</param>
    /// <param name="aDepthStride">Distance between neighbours along the summed dimension.</param>
    /// <param name="b">Right operand, packed; its depth is the length of the sum.</param>
    /// <param name="c">Result [rows, b.Columns] with row stride <paramref name="cRowStride"/>; must not overlap a.</param>
    /// <param name="cRowStride">Distance between rows of c, at least b.Columns.</param>
    /// <param name="accumulate">Add to c instead of overwriting it.</param>
    public static void Multiply(int rows, ReadOnlySpan<float> a, int aRowStride, int aDepthStride, PackedMatrix b, Span<float> c, int cRowStride, bool accumulate)
    {
        if (rows == 0 || b.Columns == 0) return;
        CheckBounds(rows, a.Length, aRowStride, aDepthStride, b, c.Length, cRowStride);
        if (Vector512.IsHardwareAccelerated) Run<Lanes512, Vector512<float>>(rows, a, aRowStride, aDepthStride, b, c, cRowStride, accumulate);
        else if (Vector256.IsHardwareAccelerated) Run<Lanes256, Vector256<float>>(rows, a, aRowStride, aDepthStride, b, c, cRowStride, accumulate);
        else if (Vector128.IsHardwareAccelerated) Run<Lanes128, Vector128<float>>(rows, a, aRowStride, aDepthStride, b, c, cRowStride, accumulate);
        else ReferenceKernels.Multiply(rows, a, aRowStride, aDepthStride, b, c, cRowStride, accumulate);
    }

    private static void CheckBounds(int rows, int aLength, int aRowStride, int aDepthStride, PackedMatrix b, int cLength, int cRowStride)
    {
        var lastA = (long)(rows - 1) * aRowStride + (long)Math.Max(0, b.Depth - 1) * aDepthStride;
        var lastC = (long)(rows - 1) * cRowStride + b.Columns - 1;
        if (b.Depth > 0 && lastA >= aLength) throw new ArgumentException($"Left operand needs {lastA + 1} values, got {aLength}.", nameof(aLength));
        if (lastC >= cLength) throw new ArgumentException($"Result needs {lastC + 1} values, got {cLength}.", nameof(cLength));
    }

    /// <summary>The product in vectors of one width; <see cref="PackedMatrix.PanelWidth"/> must be three of them.</summary>
    private static void Run<L, V>(int rows, ReadOnlySpan<float> a, int aRowStride, int aDepthStride, PackedMatrix b, Span<float> c, int cRowStride, bool accumulate)
        where L : struct, ILanes<V> where V : struct
    {
        fixed (float* pa = a, pc = c)
        {
            var tiled = rows - rows % 4;
            for (var p = 0; p < b.PanelCount && tiled > 0; p++)
                Panel4<L, V>(tiled, pa, aRowStride, aDepthStride, b, p, pc, cRowStride, accumulate);
            for (var i = tiled; i < rows; i++)
                Row<L, V>(pa + (nint)i * aRowStride, aDepthStride, b, pc + (nint)i * cRowStride, accumulate);
        }
    }

    /// <summary>All whole tiles of four rows against one panel.</summary>
    private static void Panel4<L, V>(int rows, float* a, nint aRow, nint aDepth, PackedMatrix b, int panel, float* c, int cRow, bool accumulate)
        where L : struct, ILanes<V> where V : struct
    {
        var width = 3 * L.Width;
        var first = panel * width;
        var valid = Math.Min(width, b.Columns - first);
        var edge = stackalloc float[4 * 3 * 16];
        fixed (float* pb = b.Panel(panel))
        {
            for (var k = 0; k == 0 || k < b.Depth; k += DepthBlock)
            {
                var depth = Math.Min(DepthBlock, b.Depth - k);
                var add = accumulate || k > 0;
                for (var i = 0; i < rows; i += 4)
                {
                    float* from = a + i * aRow + k * aDepth;
                    float* target = c + (nint)i * cRow + first;
                    if (valid == width)
                    {
                        Tile4<L, V>(from, aRow, aDepth, pb + k * width, depth, target, cRow, add);
                    }
                    else if (valid == 2 * L.Width)
                    {
                        Tile4Narrow<L, V>(from, aRow, aDepth, pb + k * width, depth, target, cRow, add);
                    }
                    else
                    {
                        if (add) CopyRows(target, cRow, edge, width, 4, valid);
                        if (valid < 2 * L.Width) Tile4Narrow<L, V>(from, aRow, aDepth, pb + k * width, depth, edge, width, add);
                        else Tile4<L, V>(from, aRow, aDepth, pb + k * width, depth, edge, width, add);
                        CopyRows(edge, width, target, cRow, 4, valid);
                    }
                }
            }
        }
    }

    /// <summary>
    /// One row against all panels, two at a time: six sums, because three do not hide the latency of the multiply-add. Every sum is
    /// formed in the order that <see cref="Panel4"/> forms it in, so a row's result does not depend on the rows around it.
    /// </summary>
    private static void Row<L, V>(float* a, nint aDepth, PackedMatrix b, float* c, bool accumulate) where L : struct, ILanes<V> where V : struct
    {
        var width = 3 * L.Width;
        var edge = stackalloc float[3 * 16];
        for (var k = 0; k == 0 || k < b.Depth; k += DepthBlock)
        {
            var depth = Math.Min(DepthBlock, b.Depth - k);
            var add = accumulate || k > 0;
            for (var p = 0; p < b.PanelCount;)
            {
                var first = p * width;
                if (first + 2 * width <= b.Columns)
                {
                    fixed (float* one = b.Panel(p), two = b.Panel(p + 1)) Tile1Pair<L, V>(a + k * aDepth, aDepth, one + k * width, two + k * width, depth, c + first, add);
                    p += 2;
                    continue;
                }
                var valid = Math.Min(width, b.Columns - first);
                if (add) CopyRows(c + first, 0, edge, 0, 1, valid);
                fixed (float* one = b.Panel(p)) Tile1<L, V>(a + k * aDepth, aDepth, one + k * width, depth, edge, add);
                CopyRows(edge, 0, c + first, 0, 1, valid);
                p++;
            }
        }
    }

    private static void CopyRows(float* from, int fromStride, float* to, int toStride, int rows, int columns)
    {
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                to[i * toStride + j] = from[i * fromStride + j];
    }

    /// <summary>Four rows by three vectors: twelve sums that live in registers for the whole depth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4<L, V>(float* a, nint aRow, nint aDepth, float* b, int depth, float* c, nint cRow, bool add)
        where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        V c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        V c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        for (var k = 0; k < depth; k++)
        {
            V b0 = L.Load(b), b1 = L.Load(b + w), b2 = L.Load(b + 2 * w);
            V x = L.Create(*a);
            c00 = L.MultiplyAdd(x, b0, c00); c01 = L.MultiplyAdd(x, b1, c01); c02 = L.MultiplyAdd(x, b2, c02);
            x = L.Create(*a1);
            c10 = L.MultiplyAdd(x, b0, c10); c11 = L.MultiplyAdd(x, b1, c11); c12 = L.MultiplyAdd(x, b2, c12);
            x = L.Create(*a2);
            c20 = L.MultiplyAdd(x, b0, c20); c21 = L.MultiplyAdd(x, b1, c21); c22 = L.MultiplyAdd(x, b2, c22);
            x = L.Create(*a3);
            c30 = L.MultiplyAdd(x, b0, c30); c31 = L.MultiplyAdd(x, b1, c31); c32 = L.MultiplyAdd(x, b2, c32);
            a += aDepth; a1 += aDepth; a2 += aDepth; a3 += aDepth; b += 3 * w;
        }
        Put<L, V>(c00, c01, c02, c, add);
        Put<L, V>(c10, c11, c12, c + cRow, add);
        Put<L, V>(c20, c21, c22, c + 2 * cRow, add);
        Put<L, V>(c30, c31, c32, c + 3 * cRow, add);
    }

    /// <summary>Four rows by the first two vectors of a panel, for a last panel that has no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4Narrow<L, V>(float* a, nint aRow, nint aDepth, float* b, int depth, float* c, nint cRow, bool add)
        where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        V c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (var k = 0; k < depth; k++)
        {
            V b0 = L.Load(b), b1 = L.Load(b + w);
            V x = L.Create(*a);
            c00 = L.MultiplyAdd(x, b0, c00); c01 = L.MultiplyAdd(x, b1, c01);
            x = L.Create(*a1);
            c10 = L.MultiplyAdd(x, b0, c10); c11 = L.MultiplyAdd(x, b1, c11);
            x = L.Create(*a2);
            c20 = L.MultiplyAdd(x, b0, c20); c21 = L.MultiplyAdd(x, b1, c21);
            x = L.Create(*a3);
            c30 = L.MultiplyAdd(x, b0, c30); c31 = L.MultiplyAdd(x, b1, c31);
            a += aDepth; a1 += aDepth; a2 += aDepth; a3 += aDepth; b += 3 * w;
        }
        Put<L, V>(c00, c01, c, add);
        Put<L, V>(c10, c11, c + cRow, add);
        Put<L, V>(c20, c21, c + 2 * cRow, add);
        Put<L, V>(c30, c31, c + 3 * cRow, add);
    }

    /// <summary>One row by six vectors, three from each of two panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1Pair<L, V>(float* a, nint aDepth, float* b, float* d, int depth, float* c, bool add)
        where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        for (var k = 0; k < depth; k++)
        {
            var x = L.Create(*a);
            c0 = L.MultiplyAdd(x, L.Load(b), c0);
            c1 = L.MultiplyAdd(x, L.Load(b + w), c1);
            c2 = L.MultiplyAdd(x, L.Load(b + 2 * w), c2);
            c3 = L.MultiplyAdd(x, L.Load(d), c3);
            c4 = L.MultiplyAdd(x, L.Load(d + w), c4);
            c5 = L.MultiplyAdd(x, L.Load(d + 2 * w), c5);
            a += aDepth; b += 3 * w; d += 3 * w;
        }
        Put<L, V>(c0, c1, c2, c, add);
        Put<L, V>(c3, c4, c5, c + 3 * w, add);
    }

    /// <summary>One row by three vectors, for the last panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1<L, V>(float* a, nint aDepth, float* b, int depth, float* c, bool add)
        where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        V c0 = default, c1 = default, c2 = default;
        for (var k = 0; k < depth; k++)
        {
            var x = L.Create(*a);
            c0 = L.MultiplyAdd(x, L.Load(b), c0);
            c1 = L.MultiplyAdd(x, L.Load(b + w), c1);
            c2 = L.MultiplyAdd(x, L.Load(b + 2 * w), c2);
            a += aDepth; b += 3 * w;
        }
        Put<L, V>(c0, c1, c2, c, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<L, V>(V v0, V v1, V v2, float* c, bool add) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        if (add)
        {
            v0 = L.Add(v0, L.Load(c)); v1 = L.Add(v1, L.Load(c + w)); v2 = L.Add(v2, L.Load(c + 2 * w));
        }
        L.Store(v0, c); L.Store(v1, c + w); L.Store(v2, c + 2 * w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<L, V>(V v0, V v1, float* c, bool add) where L : struct, ILanes<V> where V : struct
    {
        nint w = L.Width;
        if (add)
        {
            v0 = L.Add(v0, L.Load(c)); v1 = L.Add(v1, L.Load(c + w));
        }
        L.Store(v0, c); L.Store(v1, c + w);
    }
}
