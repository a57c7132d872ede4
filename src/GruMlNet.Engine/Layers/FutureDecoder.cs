// Outputs per step ahead, from what is known beforehand of each of these steps.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// y_i = V·ReLU(W [s ; c] + U k_i + p_i + b) for each step ahead i, with one set of weights for all steps: s [S] is the pooled state with its context, c [C] describes the
/// sequence as a whole, k_i [K] is what is known of the step, and p_i [D] is learnt per step. A small start of V: the network begins as it would without.
/// </summary>
internal sealed class FutureDecoder
{
    private readonly int _steps, _stateSize, _staticSize, _width;
    private readonly DenseLayer _shared, _output;
    private readonly DenseLayer? _known;
    private readonly ParameterSlice _position;
    private readonly float[] _positions; // [h,D]

    public FutureDecoder(ParameterLayout layout, string name, int stateSize, NetworkShape shape)
    {
        (_steps, _stateSize, _staticSize, _width) = (shape.FutureSteps, stateSize, shape.StaticSize, shape.DecoderSize);
        _shared = new DenseLayer(layout, name + ".state", stateSize + shape.StaticSize, _width, Activation.None);
        if (shape.FutureSize > 0) _known = new DenseLayer(layout, name + ".known", shape.FutureSize, _width, Activation.None, bias: false);
        _position = layout.Add(name + ".position", _steps, _width, Initializer.GlorotUniform());
        _output = new DenseLayer(layout, name + ".output", _width, shape.OutputSize / _steps, Activation.None, bias: false, start: Initializer.GlorotUniform(scale: 0.1f));
        _positions = new float[_position.Length];
    }

    public void Pack(ReadOnlySpan<float> parameters)
    {
        _shared.Pack(parameters);
        _known?.Pack(parameters);
        _output.Pack(parameters);
        _position.Of(parameters).CopyTo(_positions);
    }

    public State CreateState(int maxRows, bool training) => new(maxRows, _steps, _shared, _known, _output, training);

    /// <summary>Adds the outputs.</summary>
    /// <param name="rows">B.</param>
    /// <param name="s">[B,S].</param>
    /// <param name="c">[B,C].</param>
    /// <param name="known">[B,h,K].</param>
    /// <param name="y">[B,h·q], added to.</param>
    /// <param name="state">Keeps what the backward pass needs.</param>
    public void Forward(int rows, ReadOnlySpan<float> s, ReadOnlySpan<float> c, ReadOnlySpan<float> known, Span<float> y, State state)
    {
        var places = rows * _steps;
        for (var b = 0; b < rows; b++)
        {
            var input = state.Input.AsSpan(b * _shared.InputSize, _shared.InputSize);
            s.Slice(b * _stateSize, _stateSize).CopyTo(input);
            c.Slice(b * _staticSize, _staticSize).CopyTo(input[_stateSize..]);
        }
        _shared.Forward(rows, state.Input, state.Shared);
        var hidden = state.Hidden.AsSpan(0, places * _width);
        if (_known is null) hidden.Clear();
        else _known.Forward(places, known, hidden);
        for (var b = 0; b < rows; b++)
        {
            var row = hidden.Slice(b * _positions.Length, _positions.Length);
            VectorOps.AddScaled(row, _positions, 1f);
            for (var i = 0; i < _steps; i++) VectorOps.AddScaled(row.Slice(i * _width, _width), state.Shared.AsSpan(b * _width, _width), 1f);
        }
        Activations.Relu(hidden);
        _output.Forward(places, hidden, state.Output);
        VectorOps.AddScaled(y, state.Output.AsSpan(0, places * _output.OutputSize), 1f);
    }

    /// <summary>dy [B,h·q] to ds [B,S], added to. What is known and what describes the sequence is data: it gets no gradient.</summary>
    public void Backward(int rows, ReadOnlySpan<float> known, ReadOnlySpan<float> dy, Span<float> ds, Span<float> sums, State state)
    {
        var places = rows * _steps;
        dy[..(places * _output.OutputSize)].CopyTo(state.OutputGradient);
        var dhidden = state.HiddenGradient.AsSpan(0, places * _width);
        _output.Backward(places, state.Hidden, state.Output, state.OutputGradient, dhidden, sums, state.OutputState);
        Activations.ReluBack(state.Hidden, dhidden);
        _known?.Backward(places, known, state.Hidden, dhidden, default, sums, state.KnownState!);
        VectorOps.AddRows(rows, _positions.Length, dhidden, _position.SumsOf(sums));
        Array.Clear(state.SharedGradient);
        for (var b = 0; b < rows; b++)
            VectorOps.AddRows(_steps, _width, dhidden.Slice(b * _positions.Length, _positions.Length), state.SharedGradient.AsSpan(b * _width, _width));
        _shared.Backward(rows, state.Input, state.Shared, state.SharedGradient, state.InputGradient, sums, state.SharedState);
        for (var b = 0; b < rows; b++)
            VectorOps.AddScaled(ds.Slice(b * _stateSize, _stateSize), state.InputGradient.AsSpan(b * _shared.InputSize, _stateSize), 1f);
    }

    /// <summary>Saved activations and scratch of one block.</summary>
    internal sealed class State(int maxRows, int steps, DenseLayer shared, DenseLayer? known, DenseLayer output, bool training)
    {
        /// <summary>[B,S+C]: the state and what describes the sequence, side by side.</summary>
        public float[] Input { get; } = new float[maxRows * shared.InputSize];

        /// <summary>[B,D]: what is the same for all steps ahead.</summary>
        public float[] Shared { get; } = new float[maxRows * shared.OutputSize];

        /// <summary>[B,h,D].</summary>
        public float[] Hidden { get; } = new float[checked(maxRows * steps * shared.OutputSize)];

        /// <summary>[B,h,q].</summary>
        public float[] Output { get; } = new float[checked(maxRows * steps * output.OutputSize)];

        public float[] InputGradient { get; } = new float[training ? maxRows * shared.InputSize : 0];

        public float[] SharedGradient { get; } = new float[training ? maxRows * shared.OutputSize : 0];

        public float[] HiddenGradient { get; } = new float[training ? checked(maxRows * steps * shared.OutputSize) : 0];

        public float[] OutputGradient { get; } = new float[training ? checked(maxRows * steps * output.OutputSize) : 0];

        public DenseLayer.State SharedState { get; } = shared.CreateState(maxRows, training);

        public DenseLayer.State? KnownState { get; } = known?.CreateState(maxRows * steps, training);

        public DenseLayer.State OutputState { get; } = output.CreateState(maxRows * steps, training);
    }
}
