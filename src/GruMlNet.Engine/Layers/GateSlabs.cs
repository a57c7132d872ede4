// Where the gates of a recurrent layer lie, and the products that write them, read them and gather the gradients of their weights.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// The gates of some places (steps times rows), or their gradients: slabs [count, places, row]. A row holds the gates of one group of units, each of them one vector
/// (<see cref="UnitGroups"/>); a cell with many gates has several slabs to a group.
/// </summary>
/// <param name="values">From the first place on.</param>
/// <param name="count">Slabs.</param>
/// <param name="row">Floats of a row.</param>
/// <param name="group">From one slab to the next.</param>
internal readonly ref struct GateSlabs(Span<float> values, int count, int row, int group)
{
    public Span<float> Values { get; } = values;

    /// <summary>From one slab to the next.</summary>
    public int Group { get; } = group;

    /// <summary>The same rows from the given vector on.</summary>
    public GateSlabs From(int vector) => new(Values[(vector * MatMul.VectorWidth)..], count, row, Group);

    /// <summary>Where a product over groups of units puts its result: panels of <paramref name="w"/>'s forward operand.</summary>
    public VectorGrid Grid(GateWeights w) => w.Forward.PanelVectors == w.Vectors
        ? new VectorGrid(Values, row, Group, MatMul.VectorWidth)
        : new VectorGrid(Values, row, w.Forward.PanelVectors * Group, Group); // single gates: a panel covers several groups

    /// <summary>The first vectors of every row, as the left operand of a product with one row per place.</summary>
    public LeftOperand Rows(int vectors) => new(Values, row, 1, vectors * MatMul.VectorWidth, count, Group);

    /// <summary>The first vector of every row, as the left operand of a product with one row per unit.</summary>
    public LeftOperand Columns(int places) => new(Values, 1, row, places) { BundleRows = MatMul.VectorWidth, Bundle = Group };

    /// <summary>sums += aᵀ·gates: gradients of weights over some places.</summary>
    /// <param name="rows">Rows of the transposed a.</param>
    /// <param name="a">What the weights were multiplied with: one row per input.</param>
    /// <param name="w">The weights.</param>
    /// <param name="sums">Their part of the sums; added to.</param>
    public void AddWeightGradient(int rows, in LeftOperand a, GateWeights w, Span<float> sums)
    {
        var grid = w.SumGrid(sums);
        MatMul.Multiply(rows, a, new RightOperand(Values, count, w.Vectors, w.Vectors, row, Group), grid, grid);
    }

    /// <summary>Adds the sums over the first <paramref name="places"/> to <paramref name="sums"/> [count, row].</summary>
    public void AddSums(int places, Span<float> sums)
    {
        for (var g = 0; g < count; g++) VectorOps.AddRows(places, row, Values[(g * Group)..], sums.Slice(g * row, row));
    }
}
