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

    protected override void Step(in RecurrentStep s)
    {
        if (_weights.Candidate is { } candidate)
        {
            s.AddRecurrentProduct(s.Gates.From(1), _weights.Recurrent); // r, z
            GruStep.ForwardBeforeReset(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.Recurrent, s.StateGroup);
            var n = s.Gates.Grid(candidate);
            if (!s.FromZero) MatMul.Multiply(s.Rows, s.Gates.From(3).Rows(1), candidate.Forward.Right, n, n);
            GruStep.ForwardBeforeState(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.Previous, s.Next, s.StateGroup);
            return;
        }
        if (s.Alone)
        {
            GruRow.ForwardAfter(Groups, s.Gates.Values, s.Gates.Group, _weights.Recurrent.Forward.Right, _weights.CandidateBias, s.FromZero, s.Previous, s.Next, s.StateGroup);
            return;
        }
        GruStep.StartCandidate(Groups, s.Rows, s.Gates.Values, s.Gates.Group, _weights.CandidateBias);
        s.AddRecurrentProduct(s.Gates.From(1), _weights.Recurrent); // r, z, m
        GruStep.ForwardAfter(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.Previous, s.Next, s.StateGroup);
    }

    protected override void StepBack(in RecurrentStep s)
    {
        if (_weights.Candidate is { } candidate)
        {
            GruStep.BackwardBeforeState(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.Previous, s.StateGroup, s.Gradient);
            MatMul.Multiply(s.Rows, s.Gates.Rows(1), candidate.Back.Right, MatMul.FromZero, s.GradientGrid(s.Product, candidate.Back));
            if (!s.Mask.IsEmpty) VectorOps.Multiply(s.Product[..s.Mask.Length], s.Product[..s.Mask.Length], s.Mask);
            GruStep.BackwardBeforeReset(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.Product, s.Previous, s.StateGroup, s.Gradient);
        }
        else
        {
            GruStep.BackwardAfter(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.Previous, s.StateGroup, s.Gradient);
        }
        s.AddStateGradient(s.Gates.From(1), _weights.Recurrent);
    }

    protected override void AddRecurrentProducts(int places, in LeftOperand h, GateSlabs gates, Span<float> sums)
    {
        var units = UnitGroups.Padded(HiddenSize);
        gates.From(1).AddWeightGradient(units, in h, _weights.Recurrent, _weights.Recurrent.SumsOf(sums));
        if (_weights.Candidate is not { } candidate) return;
        // The gates' weights met h, the candidate's met m = r ⊙ h.
        gates.AddWeightGradient(units, gates.From(3).Columns(places), candidate, _weights.CandidateSumsOf(sums));
    }

    protected override void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums) => _weights.AddBiasGradient(gates, sums);
}
