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
    public static void Multiply(int rows, LeftOperand a, RightOperand b, VectorGrid start, VectorGrid c)
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
    public static void Multiply(int rows, LeftOperand a, PackedMatrix b, Span<float> bias, Span<float> c, bool add = false)
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
            if (add) CopyRows(count, rest, c[(i * columns + whole * w)..], columns, buffer, w);
            Multiply(count, a.From(i), b.LastStrip, add ? edge : bias.IsEmpty ? FromZero : new VectorGrid(bias[(whole * w)..], 0, 0, 0), edge);
            CopyRows(count, rest, buffer, w, c[(i * columns + whole * w)..], columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(int rows, int count, ReadOnlySpan<float> source, int sourceRow, Span<float> target, int targetRow)
    {
        for (var r = 0; r < rows; r++) source.Slice(r * sourceRow, count).CopyTo(target[(r * targetRow)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels<L, V, R>(int rows, LeftOperand a, RightOperand b, VectorGrid start, VectorGrid c) where L : struct, ILanes<V> where V : struct where R : struct, INumber
    {
        fixed (float* pa = a.Values, pb = b.Values, ps = start.Values, pc = c.Values)
        {
            for (var p = 0; p < b.Panels; p++)
            {
                float* panel = pb + p * b.Panel, from = ps + p * start.Panel, to = pc + p * c.Panel;
                switch (b.VectorsOf(p))
                {
                    case 1: Rows<L, V, R, One>(rows, pa, a, panel, b.Row, from, start, to, c); break;
                    case 2: Rows<L, V, R, Two>(rows, pa, a, panel, b.Row, from, start, to, c); break;
                    default: Rows<L, V, R, Three>(rows, pa, a, panel, b.Row, from, start, to, c); break;
                }
            }
        }
    }

    /// <summary>All rows against one panel: tiles of R rows, then of four, then single rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<L, V, R, N>(int rows, float* pa, LeftOperand a, float* b, nint bRow, float* from, VectorGrid start, float* to, VectorGrid c)
        where L : struct, ILanes<V> where V : struct where R : struct, INumber where N : struct, INumber
    {
        var left = a.Strides;
        for (var first = 0; first < rows; first += Math.Min(rows, a.BundleRows))
        {
            var end = Math.Min(rows, first + Math.Min(rows, a.BundleRows));
            float* row = pa + a.RowStart(first);
            var i = first;
            for (; i + R.Value <= end; i += R.Value)
                Tile<L, V, R, N>.Multiply(row + (i - first) * left.Row, left, b, bRow, from + i * start.Row, start.Row, start.Column, to + i * c.Row, c.Row, c.Column);
            for (; i + 4 <= end; i += 4)
                Tile<L, V, Four, N>.Multiply(row + (i - first) * left.Row, left, b, bRow, from + i * start.Row, start.Row, start.Column, to + i * c.Row, c.Row, c.Column);
            for (; i < end; i++)
                Tile<L, V, One, N>.Multiply(row + (i - first) * left.Row, left, b, bRow, from + i * start.Row, start.Row, start.Column, to + i * c.Row, c.Row, c.Column);
        }
    }
}
