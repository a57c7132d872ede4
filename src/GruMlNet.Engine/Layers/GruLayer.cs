// The GRU layer: the equations of the cell, and their derivatives.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A gated recurrent unit layer in one direction:
/// <code>
/// r = σ(W_r x + U_r h + b_r)                       reset gate
/// z = σ(W_z x + U_z h + b_z)                       update gate
/// n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n))        candidate, reset after the product
/// n = tanh(W_n x + b_n + U_n (r ⊙ h) + c_n)        candidate, reset before the product
/// h' = (1 − z) ⊙ n + z ⊙ h
/// </code>
/// Source: Cho et al. 2014; Chung, Gulcehre, Cho, Bengio 2014, eq. 5, who write 1 − z where we write z: a matter of sign
/// only.
/// </summary>
internal sealed class GruLayer(ParameterLayout layout, int inputSize, int hiddenSize, ResetMode reset = ResetMode.After, BiasMode bias = BiasMode.Both, bool reverse = false, string suffix = "l0", string prefix = "")
    : RecurrentLayer(inputSize, hiddenSize, gateWidth: 4 * hiddenSize, stateWidth: hiddenSize, reverse)
{
    private readonly GruWeights _weights = new(layout, inputSize, hiddenSize, reset, bias, prefix, suffix);

    protected override PackedMatrix InputWeights => _weights.Input;

    protected override PackedMatrix InputWeightsBack => _weights.InputBack;

    public override void Pack(ReadOnlySpan<float> parameters) => _weights.Pack(parameters);

    protected override void Step(int rows, Span<float> gates, ReadOnlySpan<float> previous, Span<float> next, Scratch scratch)
    {
        if (reset == ResetMode.After) StepAfter(rows, gates, previous, next, scratch.Product);
        else StepBefore(rows, gates, previous, next, scratch.Product);
    }

    private void StepAfter(int rows, Span<float> gates, ReadOnlySpan<float> previous, Span<float> next, Span<float> product)
    {
        var H = HiddenSize;
        MatMul.Multiply(rows, previous, H, 1, _weights.Recurrent, product, 3 * H, accumulate: false);
        for (var b = 0; b < rows; b++)
            GruStep.ForwardAfter(H, gates.Slice(b * 4 * H, 4 * H), product.Slice(b * 3 * H, 3 * H), _weights.Bias, previous.Slice(b * H, H), next.Slice(b * H, H));
    }

    private void StepBefore(int rows, Span<float> gates, ReadOnlySpan<float> previous, Span<float> next, Span<float> product)
    {
        var H = HiddenSize;
        MatMul.Multiply(rows, previous, H, 1, _weights.Recurrent, product, 2 * H, accumulate: false);
        for (var b = 0; b < rows; b++)
            GruStep.ForwardBeforeReset(H, gates.Slice(b * 4 * H, 4 * H), product.Slice(b * 2 * H, 2 * H), _weights.Bias, previous.Slice(b * H, H));
        MatMul.Multiply(rows, gates[(3 * H)..], 4 * H, 1, _weights.Candidate!, product, H, accumulate: false);
        for (var b = 0; b < rows; b++)
            GruStep.ForwardBeforeState(H, gates.Slice(b * 4 * H, 4 * H), product.Slice(b * H, H), _weights.Bias, previous.Slice(b * H, H), next.Slice(b * H, H));
    }

    protected override void StepBack(BlockShape shape, int t, Span<float> gates, ReadOnlySpan<float> previous, ReadOnlySpan<float> next, Span<float> dState, Scratch scratch)
    {
        var H = HiddenSize;
        for (var b = 0; b < shape.Rows; b++)
        {
            var row = gates.Slice(b * 4 * H, 4 * H);
            if (t >= shape.LengthOf(b)) row.Clear(); // a frozen step hands the gradient through unchanged and touches no weight
            else if (reset == ResetMode.After) GruStep.BackwardAfter(H, row, previous.Slice(b * H, H), dState.Slice(b * H, H));
            else GruStep.BackwardBeforeState(H, row, previous.Slice(b * H, H), dState.Slice(b * H, H));
        }
        if (reset == ResetMode.Before) ResetBack(shape, t, gates, previous, dState, scratch.Product);
        MatMul.Multiply(shape.Rows, gates[H..], 4 * H, 1, _weights.RecurrentBack, dState, H, accumulate: true);
    }

    /// <summary>Reset before: the candidate's gradient goes through its own product to the reset gate.</summary>
    private void ResetBack(BlockShape shape, int t, Span<float> gates, ReadOnlySpan<float> previous, Span<float> dState, Span<float> product)
    {
        var H = HiddenSize;
        MatMul.Multiply(shape.Rows, gates, 4 * H, 1, _weights.CandidateBack!, product, H, accumulate: false);
        for (var b = 0; b < shape.Rows; b++)
            if (t < shape.LengthOf(b))
                GruStep.BackwardBeforeReset(H, gates.Slice(b * 4 * H, 4 * H), product.Slice(b * H, H), previous.Slice(b * H, H), dState.Slice(b * H, H));
    }

    protected override void SumWeightGradients(int places, ReadOnlySpan<float> x, ReadOnlySpan<float> gates, ReadOnlySpan<float> previous, Scratch scratch)
    {
        var H = HiddenSize;
        AddGateProduct(places, x, InputSize, InputSize, gates, 3 * H, scratch.InputSums, scratch); // dn, dr, dz
        if (reset == ResetMode.After)
        {
            AddGateProduct(places, previous, H, H, gates[H..], 3 * H, scratch.RecurrentSums, scratch); // dr, dz, dm
        }
        else
        {
            // The gates' weights met h, the candidate's met m = r ⊙ h.
            AddGateProduct(places, previous, H, H, gates[H..], 2 * H, scratch.RecurrentSums, scratch);
            AddGateProduct(places, gates[(3 * H)..], H, 4 * H, gates, H, scratch.RecurrentSums[(2 * H * H)..], scratch);
        }
        VectorOps.AddRows(places, 4 * H, gates, scratch.BiasSums);
    }

    protected override void AddWeightGradients(Span<float> gradient, Scratch scratch)
    {
        var H = HiddenSize;
        _weights.AddInputGradient(scratch.InputSums, gradient);
        if (reset == ResetMode.After)
        {
            _weights.AddRecurrentGradient(scratch.RecurrentSums, 0, 3, gradient);
        }
        else
        {
            _weights.AddRecurrentGradient(scratch.RecurrentSums, 0, 2, gradient);
            _weights.AddRecurrentGradient(scratch.RecurrentSums[(2 * H * H)..], 2, 1, gradient);
        }
        _weights.AddBiasGradient(scratch.BiasSums, gradient);
    }
}
