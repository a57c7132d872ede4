// The parameters of a cell whose gates all take the same two products, packed for them.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// For cells of the form gates = W x + U h + b + c with N blocks of H gates (LSTM 4, Elman 1), laid out as PyTorch lays
/// them out: weight_ih [N·H,I], weight_hh [N·H,H], bias_ih and bias_hh [N·H], which only ever occur as their sum.
/// </summary>
internal sealed class CellWeights
{
    private readonly int _i, _h, _gates;
    private readonly ParameterSlice _wih, _whh;
    private readonly ParameterSlice? _bih, _bhh;

    public CellWeights(ParameterLayout layout, int inputSize, int hiddenSize, int blocks, BiasMode bias, string prefix, string suffix)
    {
        (_i, _h, _gates) = (inputSize, hiddenSize, blocks * hiddenSize);
        _wih = layout.Add($"{prefix}weight_ih_{suffix}", _gates, _i, Initializer.GlorotUniform(blocks));
        _whh = layout.Add($"{prefix}weight_hh_{suffix}", _gates, _h, Initializer.Orthogonal(blocks));
        if (bias != BiasMode.None) _bih = layout.Add($"{prefix}bias_ih_{suffix}", 1, _gates);
        if (bias == BiasMode.Both) _bhh = layout.Add($"{prefix}bias_hh_{suffix}", 1, _gates);
        Input = new PackedMatrix(_i, _gates);
        InputBack = new PackedMatrix(_gates, _i);
        Recurrent = new PackedMatrix(_h, _gates);
        RecurrentBack = new PackedMatrix(_gates, _h);
    }

    /// <summary>[I, N·H].</summary>
    public PackedMatrix Input { get; }

    /// <summary>[N·H, I].</summary>
    public PackedMatrix InputBack { get; }

    /// <summary>[H, N·H].</summary>
    public PackedMatrix Recurrent { get; }

    /// <summary>[N·H, H].</summary>
    public PackedMatrix RecurrentBack { get; }

    /// <summary>[N·H]: the sum of both biases.</summary>
    public float[] Bias { get; private set; } = [];

    public void Pack(ReadOnlySpan<float> parameters)
    {
        Input.Pack(_wih.Of(parameters), _i, 1, _i);
        InputBack.Pack(_wih.Of(parameters), _gates, _i, 1);
        Recurrent.Pack(_whh.Of(parameters), _h, 1, _h);
        RecurrentBack.Pack(_whh.Of(parameters), _gates, _h, 1);
        if (Bias.Length == 0) Bias = new float[_gates];
        Array.Clear(Bias);
        if (_bih is { } bih) bih.Of(parameters).CopyTo(Bias);
        if (_bhh is { } bhh) VectorOps.AddScaled(Bias, bhh.Of(parameters), 1f);
    }

    /// <summary>Adds an input-weight gradient given as [I, N·H].</summary>
    public void AddInputGradient(ReadOnlySpan<float> transposed, Span<float> gradient) => VectorOps.AddTransposed(transposed, _gates, 0, _gates, _i, _wih.Of(gradient));

    /// <summary>Adds a recurrent-weight gradient given as [H, N·H].</summary>
    public void AddRecurrentGradient(ReadOnlySpan<float> transposed, Span<float> gradient) => VectorOps.AddTransposed(transposed, _gates, 0, _gates, _h, _whh.Of(gradient));

    /// <summary>Adds the bias gradient [N·H] to both biases.</summary>
    public void AddBiasGradient(ReadOnlySpan<float> sums, Span<float> gradient)
    {
        if (_bih is { } bih) VectorOps.AddScaled(bih.Of(gradient), sums, 1f);
        if (_bhh is { } bhh) VectorOps.AddScaled(bhh.Of(gradient), sums, 1f);
    }
}
