// The right-hand operand of a product, rearranged into the panels that the product kernel reads front to back.
namespace GruMlNet.Engine.Kernels;

/// <summary>
/// A matrix [depth, columns] stored as panels of <see cref="PanelWidth"/> columns, each panel [depth, PanelWidth]
/// contiguous and zero-padded on the right. A panel is three vectors wide: with a row tile of four, the twelve
/// accumulators hide the latency of the multiply-add and leave registers for the operands.
/// </summary>
internal sealed class PackedMatrix(int depthCapacity, int columnCapacity)
{
    // Made when first packed: a description of a huge network costs nothing until there are weights for it.
    private AlignedBuffer? _panels;

    /// <summary>Columns of a panel: three vectors of the widest kind in use on this machine.</summary>
    public static int PanelWidth => 3 * MatMul.VectorWidth;

    public int DepthCapacity { get; } = depthCapacity;

    public int ColumnCapacity { get; } = columnCapacity;

    /// <summary>Columns in use; at most <see cref="ColumnCapacity"/>.</summary>
    public int Columns { get; private set; } = columnCapacity;

    /// <summary>Rows in use; at most <see cref="DepthCapacity"/>.</summary>
    public int Depth { get; private set; } = depthCapacity;

    public int PanelCount => RoundUp(Columns) / PanelWidth;

    public Span<float> Panel(int index) => _panels!.Span.Slice(index * Depth * PanelWidth, Depth * PanelWidth);

    /// <summary>Fills all columns: element (k, j) is read from <paramref name="source"/>[k·depthStride + j·columnStride].</summary>
    public void Pack(ReadOnlySpan<float> source, int depth, int depthStride, int columnStride) => Pack(source, depth, ColumnCapacity, depthStride, columnStride);

    /// <summary>Fills the panels with a matrix that may be smaller than the capacity.</summary>
    public void Pack(ReadOnlySpan<float> source, int depth, int columns, int depthStride, int columnStride)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, DepthCapacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, ColumnCapacity);
        _panels ??= new AlignedBuffer(checked(DepthCapacity * RoundUp(ColumnCapacity)));
        (Depth, Columns) = (depth, columns);
        var width = PanelWidth;
        for (var p = 0; p < PanelCount; p++)
        {
            var panel = Panel(p);
            var first = p * width;
            var valid = Math.Min(width, Columns - first);
            for (var k = 0; k < depth; k++)
            {
                var row = panel.Slice(k * width, width);
                var from = k * depthStride + first * columnStride;
                if (columnStride == 1)
                    source.Slice(from, valid).CopyTo(row);
                else
                    for (var j = 0; j < valid; j++) row[j] = source[from + j * columnStride];
                row[valid..].Clear();
            }
        }
    }

    private static int RoundUp(int columns) => (columns + PanelWidth - 1) / PanelWidth * PanelWidth;
}
