// A GRU layer's parameters, packed for the products of the forward and backward passes.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// Parameters lie in the flat array as PyTorch lays them out, gate blocks r, z, n: weight_ih [3H,I], weight_hh [3H,H],
/// bias_ih [3H], bias_hh [3H]. The packed copies use the kernels' gate order n, r, z, m of <see cref="GruStep"/>.
/// </summary>
internal sealed class GruWeights
{
    private readonly int _i, _h;
    private readonly ParameterSlice _wih, _whh;
    private readonly ParameterSlice? _bih, _bhh;
    private float[] _inputRows = []; // W_ih with its row blocks in the order n, r, z

    public GruWeights(ParameterLayout layout, int inputSize, int hiddenSize, ResetMode reset, BiasMode bias, string prefix, string suffix)
    {
        (_i, _h, Reset) = (inputSize, hiddenSize, reset);
        _wih = layout.Add($"{prefix}weight_ih_{suffix}", 3 * _h, _i, Initializer.GlorotUniform(blocks: 3));
        _whh = layout.Add($"{prefix}weight_hh_{suffix}", 3 * _h, _h, Initializer.Orthogonal(blocks: 3));
        if (bias != BiasMode.None) _bih = layout.Add($"{prefix}bias_ih_{suffix}", 1, 3 * _h);
        if (bias == BiasMode.Both) _bhh = layout.Add($"{prefix}bias_hh_{suffix}", 1, 3 * _h);

        Input = new PackedMatrix(_i, 3 * _h);
        InputBack = new PackedMatrix(3 * _h, _i);
        var gatesTogether = reset == ResetMode.After ? 3 : 2;
        Recurrent = new PackedMatrix(_h, gatesTogether * _h);
        RecurrentBack = new PackedMatrix(gatesTogether * _h, _h);
        if (reset == ResetMode.Before)
        {
            Candidate = new PackedMatrix(_h, _h);
            CandidateBack = new PackedMatrix(_h, _h);
        }
    }

    public ResetMode Reset { get; }

    /// <summary>[I, 3H]: x to (xn, xr, xz).</summary>
    public PackedMatrix Input { get; }

    /// <summary>[3H, I]: (dn, dr, dz) to dx.</summary>
    public PackedMatrix InputBack { get; }

    /// <summary>[H, 3H]: h to (hr, hz, hn); reset before: [H, 2H] without the candidate.</summary>
    public PackedMatrix Recurrent { get; }

    /// <summary>The transpose of <see cref="Recurrent"/>: (dr, dz, dm) to dh.</summary>
    public PackedMatrix RecurrentBack { get; }

    /// <summary>Reset before only, [H, H]: r ⊙ h to the candidate.</summary>
    public PackedMatrix? Candidate { get; }

    /// <summary>The transpose of <see cref="Candidate"/>.</summary>
    public PackedMatrix? CandidateBack { get; }

    /// <summary>[4H] in the order n, r, z, m; biases that only ever occur as a sum are summed.</summary>
    public float[] Bias { get; private set; } = [];

    public void Pack(ReadOnlySpan<float> parameters)
    {
        var block = _h * _i;
        var wih = _wih.Of(parameters);
        if (_inputRows.Length == 0) _inputRows = new float[3 * block];
        wih.Slice(2 * block, block).CopyTo(_inputRows);
        wih[..(2 * block)].CopyTo(_inputRows.AsSpan(block));
        Input.Pack(_inputRows, _i, 1, _i);
        InputBack.Pack(_inputRows, 3 * _h, _i, 1);

        var whh = _whh.Of(parameters);
        Recurrent.Pack(whh, _h, 1, _h);
        RecurrentBack.Pack(whh, RecurrentBack.DepthCapacity, _h, 1);
        if (Reset == ResetMode.Before)
        {
            var candidate = whh[(2 * _h * _h)..];
            Candidate!.Pack(candidate, _h, 1, _h);
            CandidateBack!.Pack(candidate, _h, _h, 1);
        }

        if (Bias.Length == 0) Bias = new float[4 * _h];
        var bias = Bias.AsSpan();
        bias.Clear();
        if (_bih is { } bih)
        {
            bih.Of(parameters)[..(2 * _h)].CopyTo(bias[_h..]);
            bih.Of(parameters)[(2 * _h)..].CopyTo(bias);
        }
        if (_bhh is { } bhh)
        {
            VectorOps.AddScaled(bias.Slice(_h, 2 * _h), bhh.Of(parameters)[..(2 * _h)], 1f);
            var candidate = bhh.Of(parameters)[(2 * _h)..];
            // Before the reset there is no product for the candidate's recurrent bias to be scaled with: it is one more summand.
            VectorOps.AddScaled(Reset == ResetMode.After ? bias[(3 * _h)..] : bias[.._h], candidate, 1f);
        }
    }

    /// <summary>Adds an input-weight gradient given as [I, 3H], columns n, r, z.</summary>
    public void AddInputGradient(ReadOnlySpan<float> transposed, Span<float> gradient)
    {
        var target = _wih.Of(gradient);
        VectorOps.AddTransposed(transposed, 3 * _h, 0, _h, _i, target[(2 * _h * _i)..]);
        VectorOps.AddTransposed(transposed, 3 * _h, _h, 2 * _h, _i, target);
    }

    /// <summary>Adds a recurrent-weight gradient given as [H, count·H], columns in the order of the gate blocks from <paramref name="firstGate"/> on (r, z, n).</summary>
    public void AddRecurrentGradient(ReadOnlySpan<float> transposed, int firstGate, int count, Span<float> gradient) =>
        VectorOps.AddTransposed(transposed, count * _h, 0, count * _h, _h, _whh.Of(gradient)[(firstGate * _h * _h)..]);

    /// <summary>Adds bias gradients given as [4H] sums over all places, order n, r, z, m.</summary>
    public void AddBiasGradient(ReadOnlySpan<float> sums, Span<float> gradient)
    {
        if (_bih is { } bih)
        {
            VectorOps.AddScaled(bih.Of(gradient)[..(2 * _h)], sums.Slice(_h, 2 * _h), 1f);
            VectorOps.AddScaled(bih.Of(gradient)[(2 * _h)..], sums[.._h], 1f);
        }
        if (_bhh is { } bhh)
        {
            VectorOps.AddScaled(bhh.Of(gradient)[..(2 * _h)], sums.Slice(_h, 2 * _h), 1f);
            VectorOps.AddScaled(bhh.Of(gradient)[(2 * _h)..], Reset == ResetMode.After ? sums.Slice(3 * _h, _h) : sums[.._h], 1f);
        }
    }
}
