// The weights of some gates of a recurrent cell, packed for the forward and the backward product.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A weight matrix [N·H, K] as PyTorch lays it out, gate block after gate block, of which the blocks in <paramref name="order"/> take part.
/// Packed, the gates of one group of units lie side by side in that order, as in the slabs of gates (<see cref="UnitGroups"/>).
/// </summary>
/// <param name="weight">[N·H, K].</param>
/// <param name="hidden">H.</param>
/// <param name="order">Gate blocks, in the order of the slabs.</param>
/// <param name="depth">What the forward product sums over: K, or K filled up to whole groups where it is hidden units.</param>
internal sealed class GateWeights(ParameterSlice weight, int hidden, int[] order, int depth)
{
    private readonly int _groups = UnitGroups.Of(hidden);

    /// <summary>Gates of a group that lie side by side: three fit a tile; four make two pairs.</summary>
    public int Vectors { get; } = order.Length <= 3 ? order.Length : 2;

    /// <summary>[depth, gates]: the operand to the gates. Single gates make panels of three groups.</summary>
    public PackedMatrix Forward { get; } = new(depth, UnitGroups.Padded(hidden) * order.Length, order.Length switch { 1 => 3, <= 3 => order.Length, _ => 2 });

    /// <summary>[gates, K]: gradients of the gates to the operand's.</summary>
    public PackedMatrix Back { get; } = new(UnitGroups.Padded(hidden) * order.Length, depth);

    /// <summary>Values of the sums that the gradient of <paramref name="gates"/> blocks is collected from.</summary>
    public static int SumLength(int hidden, int gates, int depth) => checked(UnitGroups.Padded(hidden) * gates * depth);

    /// <summary>How the product of weight gradients lays out its sums: [panels, depth, vectors].</summary>
    public VectorGrid SumGrid(Span<float> sums)
    {
        var row = Vectors * MatMul.VectorWidth;
        return new VectorGrid(sums, row, depth * row, MatMul.VectorWidth);
    }

    public void Pack(ReadOnlySpan<float> parameters)
    {
        var source = weight.Of(parameters);
        int w = MatMul.VectorWidth, K = weight.Columns;
        for (var g = 0; g < _groups; g++)
        {
            var units = Math.Min(w, hidden - g * w);
            for (var v = 0; v < order.Length; v++)
            {
                var rows = source[((order[v] * hidden + g * w) * K)..];
                Forward.PackStrip(g * order.Length + v, 0, K, units, rows, depthStride: 1, columnStride: K);
                for (var s = 0; s < Back.Strips && s * w < K; s++)
                    Back.PackStrip(s, (g * order.Length + v) * w, units, Math.Min(w, K - s * w), rows[(s * w)..], depthStride: K, columnStride: 1);
            }
        }
    }

    /// <summary>Lets single rows read 16-bit weights; the weights must be rounded to them.</summary>
    public void KeepPairs() => Forward.KeepPairs();

    /// <summary>Brings sums in the layout of <see cref="SumGrid"/> into a gradient [N·H, K], of which it overwrites the blocks that take part.</summary>
    public void Collect(ReadOnlySpan<float> sums, Span<float> gradient)
    {
        int w = MatMul.VectorWidth, K = weight.Columns, row = Vectors * w;
        for (var g = 0; g < _groups; g++)
        {
            for (var v = 0; v < order.Length; v++)
            {
                var strip = g * order.Length + v;
                var from = strip / Vectors * depth * row + strip % Vectors * w;
                VectorOps.Transpose(sums[from..], row, 1, K, Math.Min(w, hidden - g * w), gradient[((order[v] * hidden + g * w) * K)..], K);
            }
        }
    }

    /// <summary>Its place among the sums of a backward pass.</summary>
    public Span<float> SumsOf(Span<float> sums) => weight.SumsOf(sums);
}
