// The right-hand operand of a product, rearranged into the panels that the product kernel reads front to back.
using System.Runtime.InteropServices;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// A matrix [depth, columns] stored as panels of up to three vectors of columns, each panel [depth, vectors] contiguous. A column strip, one
/// vector wide, is what is packed at a time; what a strip does not fill stays zero.
/// </summary>
/// <param name="depthCapacity">Rows.</param>
/// <param name="columns">Columns; a multiple of the vector width where strips stand for groups of hidden units.</param>
/// <param name="panelVectors">Vectors of a panel, 1 to 3.</param>
internal sealed class PackedMatrix(int depthCapacity, int columns, int panelVectors = 3)
{
    private readonly int _depthCapacity = depthCapacity;

    // Made when first packed: a description of a huge network costs nothing until there are weights for it.
    private AlignedBuffer? _panels;
    private AlignedBuffer? _pairs;

    public int Columns { get; } = columns;

    public int PanelVectors { get; } = panelVectors;

    /// <summary>Rows in use; at most the capacity.</summary>
    public int Depth { get; private set; } = depthCapacity;

    public int Strips { get; } = (columns + MatMul.VectorWidth - 1) / MatMul.VectorWidth;

    /// <summary>Columns with the last vector filled up.</summary>
    public int PaddedColumns => Strips * MatMul.VectorWidth;

    public int Panels { get; } = ((columns + MatMul.VectorWidth - 1) / MatMul.VectorWidth + panelVectors - 1) / panelVectors;

    /// <summary>The whole matrix, for the product.</summary>
    public RightOperand Right => First(Panels, Strips);

    private int Row => PanelVectors * MatMul.VectorWidth;

    /// <summary>Its first columns.</summary>
    public RightOperand FirstStrips(int count) => First((count + PanelVectors - 1) / PanelVectors, count);

    /// <summary>Its last column strip.</summary>
    public RightOperand LastStrip => new(Values[StripStart(Strips - 1)..], 1, 1, 1, Row, 0);

    private ReadOnlySpan<float> Values => _panels is null ? default : _panels.Span;

    private RightOperand First(int panels, int strips) =>
        new(Values, panels, PanelVectors, strips - (panels - 1) * PanelVectors, Row, Depth * Row) { Pairs = _pairs is null ? default : _pairs.Span };

    private int StripStart(int strip) => strip / PanelVectors * Depth * Row + strip % PanelVectors * MatMul.VectorWidth;

    /// <summary>Fills all columns: element (k, j) is read from <paramref name="source"/>[k·depthStride + j·columnStride].</summary>
    public void Pack(ReadOnlySpan<float> source, int depth, int depthStride, int columnStride)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, _depthCapacity);
        Depth = depth;
        var w = MatMul.VectorWidth;
        for (var s = 0; s < Strips; s++) PackStrip(s, 0, depth, Math.Min(w, Columns - s * w), source[Math.Min(source.Length, s * w * columnStride)..], depthStride, columnStride);
    }

    /// <summary>Keeps the panels in 16 bits, too: two panels in the place of one. The values must be bfloat16 numbers.</summary>
    public void KeepPairs()
    {
        var panel = Depth * Row;
        _pairs ??= new AlignedBuffer(Panels / 2 * panel);
        ReadOnlySpan<uint> values = MemoryMarshal.Cast<float, uint>(Values);
        var pairs = MemoryMarshal.Cast<float, uint>(_pairs.Span);
        for (var i = 0; i < pairs.Length; i++)
        {
            var first = i / panel * 2 * panel + i % panel;
            pairs[i] = (values[first] >> 16) | values[first + panel];
        }
    }

    /// <summary>Fills a part of one strip: element (k, j) is read from <paramref name="source"/>[(k − firstDepth)·depthStride + j·columnStride].</summary>
    public void PackStrip(int strip, int firstDepth, int depth, int count, ReadOnlySpan<float> source, int depthStride, int columnStride)
    {
        _panels ??= new AlignedBuffer(checked(_depthCapacity * Panels * Row));
        var target = _panels.Span[(StripStart(strip) + firstDepth * Row)..];
        if (columnStride == 1)
            VectorOps.CopyRows(depth, count, source, depthStride, target, Row);
        else
            VectorOps.Transpose(source, columnStride, depthStride, count, depth, target, Row);
    }
}
