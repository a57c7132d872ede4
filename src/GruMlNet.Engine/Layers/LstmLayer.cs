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
internal sealed class LstmLayer(ParameterLayout layout, int inputSize, int hiddenSize, BiasMode bias = BiasMode.Both, bool reverse = false, string suffix = "l0", string prefix = "", GateStart? start = null)
    : RecurrentLayer(inputSize, hiddenSize, slabs: 2, LstmStep.Vectors, cellState: true, reverse)
{
    private readonly CellWeights _weights = new(layout, inputSize, hiddenSize, [0, 1, 2, 3], bias, prefix, suffix, Initializer.Constants(0f, (start ?? GateStart.Default).ForgetBias, 0f, 0f));

    protected override GateWeights Input => _weights.Input;

    protected override Span<float> InputBias => _weights.Bias;

    public override void Pack(ReadOnlySpan<float> parameters) => _weights.Pack(parameters);

    public override void KeepPairs() => _weights.KeepPairs();

    protected override void Step(in StepData s)
    {
        if (s.Alone)
        {
            LstmRow.Forward(Groups, s.Gates, s.GateGroup, _weights.Recurrent.Forward.Right, s.FromZero, s.Previous, s.PreviousCell, s.NextCell, s.Next, s.StateGroup);
            return;
        }
        var gates = GateGrid(_weights.Recurrent, s.Gates, s.GateGroup);
        if (!s.FromZero) MatMul.Multiply(s.Rows, s.State(Groups), _weights.Recurrent.Forward.Right, gates, gates);
        LstmStep.Forward(Groups, s.Rows, s.Gates, s.GateGroup, s.PreviousCell, s.NextCell, s.Next, s.StateGroup);
    }

    protected override void StepBack(in StepData s)
    {
        LstmStep.Backward(Groups, s.Rows, s.Gates, s.GateGroup, s.PreviousCell, s.NextCell, s.StateGroup, s.Gradient, s.CellGradient);
        AddStateGradient(s, GateRows(s.Gates, s.GateGroup, LstmStep.Vectors), _weights.Recurrent);
    }

    protected override void AddRecurrentProducts(int places, in LeftOperand h, ReadOnlySpan<float> gates, int gateGroup, Span<float> sums) =>
        AddGateProduct(UnitGroups.Padded(HiddenSize), in h, gates, gateGroup, _weights.Recurrent, _weights.Recurrent.SumsOf(sums));

    protected override void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums) => _weights.AddBiasGradient(gates, sums);
}
