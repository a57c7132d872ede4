// A GRU layer's parameters, packed for the products of the forward and backward passes.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// Parameters lie in the flat array as PyTorch lays them out, gate blocks r, z, n: weight_ih [3H,I], weight_hh [3H,H],
/// bias_ih [3H], bias_hh [3H]. The packed copies use the gate order n, r, z, m of <see cref="GruStep"/>.
/// </summary>
internal sealed class GruWeights
{
    private const int R = 0, Z = 1, N = 2; // PyTorch's gate blocks
    private static readonly int[] InputOrder = [N, R, Z];

    private readonly int _hidden;
    private readonly bool _after;
    private readonly ParameterSlice? _bih, _bhh;

    public GruWeights(ParameterLayout layout, int inputSize, int hiddenSize, ResetMode reset, BiasMode bias, string prefix, string suffix, GateStart start)
    {
        (_hidden, _after) = (hiddenSize, reset == ResetMode.After);
        var padded = UnitGroups.Padded(hiddenSize);
        var wih = layout.Add($"{prefix}weight_ih_{suffix}", 3 * hiddenSize, inputSize, Initializer.GlorotUniform(blocks: 3), GateWeights.SumLength(hiddenSize, 3, inputSize), (s, g) => Input!.Collect(s, g));
        var whh = layout.Add($"{prefix}weight_hh_{suffix}", 3 * hiddenSize, hiddenSize, Initializer.Orthogonal(blocks: 3), GateWeights.SumLength(hiddenSize, 3, padded), CollectRecurrent);
        if (bias != BiasMode.None) _bih = layout.Add($"{prefix}bias_ih_{suffix}", 1, 3 * hiddenSize, Initializer.Constants(0f, start.UpdateBias, 0f));
        if (bias == BiasMode.Both) _bhh = layout.Add($"{prefix}bias_hh_{suffix}", 1, 3 * hiddenSize);
        Input = new GateWeights(wih, hiddenSize, InputOrder, inputSize);
        Recurrent = new GateWeights(whh, hiddenSize, _after ? [R, Z, N] : [R, Z], padded);
        Candidate = _after ? null : new GateWeights(whh, hiddenSize, [N], padded);
    }

    /// <summary>x to (xn, xr, xz).</summary>
    public GateWeights Input { get; }

    /// <summary>h to (hr, hz, hn); reset before: to (hr, hz).</summary>
    public GateWeights Recurrent { get; }

    /// <summary>Reset before only: r ⊙ h to the candidate.</summary>
    public GateWeights? Candidate { get; }

    /// <summary>What n, r and z start from, in the layout of the input product; biases that only ever occur as a sum are summed.</summary>
    public float[] InputBias { get; private set; } = [];

    /// <summary>Reset after only: what the candidate's recurrent product starts from, one value per unit.</summary>
    public float[] CandidateBias { get; private set; } = [];

    public void Pack(ReadOnlySpan<float> parameters)
    {
        Input.Pack(parameters);
        Recurrent.Pack(parameters);
        Candidate?.Pack(parameters);
        var padded = UnitGroups.Padded(_hidden);
        if (InputBias.Length == 0) (InputBias, CandidateBias) = (new float[3 * padded], new float[padded]);
        Array.Clear(InputBias);
        Array.Clear(CandidateBias);
        for (var v = 0; v < 3; v++)
        {
            var block = InputOrder[v];
            if (_bih is { } bih) UnitGroups.AddToSlot(Block(bih.Of(parameters), block), InputBias, 3, v);
            if (_bhh is not { } bhh) continue;
            // Before the reset there is no product for the candidate's recurrent bias to be scaled with: it is one more summand.
            if (block == N && _after) UnitGroups.AddToSlot(Block(bhh.Of(parameters), N), CandidateBias, 1, 0);
            else UnitGroups.AddToSlot(Block(bhh.Of(parameters), block), InputBias, 3, v);
        }
    }

    public void KeepPairs()
    {
        Input.KeepPairs();
        Recurrent.KeepPairs();
        Candidate?.KeepPairs();
    }

    /// <summary>Adds bias gradients given as sums over some places in the layout of the gates, n, r, z, m.</summary>
    public void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums)
    {
        for (var v = 0; v < 3; v++)
        {
            var block = InputOrder[v];
            if (_bih is { } bih) UnitGroups.AddFromSlot(gates, GruStep.Vectors, v, Block(bih.SumsOf(sums), block));
            if (_bhh is { } bhh) UnitGroups.AddFromSlot(gates, GruStep.Vectors, block == N && _after ? 3 : v, Block(bhh.SumsOf(sums), block));
        }
    }

    /// <summary>Reset before only: the candidate's part of the recurrent sums, behind the other gates'.</summary>
    public Span<float> CandidateSumsOf(Span<float> sums) => Recurrent.SumsOf(sums)[GateWeights.SumLength(_hidden, 2, UnitGroups.Padded(_hidden))..];

    private void CollectRecurrent(ReadOnlySpan<float> sums, Span<float> gradient)
    {
        Recurrent.Collect(sums, gradient);
        Candidate?.Collect(sums[GateWeights.SumLength(_hidden, 2, UnitGroups.Padded(_hidden))..], gradient);
    }

    private Span<float> Block(Span<float> bias, int block) => bias.Slice(block * _hidden, _hidden);

    private ReadOnlySpan<float> Block(ReadOnlySpan<float> bias, int block) => bias.Slice(block * _hidden, _hidden);
}
