// Several forecasts of the same thing, weighed by the recurrent state.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// mix = Σ_k a_k·e_k with weights a = softmax(W s + p) from a state s [S]: a mixture of experts (Jacobs, Jordan, Nowlan,
/// Hinton 1991). The first experts' outputs e_k [L] are given with the example, each with a prior logit p_k; the others are linear
/// maps of a window u [W], A_k u + c_k, that are learnt (prior 0). Learnt maps start at zero. With given experts only, W starts at
/// zero, so that training begins from the priors; with learnt ones it starts at random, or the maps would stay alike for ever.
/// </summary>
internal sealed class ExpertMixture
{
    private readonly int _given, _learnt, _outputSize;
    private readonly DenseLayer _gate;
    private readonly DenseLayer? _maps;

    public ExpertMixture(ParameterLayout layout, string name, int stateSize, int windowSize, int outputSize, int given, int learnt)
    {
        (_given, _learnt, _outputSize) = (given, learnt, outputSize);
        _gate = new DenseLayer(layout, name + ".gate", stateSize, given + learnt, Activation.None, bias: false, start: learnt > 0 ? null : Initializer.Zeros);
        if (learnt > 0) _maps = new DenseLayer(layout, name + ".maps", windowSize, learnt * outputSize, Activation.None, start: Initializer.Zeros);
    }

    public int OutputSize => _outputSize;

    private int Count => _given + _learnt;

    public void Pack(ReadOnlySpan<float> parameters)
    {
        _gate.Pack(parameters);
        _maps?.Pack(parameters);
    }

    public State CreateState(int maxRows, bool training) => new(Count, _learnt, _outputSize, maxRows, training, _gate.CreateState(maxRows, training), _maps?.CreateState(maxRows, training));

    /// <summary>Computes the mixture.</summary>
    /// <param name="rows">B.</param>
    /// <param name="s">[B,S].</param>
    /// <param name="u">[B,W]; not looked at without learnt experts.</param>
    /// <param name="experts">[B,K,L] of the given experts.</param>
    /// <param name="priors">[B,K] of the given experts.</param>
    /// <param name="mix">[B,L], overwritten.</param>
    /// <param name="state">Keeps what the backward pass needs.</param>
    public void Forward(int rows, ReadOnlySpan<float> s, ReadOnlySpan<float> u, ReadOnlySpan<float> experts, ReadOnlySpan<float> priors, Span<float> mix, State state)
    {
        _gate.Forward(rows, s, state.Gate);
        for (var b = 0; b < rows; b++) VectorOps.AddScaled(state.Gate.AsSpan(b * Count, _given), priors.Slice(b * _given, _given), 1f);
        Activations.Softmax(rows, Count, state.Gate);
        _maps?.Forward(rows, u, state.Maps);
        for (var b = 0; b < rows; b++)
        {
            var target = mix.Slice(b * _outputSize, _outputSize);
            target.Clear();
            for (var k = 0; k < Count; k++) VectorOps.AddScaled(target, ExpertOf(b, k, experts, state), state.Gate[b * Count + k]);
        }
    }

    /// <summary>dmix [B,L] to ds [B,S], overwritten. Windows, given experts and priors are data: they get no gradient.</summary>
    public void Backward(int rows, ReadOnlySpan<float> s, ReadOnlySpan<float> u, ReadOnlySpan<float> experts, ReadOnlySpan<float> dmix, Span<float> ds, Span<float> sums, State state)
    {
        for (var b = 0; b < rows; b++)
        {
            var d = dmix.Slice(b * _outputSize, _outputSize);
            var a = state.Gate.AsSpan(b * Count, Count);
            var da = state.GateGradient.AsSpan(b * Count, Count);
            var mean = 0f;
            for (var k = 0; k < Count; k++)
            {
                da[k] = VectorOps.Dot(ExpertOf(b, k, experts, state), d);
                mean += a[k] * da[k];
            }
            for (var k = 0; k < Count; k++) da[k] = a[k] * (da[k] - mean); // through the softmax
            for (var k = 0; k < _learnt; k++)
            {
                var dmap = state.MapsGradient.AsSpan((b * _learnt + k) * _outputSize, _outputSize);
                for (var l = 0; l < dmap.Length; l++) dmap[l] = a[_given + k] * d[l];
            }
        }
        _maps?.Backward(rows, u, state.Maps, state.MapsGradient, default, sums, state.MapsState!);
        _gate.Backward(rows, s, state.Gate, state.GateGradient, ds, sums, state.GateState);
    }

    private ReadOnlySpan<float> ExpertOf(int row, int expert, ReadOnlySpan<float> given, State state) => expert < _given
        ? given.Slice((row * _given + expert) * _outputSize, _outputSize)
        : state.Maps.AsSpan((row * _learnt + expert - _given) * _outputSize, _outputSize);

    /// <summary>Saved activations and scratch of one block.</summary>
    internal sealed class State(int count, int learnt, int outputSize, int maxRows, bool training, DenseLayer.State gateState, DenseLayer.State? mapsState)
    {
        /// <summary>[B,K]: the weights.</summary>
        public float[] Gate { get; } = new float[maxRows * count];

        /// <summary>[B,K,L]: the learnt maps' outputs.</summary>
        public float[] Maps { get; } = new float[maxRows * learnt * outputSize];

        public float[] GateGradient { get; } = new float[training ? maxRows * count : 0];

        public float[] MapsGradient { get; } = new float[training ? maxRows * learnt * outputSize : 0];

        public DenseLayer.State GateState { get; } = gateState;

        public DenseLayer.State? MapsState { get; } = mapsState;
    }
}
