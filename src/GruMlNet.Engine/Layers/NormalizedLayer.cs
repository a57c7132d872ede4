// Layer normalisation of what a recurrent layer puts out.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// y = gain ⊙ (h − mean) / √(variance + 1e-5) + offset over the features of each step (Ba, Kiros, Hinton 2016). It is applied to the layer's output alone, where
/// the paper normalises inside the cell: the state that goes from step to step stays as the cell makes it, so that the cell's kernels and streaming are the same with
/// and without. Padded steps stay zero.
/// </summary>
internal sealed class NormalizedLayer(SequenceLayer inner, ParameterLayout layout, string name) : SequenceLayer
{
    private const double Epsilon = 1e-5;

    private readonly ParameterSlice _gain = layout.Add(name + ".weight", 1, inner.OutputSize, Initializer.Ones), _offset = layout.Add(name + ".bias", 1, inner.OutputSize);
    private readonly float[] _gainValues = new float[inner.OutputSize], _offsetValues = new float[inner.OutputSize];

    public override int InputSize => inner.InputSize;

    public override int OutputSize => inner.OutputSize;

    public override int HiddenSize => inner.HiddenSize;

    public override int StateSize => inner.StateSize;

    public override void Pack(ReadOnlySpan<float> parameters)
    {
        inner.Pack(parameters);
        _gain.Of(parameters).CopyTo(_gainValues);
        _offset.Of(parameters).CopyTo(_offsetValues);
    }

    public override void KeepPairs() => inner.KeepPairs();

    public override LayerState CreateState(int maxSteps, int maxRows, bool training) => new State(inner.CreateState(maxSteps, maxRows, training), checked(maxSteps * maxRows), OutputSize, training);

    public override void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state)
    {
        var s = (State)state;
        var F = OutputSize;
        inner.Forward(shape, x, h0, s.Output, hn, s.Inner);
        for (var i = 0; i < shape.Places; i++) s.Scales[i] = Normalize(s.Output.AsSpan(i * F, F), y.Slice(i * F, F));
        TimeReversal.ClearPadding(shape, F, y);
    }

    public override void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> sums, LayerState state)
    {
        var s = (State)state;
        var F = OutputSize;
        for (var i = 0; i < shape.Places; i++)
        {
            var d = s.OutputGradient.AsSpan(i * F, F);
            if (i / shape.Rows < shape.LengthOf(i % shape.Rows)) NormalizeBack(s.Output.AsSpan(i * F, F), s.Scales[i], dy.Slice(i * F, F), d, _gain.SumsOf(sums), _offset.SumsOf(sums));
            else d.Clear();
        }
        inner.Backward(shape, x, s.OutputGradient, dhn, dx, dh0, sums, s.Inner);
    }

    /// <summary>h becomes (h − mean) / deviation, y its scaled and moved copy; returns 1 / deviation.</summary>
    private float Normalize(Span<float> h, Span<float> y)
    {
        double sum = 0, squares = 0;
        foreach (var v in h) sum += v;
        var mean = sum / h.Length;
        foreach (var v in h) squares += (v - mean) * (v - mean);
        var scale = 1.0 / Math.Sqrt(squares / h.Length + Epsilon);
        for (var f = 0; f < h.Length; f++)
        {
            h[f] = (float)((h[f] - mean) * scale);
            y[f] = _gainValues[f] * h[f] + _offsetValues[f];
        }
        return (float)scale;
    }

    /// <summary>With u = gain·dy: dh = (u − mean(u) − n·mean(u·n)) / deviation, where n is what <see cref="Normalize"/> left in place of h.</summary>
    private void NormalizeBack(ReadOnlySpan<float> n, float scale, ReadOnlySpan<float> dy, Span<float> dh, Span<float> dGain, Span<float> dOffset)
    {
        double mean = 0, along = 0;
        for (var f = 0; f < n.Length; f++)
        {
            var u = _gainValues[f] * dy[f];
            mean += u;
            along += u * n[f];
            dGain[f] += dy[f] * n[f];
            dOffset[f] += dy[f];
        }
        var (m, a) = ((float)(mean / n.Length), (float)(along / n.Length));
        for (var f = 0; f < n.Length; f++) dh[f] = scale * (_gainValues[f] * dy[f] - m - n[f] * a);
    }

    private sealed class State(LayerState inner, int places, int features, bool training) : LayerState
    {
        public LayerState Inner => inner;

        /// <summary>[T,B,F]: the layer's output, then its normalised form.</summary>
        public float[] Output { get; } = new float[checked(places * features)];

        public float[] OutputGradient { get; } = new float[training ? places * features : 0];

        /// <summary>[T,B]: one over the deviation.</summary>
        public float[] Scales { get; } = new float[places];

        public override ulong DropoutSeed
        {
            set => inner.DropoutSeed = value;
        }
    }
}
