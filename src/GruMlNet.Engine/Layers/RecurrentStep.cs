// One step of a recurrent layer: what it reads and writes, and its products with the recurrent weights.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>What one step works on: views into a <see cref="RecurrentScratch"/>, each from the step's first value on.</summary>
internal readonly ref struct RecurrentStep
{
    public int Rows { get; init; }

    /// <summary>Groups of units.</summary>
    public int Groups { get; init; }

    public GateSlabs Gates { get; init; }

    /// <summary>Slab of h before the step.</summary>
    public Span<float> Previous { get; init; }

    /// <summary>Slab of h before the step as the recurrent products read it: masked by dropout, where there is any.</summary>
    public Span<float> Recurrent { get; init; }

    /// <summary>Slab without gaps: the mask; empty without dropout.</summary>
    public ReadOnlySpan<float> Mask { get; init; }

    /// <summary>Slab of h after the step.</summary>
    public Span<float> Next { get; init; }

    /// <summary>Slab of the second state before the step; empty where the cell has none.</summary>
    public Span<float> PreviousCell { get; init; }

    /// <summary>Slab of the second state after the step; empty where the cell has none.</summary>
    public Span<float> NextCell { get; init; }

    /// <summary>From one group of a slab of states to the next.</summary>
    public int StateGroup { get; init; }

    /// <summary>Slab without gaps: the gradient of h.</summary>
    public Span<float> Gradient { get; init; }

    /// <summary>Slab without gaps: the gradient of the second state; empty where the cell has none.</summary>
    public Span<float> CellGradient { get; init; }

    /// <summary>Slab without gaps, for the cell's own use.</summary>
    public Span<float> Product { get; init; }

    /// <summary>Whether the state before is all zeros: its product can be left out.</summary>
    public bool FromZero { get; init; }

    /// <summary>Whether this is one row whose gates nobody will ask for: inference on a single sequence.</summary>
    public bool Alone { get; init; }

    /// <summary>Adds U·h to the gates.</summary>
    public void AddRecurrentProduct(GateSlabs gates, GateWeights w)
    {
        if (FromZero) return;
        var grid = gates.Grid(w);
        MatMul.Multiply(Rows, new LeftOperand(Recurrent, MatMul.VectorWidth, 1, MatMul.VectorWidth, Groups, StateGroup), w.Forward.Right, grid, grid);
    }

    /// <summary>Adds Uᵀ·(gradients of the gates) to the gradient of the state before the step, through the mask where there is one.</summary>
    public void AddStateGradient(GateSlabs gates, GateWeights w)
    {
        if (Mask.IsEmpty)
        {
            var gradient = GradientGrid(Gradient, w.Back);
            MatMul.Multiply(Rows, gates.Rows(w.Vectors), w.Back.Right, gradient, gradient);
            return;
        }
        MatMul.Multiply(Rows, gates.Rows(w.Vectors), w.Back.Right, MatMul.FromZero, GradientGrid(Product, w.Back));
        VectorOps.AddProduct(Gradient[..Mask.Length], Product[..Mask.Length], Mask);
    }

    /// <summary>Where a product puts gradients of h, panel by panel of <paramref name="back"/>.</summary>
    public VectorGrid GradientGrid(Span<float> slab, PackedMatrix back)
    {
        var group = Rows * MatMul.VectorWidth;
        return new VectorGrid(slab, MatMul.VectorWidth, back.PanelVectors * group, group);
    }
}
