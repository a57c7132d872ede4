// Two layers over the same input, one in each direction of time, merged step by step.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>States are stacked forward first, as PyTorch stacks them.</summary>
internal sealed class BidirectionalLayer(SequenceLayer forward, SequenceLayer reverse, MergeMode merge) : SequenceLayer
{
    public override int InputSize => forward.InputSize;

    public override int OutputSize => merge == MergeMode.Concatenate ? forward.OutputSize + reverse.OutputSize : forward.OutputSize;

    public override int HiddenSize => forward.HiddenSize;

    public override int StateSize => forward.StateSize + reverse.StateSize;

    public override void Pack(ReadOnlySpan<float> parameters)
    {
        forward.Pack(parameters);
        reverse.Pack(parameters);
    }

    public override void KeepPairs()
    {
        forward.KeepPairs();
        reverse.KeepPairs();
    }

    public override LayerState CreateState(int maxSteps, int maxRows, bool training) => new State(this, forward, reverse, maxSteps, maxRows, training);

    public override void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state)
    {
        var s = (State)state;
        var split = forward.StateSize * shape.Rows * HiddenSize;
        forward.Forward(shape, x, h0.IsEmpty ? h0 : h0[..split], s.ForwardOutput, hn.IsEmpty ? hn : hn[..split], s.ForwardState);
        reverse.Forward(shape, x, h0.IsEmpty ? h0 : h0[split..], s.ReverseOutput, hn.IsEmpty ? hn : hn[split..], s.ReverseState);
        Merge(shape.Places, s.ForwardOutput, s.ReverseOutput, y);
    }

    public override void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> sums, LayerState state)
    {
        var s = (State)state;
        var split = forward.StateSize * shape.Rows * HiddenSize;
        Span<float> df = dy.IsEmpty ? default : s.ForwardOutput, dr = dy.IsEmpty ? default : s.ReverseOutput;
        if (!dy.IsEmpty) Split(shape.Places, dy, df, dr);
        forward.Backward(shape, x, df, dhn.IsEmpty ? dhn : dhn[..split], dx, dh0.IsEmpty ? dh0 : dh0[..split], sums, s.ForwardState);
        var dxReverse = dx.IsEmpty ? default : s.InputGradient.AsSpan(0, shape.Places * InputSize);
        reverse.Backward(shape, x, dr, dhn.IsEmpty ? dhn : dhn[split..], dxReverse, dh0.IsEmpty ? dh0 : dh0[split..], sums, s.ReverseState);
        if (!dx.IsEmpty) VectorOps.AddScaled(dx[..dxReverse.Length], dxReverse, 1f);
    }

    private void Merge(int places, ReadOnlySpan<float> f, ReadOnlySpan<float> r, Span<float> y)
    {
        var H = forward.OutputSize;
        if (merge == MergeMode.Concatenate)
        {
            for (var i = 0; i < places; i++)
            {
                f.Slice(i * H, H).CopyTo(y[(2 * i * H)..]);
                r.Slice(i * H, H).CopyTo(y[((2 * i + 1) * H)..]);
            }
            return;
        }
        var scale = merge == MergeMode.Mean ? 0.5f : 1f;
        for (var i = 0; i < places * H; i++) y[i] = scale * (f[i] + r[i]);
    }

    private void Split(int places, ReadOnlySpan<float> dy, Span<float> df, Span<float> dr)
    {
        var H = forward.OutputSize;
        if (merge == MergeMode.Concatenate)
        {
            for (var i = 0; i < places; i++)
            {
                dy.Slice(2 * i * H, H).CopyTo(df[(i * H)..]);
                dy.Slice((2 * i + 1) * H, H).CopyTo(dr[(i * H)..]);
            }
            return;
        }
        var scale = merge == MergeMode.Mean ? 0.5f : 1f;
        for (var i = 0; i < places * H; i++) df[i] = dr[i] = scale * dy[i];
    }

    private sealed class State(BidirectionalLayer layer, SequenceLayer forward, SequenceLayer reverse, int maxSteps, int maxRows, bool training) : LayerState
    {
        public LayerState ForwardState { get; } = forward.CreateState(maxSteps, maxRows, training);

        public LayerState ReverseState { get; } = reverse.CreateState(maxSteps, maxRows, training);

        public override ulong DropoutSeed
        {
            set => (ForwardState.DropoutSeed, ReverseState.DropoutSeed) = (SeededRandom.Part(value, 1), SeededRandom.Part(value, 2));
        }

        public float[] ForwardOutput { get; } = new float[maxSteps * maxRows * forward.OutputSize];

        public float[] ReverseOutput { get; } = new float[maxSteps * maxRows * reverse.OutputSize];

        public float[] InputGradient { get; } = new float[training ? maxSteps * maxRows * layer.InputSize : 0];
    }
}
