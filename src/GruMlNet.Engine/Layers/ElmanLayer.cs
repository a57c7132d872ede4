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

    protected override void Step(in RecurrentStep s)
    {
        s.AddRecurrentProduct(s.Gates, _weights.Recurrent);
        for (var g = 0; g < Groups; g++)
        {
            var next = s.Next.Slice(g * s.StateGroup, s.Rows * SlabRow);
            s.Gates.Values.Slice(g * s.Gates.Group, next.Length).CopyTo(next);
            if (relu) Activations.Relu(next);
            else Activations.Tanh(next);
        }
    }

    protected override void StepBack(in RecurrentStep s)
    {
        for (var g = 0; g < Groups; g++)
        {
            var next = s.Next.Slice(g * s.StateGroup, s.Rows * SlabRow);
            var gates = s.Gates.Values.Slice(g * s.Gates.Group, next.Length);
            var gradient = s.Gradient.Slice(g * next.Length, next.Length);
            gradient.CopyTo(gates);
            gradient.Clear(); // all of it goes through the product
            if (relu) Activations.ReluBack(next, gates);
            else Activations.TanhBack(next, gates);
        }
        s.AddStateGradient(s.Gates, _weights.Recurrent);
    }

    protected override void AddRecurrentProducts(int places, in LeftOperand h, GateSlabs gates, Span<float> sums) =>
        gates.AddWeightGradient(UnitGroups.Padded(HiddenSize), in h, _weights.Recurrent, _weights.Recurrent.SumsOf(sums));

    protected override void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums) => _weights.AddBiasGradient(gates, sums);
}
