// The one matrix product of the engine: forward products, backward products and weight gradients are all made of it.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// c[i, j] = start[i, j] + Σ_k a[i, k]·b[k, j], panel by panel of b: a panel stays in the nearest cache while all row tiles use it. Every sum is
/// formed in the order of k, so a row's result does not depend on the rows around it.
/// </summary>
internal static unsafe class MatMul
{
    private static readonly AlignedBuffer Zeros = new(16);

    /// <summary>Floats per vector of the widest kind that this machine accelerates; 1 where it accelerates none.</summary>
    public static int VectorWidth => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : Vector128.IsHardwareAccelerated ? 4 : 1;

    /// <summary>A start of zeros.</summary>
    public static VectorGrid FromZero => new(Zeros.Span, 0, 0, 0);

    /// <summary>Computes <paramref name="rows"/> rows of the product.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="a">Left operand; its depth is the length of the sums, 0 copies the start.</param>
    /// <param name="b">Right operand, at least as deep.</param>
    /// <param name="start">What the sums start from; may be <paramref name="c"/>.</param>
    /// <param name="c">The result, in whole vectors; must not overlap a.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, in LeftOperand a, in RightOperand b, in VectorGrid start, in VectorGrid c)
    {
        if (rows == 0) return;
        a.Check(rows);
        b.Check(a.Depth);
        start.Check(rows, b, "start");
        c.Check(rows, b, "result");
        if (Vector512.IsHardwareAccelerated) Panels<Lanes512, Vector512<float>, Eight>(rows, a, b, start, c);
        else if (Vector256.IsHardwareAccelerated) Panels<Lanes256, Vector256<float>, Four>(rows, a, b, start, c);
        else if (Vector128.IsHardwareAccelerated) Panels<Lanes128, Vector128<float>, Four>(rows, a, b, start, c);
        else Panels<Lanes1, float, Four>(rows, a, b, start, c);
    }

