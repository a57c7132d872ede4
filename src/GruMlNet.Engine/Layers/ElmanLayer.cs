// The plain recurrent layer: the equation of the cell, and its derivative.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A plain recurrent layer in one direction, h' = f(W x + U h + b) with f = tanh or ReLU (Elman 1990): no gates, so its memory is
/// short. It is here to be compared with.
/// </summary>
internal sealed class ElmanLayer(ParameterLayout layout, int inputSize, int hiddenSize, bool relu = false, BiasMode bias = BiasMode.Both, bool reverse = false, string suffix = "l0", string prefix = "")
    : RecurrentLayer(inputSize, hiddenSize, gateWidth: hiddenSize, stateWidth: hiddenSize, reverse)
{
    private readonly CellWeights _weights = new(layout, inputSize, hiddenSize, blocks: 1, bias, prefix, suffix);

    protected override PackedMatrix InputWeights => _weights.Input;

    protected override PackedMatrix InputWeightsBack => _weights.InputBack;

    public override void Pack(ReadOnlySpan<float> parameters) => _weights.Pack(parameters);

    protected override void Step(int rows, Span<float> gates, ReadOnlySpan<float> previous, Span<float> next, Scratch scratch)
    {
        var H = HiddenSize;
        MatMul.Multiply(rows, previous, H, 1, _weights.Recurrent, gates, H, accumulate: true);
        gates[..(rows * H)].CopyTo(next);
        for (var b = 0; b < rows; b++) VectorOps.AddScaled(next.Slice(b * H, H), _weights.Bias, 1f);
        if (relu) Activations.Relu(next[..(rows * H)]);
        else Activations.Tanh(next[..(rows * H)]);
    }

    protected override void StepBack(BlockShape shape, int t, Span<float> gates, ReadOnlySpan<float> previous, ReadOnlySpan<float> next, Span<float> dState, Scratch scratch)
    {
        var H = HiddenSize;
        for (var b = 0; b < shape.Rows; b++)
        {
            var row = gates.Slice(b * H, H);
            row.Clear();
            if (t >= shape.LengthOf(b)) continue; // a frozen step hands the gradient through unchanged and touches no weight
            var d = dState.Slice(b * H, H);
            d.CopyTo(row);
            d.Clear(); // all of it goes through the product
            if (relu) Activations.ReluBack(next.Slice(b * H, H), row);
            else Activations.TanhBack(next.Slice(b * H, H), row);
        }
        MatMul.Multiply(shape.Rows, gates, H, 1, _weights.RecurrentBack, dState, H, accumulate: true);
    }

    protected override void SumWeightGradients(int places, ReadOnlySpan<float> x, ReadOnlySpan<float> gates, ReadOnlySpan<float> previous, Scratch scratch)
    {
        var H = HiddenSize;
        AddGateProduct(places, x, InputSize, InputSize, gates, H, scratch.InputSums, scratch);
        AddGateProduct(places, previous, H, H, gates, H, scratch.RecurrentSums, scratch);
        VectorOps.AddRows(places, H, gates, scratch.BiasSums);
    }

    protected override void AddWeightGradients(Span<float> gradient, Scratch scratch)
    {
        _weights.AddInputGradient(scratch.InputSums, gradient);
        _weights.AddRecurrentGradient(scratch.RecurrentSums, gradient);
        _weights.AddBiasGradient(scratch.BiasSums, gradient);
    }
}
