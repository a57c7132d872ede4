// Layers on top of one another, with dropout between them.
namespace GruMlNet.Engine.Layers;

/// <summary>The output of each layer is the input of the next; states are stacked from the lowest layer up.</summary>
internal sealed class StackedLayer : SequenceLayer
{
    private readonly SequenceLayer[] _layers;
    private readonly float _dropout;

    public StackedLayer(IReadOnlyList<SequenceLayer> layers, float dropout)
    {
        if (layers.Count == 0) throw new ArgumentException("A stack needs at least one layer.", nameof(layers));
        (_layers, _dropout, StateSize) = ([.. layers], dropout, layers.Sum(l => l.StateSize));
    }

    public override int InputSize => _layers[0].InputSize;

    public override int OutputSize => _layers[^1].OutputSize;

    public override int HiddenSize => _layers[0].HiddenSize;

    public override int StateSize { get; }

    public override void Pack(ReadOnlySpan<float> parameters)
    {
        foreach (var layer in _layers) layer.Pack(parameters);
    }

    public override void KeepPairs()
    {
        foreach (var layer in _layers) layer.KeepPairs();
    }

    public override LayerState CreateState(int maxSteps, int maxRows, bool training) => new State(_layers, maxSteps, maxRows, training);

    public override void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state)
    {
        var s = (State)state;
        var from = 0;
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            var size = layer.StateSize * shape.Rows * HiddenSize;
            var output = i == _layers.Length - 1 ? y : s.Outputs[i].AsSpan(0, shape.Places * layer.OutputSize);
            layer.Forward(shape, InputOf(i, shape, x, s), h0.IsEmpty ? h0 : h0.Slice(from, size), output, hn.IsEmpty ? hn : hn.Slice(from, size), s.States[i]);
            if (i < _layers.Length - 1) DropoutLayer.Apply(output, _dropout, s.MaskSeed(i));
            from += size;
        }
    }

    public override void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> sums, LayerState state)
    {
        var s = (State)state;
        var from = StateSize * shape.Rows * HiddenSize;
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            var layer = _layers[i];
            var size = layer.StateSize * shape.Rows * HiddenSize;
            from -= size;
            var inputGradient = i == 0 ? dx : s.Gradients[i - 1].AsSpan(0, shape.Places * layer.InputSize);
            var outputGradient = i == _layers.Length - 1 ? dy : s.Gradients[i].AsSpan(0, shape.Places * layer.OutputSize);
            layer.Backward(shape, InputOf(i, shape, x, s), outputGradient, dhn.IsEmpty ? dhn : dhn.Slice(from, size), inputGradient, dh0.IsEmpty ? dh0 : dh0.Slice(from, size), sums, s.States[i]);
            if (i > 0) DropoutLayer.Apply(inputGradient, _dropout, s.MaskSeed(i - 1));
        }
    }

    private ReadOnlySpan<float> InputOf(int index, BlockShape shape, ReadOnlySpan<float> x, State state) =>
        index == 0 ? x : state.Outputs[index - 1].AsSpan(0, shape.Places * _layers[index].InputSize);

    private sealed class State(IReadOnlyList<SequenceLayer> layers, int maxSteps, int maxRows, bool training) : LayerState
    {
        public LayerState[] States { get; } = [.. layers.Select(l => l.CreateState(maxSteps, maxRows, training))];

        public override ulong DropoutSeed
        {
            set
            {
                base.DropoutSeed = value;
                for (var i = 0; i < States.Length; i++) States[i].DropoutSeed = SeededRandom.Part(value, (ulong)i);
            }
        }

        /// <summary>For what lies between a layer and the next.</summary>
        public ulong MaskSeed(int layer) => DropoutSeed == 0 ? 0 : DropoutSeed + (ulong)layer + 1;

        /// <summary>[T,B,·] of every layer but the last.</summary>
        public float[][] Outputs { get; } = [.. layers.SkipLast(1).Select(l => new float[maxSteps * maxRows * l.OutputSize])];

        public float[][] Gradients { get; } = [.. layers.SkipLast(1).Select(l => new float[training ? maxSteps * maxRows * l.OutputSize : 0])];
    }
}
