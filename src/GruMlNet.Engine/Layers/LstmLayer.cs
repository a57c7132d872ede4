// The LSTM layer: the equations of the cell, and their derivatives.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A long short-term memory layer in one direction (Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber, Cummins 2000):
/// <code>
/// i, f, o = σ(W x + U h + b)     input, forget and output gate
/// g = tanh(W_g x + U_g h + b_g)  candidate
/// c' = f ⊙ c + i ⊙ g
/// h' = o ⊙ tanh(c')
/// </code>
/// Gate blocks are i, f, g, o, as in PyTorch. Its state is two slabs, h then c.
/// </summary>
internal sealed class LstmLayer(ParameterLayout layout, int inputSize, int hiddenSize, BiasMode bias = BiasMode.Both, bool reverse = false, string suffix = "l0", string prefix = "")
    : RecurrentLayer(inputSize, hiddenSize, gateWidth: 4 * hiddenSize, stateWidth: 2 * hiddenSize, reverse)
{
    private readonly CellWeights _weights = new(layout, inputSize, hiddenSize, blocks: 4, bias, prefix, suffix);

    protected override PackedMatrix InputWeights => _weights.Input;

    protected override PackedMatrix InputWeightsBack => _weights.InputBack;

    public override void Pack(ReadOnlySpan<float> parameters) => _weights.Pack(parameters);

    protected override void Step(int rows, Span<float> gates, ReadOnlySpan<float> previous, Span<float> next, Scratch scratch)
    {
        var H = HiddenSize;
        MatMul.Multiply(rows, previous, 2 * H, 1, _weights.Recurrent, gates, 4 * H, accumulate: true);
        for (var b = 0; b < rows; b++)
            LstmStep.Forward(H, gates.Slice(b * 4 * H, 4 * H), _weights.Bias, previous.Slice(b * 2 * H + H, H), next.Slice(b * 2 * H, 2 * H));
    }

    protected override void StepBack(BlockShape shape, int t, Span<float> gates, ReadOnlySpan<float> previous, ReadOnlySpan<float> next, Span<float> dState, Scratch scratch)
    {
        var H = HiddenSize;
        for (var b = 0; b < shape.Rows; b++)
        {
            var row = gates.Slice(b * 4 * H, 4 * H);
            if (t >= shape.LengthOf(b)) row.Clear(); // a frozen step hands the gradient through unchanged and touches no weight
            else LstmStep.Backward(H, row, previous.Slice(b * 2 * H + H, H), next.Slice(b * 2 * H + H, H), dState.Slice(b * 2 * H, 2 * H));
        }
        MatMul.Multiply(shape.Rows, gates, 4 * H, 1, _weights.RecurrentBack, dState, 2 * H, accumulate: true);
    }

    protected override void SumWeightGradients(int places, ReadOnlySpan<float> x, ReadOnlySpan<float> gates, ReadOnlySpan<float> previous, Scratch scratch)
    {
        var H = HiddenSize;
        AddGateProduct(places, x, InputSize, InputSize, gates, 4 * H, scratch.InputSums, scratch);
        AddGateProduct(places, previous, H, 2 * H, gates, 4 * H, scratch.RecurrentSums, scratch);
        VectorOps.AddRows(places, 4 * H, gates, scratch.BiasSums);
    }

    protected override void AddWeightGradients(Span<float> gradient, Scratch scratch)
    {
        _weights.AddInputGradient(scratch.InputSums, gradient);
        _weights.AddRecurrentGradient(scratch.RecurrentSums, gradient);
        _weights.AddBiasGradient(scratch.BiasSums, gradient);
    }
}
