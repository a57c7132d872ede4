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

    protected override void Step(in RecurrentStep s)
    {
        if (s.Alone)
        {
            LstmRow.Forward(Groups, s.Gates.Values, s.Gates.Group, _weights.Recurrent.Forward.Right, s.FromZero, s.Previous, s.PreviousCell, s.NextCell, s.Next, s.StateGroup);
            return;
        }
        s.AddRecurrentProduct(s.Gates, _weights.Recurrent);
        LstmStep.Forward(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.PreviousCell, s.NextCell, s.Next, s.StateGroup);
    }

    protected override void StepBack(in RecurrentStep s)
    {
        LstmStep.Backward(Groups, s.Rows, s.Gates.Values, s.Gates.Group, s.PreviousCell, s.NextCell, s.StateGroup, s.Gradient, s.CellGradient);
        s.AddStateGradient(s.Gates, _weights.Recurrent);
    }

    protected override void AddRecurrentProducts(int places, in LeftOperand h, GateSlabs gates, Span<float> sums) =>
        gates.AddWeightGradient(UnitGroups.Padded(HiddenSize), in h, _weights.Recurrent, _weights.Recurrent.SumsOf(sums));

    protected override void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums) => _weights.AddBiasGradient(gates, sums);
}
