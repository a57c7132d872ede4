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
internal sealed class GruLayer(ParameterLayout layout, int inputSize, int hiddenSize, ResetMode reset = ResetMode.After, BiasMode bias = BiasMode.Both, bool reverse = false, string suffix = "l0", string prefix = "", GateStart? start = null)
    : RecurrentLayer(inputSize, hiddenSize, slabs: 1, GruStep.Vectors, cellState: false, reverse)
{
    private readonly GruWeights _weights = new(layout, inputSize, hiddenSize, reset, bias, prefix, suffix, start ?? GateStart.Default);

    protected override GateWeights Input => _weights.Input;

    protected override Span<float> InputBias => _weights.InputBias;

    public override void Pack(ReadOnlySpan<float> parameters) => _weights.Pack(parameters);

    public override void KeepPairs() => _weights.KeepPairs();

    protected override void Step(in StepData s)
    {
        if (_weights.Candidate is { } candidate)
        {
            var gates = GateGrid(_weights.Recurrent, s.Gates[MatMul.VectorWidth..], s.GateGroup); // r, z
            if (!s.FromZero) MatMul.Multiply(s.Rows, s.State(Groups), _weights.Recurrent.Forward.Right, gates, gates);
            GruStep.ForwardBeforeReset(Groups, s.Rows, s.Gates, s.GateGroup, s.Recurrent, s.StateGroup);
            var n = GateGrid(candidate, s.Gates, s.GateGroup);
            if (!s.FromZero) MatMul.Multiply(s.Rows, GateRows(s.Gates[(3 * MatMul.VectorWidth)..], s.GateGroup, 1), candidate.Forward.Right, n, n);
            GruStep.ForwardBeforeState(Groups, s.Rows, s.Gates, s.GateGroup, s.Previous, s.Next, s.StateGroup);
            return;
        }
        if (s.Alone)
        {
            GruRow.ForwardAfter(Groups, s.Gates, s.GateGroup, _weights.Recurrent.Forward.Right, _weights.CandidateBias, s.FromZero, s.Previous, s.Next, s.StateGroup);
            return;
        }
        var recurrent = GateGrid(_weights.Recurrent, s.Gates[MatMul.VectorWidth..], s.GateGroup); // r, z, m
        GruStep.StartCandidate(Groups, s.Rows, s.Gates, s.GateGroup, _weights.CandidateBias);
        if (!s.FromZero) MatMul.Multiply(s.Rows, s.State(Groups), _weights.Recurrent.Forward.Right, recurrent, recurrent);
        GruStep.ForwardAfter(Groups, s.Rows, s.Gates, s.GateGroup, s.Previous, s.Next, s.StateGroup);
    }

    protected override void StepBack(in StepData s)
    {
        if (_weights.Candidate is { } candidate)
        {
            GruStep.BackwardBeforeState(Groups, s.Rows, s.Gates, s.GateGroup, s.Previous, s.StateGroup, s.Gradient);
            MatMul.Multiply(s.Rows, GateRows(s.Gates, s.GateGroup, 1), candidate.Back.Right, MatMul.FromZero, s.GradientGrid(s.Product, candidate.Back));
            if (!s.Mask.IsEmpty) VectorOps.Multiply(s.Product[..s.Mask.Length], s.Product[..s.Mask.Length], s.Mask);
            GruStep.BackwardBeforeReset(Groups, s.Rows, s.Gates, s.GateGroup, s.Product, s.Previous, s.StateGroup, s.Gradient);
        }
        else
        {
            GruStep.BackwardAfter(Groups, s.Rows, s.Gates, s.GateGroup, s.Previous, s.StateGroup, s.Gradient);
        }
        AddStateGradient(s, GateRows(s.Gates[MatMul.VectorWidth..], s.GateGroup, _weights.Recurrent.Vectors), _weights.Recurrent);
    }

    protected override void AddRecurrentProducts(int places, in LeftOperand h, ReadOnlySpan<float> gates, int gateGroup, Span<float> sums)
    {
        var units = UnitGroups.Padded(HiddenSize);
        AddGateProduct(units, in h, gates[MatMul.VectorWidth..], gateGroup, _weights.Recurrent, _weights.Recurrent.SumsOf(sums));
        if (_weights.Candidate is not { } candidate) return;
        // The gates' weights met h, the candidate's met m = r ⊙ h.
        var m = new LeftOperand(gates[(3 * MatMul.VectorWidth)..], 1, SlabRow, places) { BundleRows = MatMul.VectorWidth, Bundle = gateGroup };
        AddGateProduct(units, m, gates, gateGroup, candidate, _weights.CandidateSumsOf(sums));
    }

    protected override void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums) => _weights.AddBiasGradient(gates, sums);
}
