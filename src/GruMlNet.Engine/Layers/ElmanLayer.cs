// The plain recurrent layer: the equation of the cell, and its derivative.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A plain recurrent layer in one direction, h' = f(W x + U h + b) with f = tanh or ReLU (Elman 1990): no gates, so its memory is
/// short. It is here to be compared with.
/// </summary>
internal sealed class ElmanLayer(ParameterLayout layout, int inputSize, int hiddenSize, bool relu = false, BiasMode bias = BiasMode.Both, bool reverse = false, string suffix = "l0", string prefix = "")
    : RecurrentLayer(inputSize, hiddenSize, slabs: 1, vectors: 1, cellState: false, reverse)
{
    private readonly CellWeights _weights = new(layout, inputSize, hiddenSize, [0], bias, prefix, suffix);

    protected override GateWeights Input => _weights.Input;

    protected override Span<float> InputBias => _weights.Bias;

    public override void Pack(ReadOnlySpan<float> parameters) => _weights.Pack(parameters);

    public override void KeepPairs() => _weights.KeepPairs();

    protected override void Step(in StepData s)
    {
        var gates = GateGrid(_weights.Recurrent, s.Gates, s.GateGroup);
        if (!s.FromZero) MatMul.Multiply(s.Rows, s.State(Groups), _weights.Recurrent.Forward.Right, gates, gates);
        for (var g = 0; g < Groups; g++)
        {
            var next = s.Next.Slice(g * s.StateGroup, s.Rows * SlabRow);
            s.Gates.Slice(g * s.GateGroup, next.Length).CopyTo(next);
            if (relu) Activations.Relu(next);
            else Activations.Tanh(next);
        }
    }

    protected override void StepBack(in StepData s)
    {
        for (var g = 0; g < Groups; g++)
        {
            var next = s.Next.Slice(g * s.StateGroup, s.Rows * SlabRow);
            var gates = s.Gates.Slice(g * s.GateGroup, next.Length);
            var gradient = s.Gradient.Slice(g * next.Length, next.Length);
            gradient.CopyTo(gates);
            gradient.Clear(); // all of it goes through the product
            if (relu) Activations.ReluBack(next, gates);
            else Activations.TanhBack(next, gates);
        }
        AddStateGradient(s, GateRows(s.Gates, s.GateGroup, 1), _weights.Recurrent);
    }

    protected override void AddRecurrentProducts(int places, in LeftOperand h, ReadOnlySpan<float> gates, int gateGroup, Span<float> sums) =>
        AddGateProduct(UnitGroups.Padded(HiddenSize), in h, gates, gateGroup, _weights.Recurrent, _weights.Recurrent.SumsOf(sums));

    protected override void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums) => _weights.AddBiasGradient(gates, sums);
}
