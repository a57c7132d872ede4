// The parameters of a cell whose gates all take the same two products.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// For cells of the form gates = W x + U h + b + c with N blocks of H gates (LSTM 4, Elman 1), laid out as PyTorch lays
/// them out: weight_ih [N·H,I], weight_hh [N·H,H], bias_ih and bias_hh [N·H], which only ever occur as their sum.
/// </summary>
internal sealed class CellWeights
{
    private readonly int _hidden, _blocks;
    private readonly ParameterSlice? _bih, _bhh;

    public CellWeights(ParameterLayout layout, int inputSize, int hiddenSize, int[] order, BiasMode bias, string prefix, string suffix, Initializer? biasStart = null)
    {
        (_hidden, _blocks) = (hiddenSize, order.Length);
        var gates = _blocks * hiddenSize;
        var padded = UnitGroups.Padded(hiddenSize);
        var wih = layout.Add($"{prefix}weight_ih_{suffix}", gates, inputSize, Initializer.GlorotUniform(_blocks), GateWeights.SumLength(hiddenSize, _blocks, inputSize), (s, g) => Input!.Collect(s, g));
        var whh = layout.Add($"{prefix}weight_hh_{suffix}", gates, hiddenSize, Initializer.Orthogonal(_blocks), GateWeights.SumLength(hiddenSize, _blocks, padded), (s, g) => Recurrent!.Collect(s, g));
        if (bias != BiasMode.None) _bih = layout.Add($"{prefix}bias_ih_{suffix}", 1, gates, biasStart);
        if (bias == BiasMode.Both) _bhh = layout.Add($"{prefix}bias_hh_{suffix}", 1, gates);
        Input = new GateWeights(wih, hiddenSize, order, inputSize);
        Recurrent = new GateWeights(whh, hiddenSize, order, padded);
    }

    public GateWeights Input { get; }

    public GateWeights Recurrent { get; }

    /// <summary>The sum of both biases in the layout of the gates.</summary>
    public float[] Bias { get; private set; } = [];

    public void Pack(ReadOnlySpan<float> parameters)
    {
        Input.Pack(parameters);
        Recurrent.Pack(parameters);
        if (Bias.Length == 0) Bias = new float[_blocks * UnitGroups.Padded(_hidden)];
        Array.Clear(Bias);
        for (var v = 0; v < _blocks; v++)
        {
            if (_bih is { } bih) UnitGroups.AddToSlot(bih.Of(parameters).Slice(v * _hidden, _hidden), Bias, _blocks, v);
            if (_bhh is { } bhh) UnitGroups.AddToSlot(bhh.Of(parameters).Slice(v * _hidden, _hidden), Bias, _blocks, v);
        }
    }

    public void KeepPairs()
    {
        Input.KeepPairs();
        Recurrent.KeepPairs();
    }

    /// <summary>Adds bias gradients given as sums over some places in the layout of the gates.</summary>
    public void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums)
    {
        for (var v = 0; v < _blocks; v++)
        {
            if (_bih is { } bih) UnitGroups.AddFromSlot(gates, _blocks, v, bih.SumsOf(sums).Slice(v * _hidden, _hidden));
            if (_bhh is { } bhh) UnitGroups.AddFromSlot(gates, _blocks, v, bhh.SumsOf(sums).Slice(v * _hidden, _hidden));
        }
    }
}