    /// <summary>A product with an ordinary row-major result, whose last columns need not fill a vector.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand.</param>
    /// <param name="bias">One value per column of b's panels (<see cref="PackedMatrix.PaddedColumns"/>) that the sums start from; empty for zeros. Not looked at when adding.</param>
    /// <param name="c">[rows, b.Columns], overwritten or added to.</param>
    /// <param name="add">Whether to add to c.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, in LeftOperand a, PackedMatrix b, Span<float> bias, Span<float> c, bool add = false)
    {
        if (rows == 0 || b.Columns == 0) return;
        int w = VectorWidth, columns = b.Columns, panel = b.PanelVectors * w, whole = columns / w, rest = columns - whole * w;
        if (c.Length < rows * columns) throw new ArgumentException($"The result of a product needs {rows * columns} values, got {c.Length}.", nameof(c));
        if (!bias.IsEmpty && bias.Length < b.PaddedColumns) throw new ArgumentException($"The bias of a product needs {b.PaddedColumns} values, got {bias.Length}.", nameof(bias));
        if (whole > 0)
        {
            var target = new VectorGrid(c, columns, panel, w);
            Multiply(rows, a, b.FirstStrips(whole), add ? target : bias.IsEmpty ? FromZero : new VectorGrid(bias, 0, panel, w), target);
        }
        if (rest == 0) return;
        // The last vector of a row would reach into the next row: it goes through a buffer.
        const int BufferRows = 64;
        Span<float> buffer = stackalloc float[BufferRows * w];
        var edge = new VectorGrid(buffer, w, 0, 0);
        for (var i = 0; i < rows; i += BufferRows)
        {
            var count = Math.Min(BufferRows, rows - i);
            if (add) VectorOps.CopyRows(count, rest, c[(i * columns + whole * w)..], columns, buffer, w);
            Multiply(count, a.From(i), b.LastStrip, add ? edge : bias.IsEmpty ? FromZero : new VectorGrid(bias[(whole * w)..], 0, 0, 0), edge);
            VectorOps.CopyRows(count, rest, buffer, w, c[(i * columns + whole * w)..], columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels<L, V, R>(int rows, in LeftOperand a, in RightOperand b, in VectorGrid start, in VectorGrid c) where L : struct, ILanes<V> where V : struct where R : struct, INumber
    {
        var bundle = Math.Min(rows, a.BundleRows);
        fixed (float* pa = a.Values, pb = b.Values, ps = start.Values, pc = c.Values, pairs = b.Pairs)
        {
            for (var p = 0; p < b.Panels; p++)
            {
                float* panel = pb + p * b.Panel, from = ps + p * start.Panel, to = pc + p * c.Panel;
                var vectors = b.VectorsOf(p);
                if (rows == 1 && p + 1 < b.Panels && b.VectorsOf(p + 1) == vectors)
                {
                    if (pairs is null) Pair<L, V, FloatPair>(vectors, pa, a.Strides, panel, b, from, start, to, c);
                    else Pair<L, V, BFloat16Pair>(vectors, pa, a.Strides, pairs + p / 2 * b.Panel, b, from, start, to, c);
                    p++;
                    continue;
                }
                float* row = pa;
                for (var left = rows; left > 0; left -= bundle, row += a.Bundle, from += bundle * start.Row, to += bundle * c.Row)
                {
                    switch (vectors)
                    {
                        case 1: Rows<L, V, R, One>(Math.Min(left, bundle), row, a.Strides, panel, b.Row, from, start.Row, start.Column, to, c.Row, c.Column); break;
                        case 2: Rows<L, V, R, Two>(Math.Min(left, bundle), row, a.Strides, panel, b.Row, from, start.Row, start.Column, to, c.Row, c.Column); break;
                        default: Rows<L, V, R, Three>(Math.Min(left, bundle), row, a.Strides, panel, b.Row, from, start.Row, start.Column, to, c.Row, c.Column); break;
                    }
                }
            }
        }
    }

    /// <summary>A single row against a panel and the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair<L, V, S>(int vectors, float* a, in TileLeft left, float* panel, in RightOperand b, float* from, in VectorGrid start, float* to, in VectorGrid c)
        where L : struct, ILanes<V> where V : struct where S : struct, IPanelPair
    {
        switch (vectors)
        {
            case 1: RowPair<L, V, One, S>.Multiply(a, left, panel, b.Panel, b.Row, from, start.Panel, start.Column, to, c.Panel, c.Column); break;
            case 2: RowPair<L, V, Two, S>.Multiply(a, left, panel, b.Panel, b.Row, from, start.Panel, start.Column, to, c.Panel, c.Column); break;
            default: RowPair<L, V, Three, S>.Multiply(a, left, panel, b.Panel, b.Row, from, start.Panel, start.Column, to, c.Panel, c.Column); break;
        }
    }

    /// <summary>Some rows against one panel: tiles of R rows, then of four, then single rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<L, V, R, N>(int rows, float* a, in TileLeft left, float* b, nint bRow, float* start, nint startRow, nint startColumn, float* c, nint cRow, nint cColumn)
        where L : struct, ILanes<V> where V : struct where R : struct, INumber where N : struct, INumber
    {
        var i = 0;
        for (; i + R.Value <= rows; i += R.Value) Tile<L, V, R, N>.Multiply(a + i * left.Row, left, b, bRow, start + i * startRow, startRow, startColumn, c + i * cRow, cRow, cColumn);
        for (; i + 4 <= rows; i += 4) Tile<L, V, Four, N>.Multiply(a + i * left.Row, left, b, bRow, start + i * startRow, startRow, startColumn, c + i * cRow, cRow, cColumn);
        for (; i < rows; i++) Tile<L, V, One, N>.Multiply(a + i * left.Row, left, b, bRow, start + i * startRow, startRow, startColumn, c + i * cRow, cRow, cColumn);
    }
}
