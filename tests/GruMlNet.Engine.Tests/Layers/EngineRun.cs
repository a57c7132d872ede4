// Runs the engine's recurrent layers on the twin's parameters and data.

using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Layers;

/// <summary>What one forward and backward pass gives.</summary>
internal sealed record EngineResult(float[] Y, float[] Hn, float[] Dx, float[] Dh0, float[] Gradient);

/// <summary>The engine's counterpart of a <see cref="RecurrentTwin"/> with the same parameters.</summary>
internal sealed class EngineRun
{
    public EngineRun(RecurrentTwin twin, float dropout = 0)
    {
        Layout = new ParameterLayout();
        Layer = Build(Layout, twin, dropout);
        Parameters = new float[Layout.Count];
        Assert.Equal(Layout.Slices.Select(s => s.Name).Order(), twin.Parameters.Select(p => p.Name).Order());
        foreach ((string name, double[] values) in twin.Parameters)
            Numbers.ToFloat(values).CopyTo(Layout.Find(name).Of(Parameters.AsSpan()));
        Layer.Pack(Parameters);
    }

    public ParameterLayout Layout { get; }

    public SequenceLayer Layer { get; }

    public float[] Parameters { get; }

    public EngineResult Run(int T, int B, int[] lengths, double[] x, double[] h0, double[] dy, double[] dhn)
        => Run(T, B, lengths, Numbers.ToFloat(x), Numbers.ToFloat(h0), Numbers.ToFloat(dy), Numbers.ToFloat(dhn), Layer.CreateState(T, B, training: true));

    /// <summary>Results start as NaN, so that a place that is not written shows; the sums of gradients start as zero, because they are added to.</summary>
    public EngineResult Run(int T, int B, int[] lengths, float[] x, float[] h0, float[] dy, float[] dhn, LayerState state)
    {
        int S = Layer.StateSize * B * Layer.HiddenSize;
        EngineResult r = new(NaN(T * B * Layer.OutputSize), NaN(S), NaN(T * B * Layer.InputSize), NaN(S), NaN(Layout.Count));
        float[] sums = new float[Layout.SumCount];
        BlockShape shape = new(T, B, lengths);
        Layer.Forward(shape, x, h0, r.Y, r.Hn, state);
        Layer.Backward(shape, x, dy, dhn, r.Dx, r.Dh0, sums, state);
        Layout.Collect(sums, r.Gradient);
        return r;
    }

    public Span<float> Find(float[] flat, string name) => Layout.Find(name).Of(flat.AsSpan());

    /// <summary>One direction of one layer of the same shape, without its weights.</summary>
    public static SequenceLayer MakeCell(ParameterLayout layout, CellTwin twin, string suffix)
    {
        (int I, int H, string end) = (twin.InputSize, twin.HiddenSize, twin.Reverse ? suffix + "_reverse" : suffix);
        return twin switch
        {
            GruTwin gru => new GruLayer(layout, I, H, gru.Reset, twin.Bias, twin.Reverse, end),
            LstmTwin => new LstmLayer(layout, I, H, twin.Bias, twin.Reverse, end),
            ElmanTwin elman => new ElmanLayer(layout, I, H, elman.Relu, twin.Bias, twin.Reverse, end),
            _ => throw new ArgumentException($"No layer is known for {twin.GetType().Name}.", nameof(twin)),
        };
    }

    private static float[] NaN(int count) => [.. Enumerable.Repeat(float.NaN, count)];

    private static SequenceLayer Build(ParameterLayout layout, RecurrentTwin twin, float dropout)
    {
        var layers = new List<SequenceLayer>();
        foreach (IReadOnlyList<CellTwin> directions in twin.Layers)
        {
            SequenceLayer[] cells = [.. directions.Select(d => MakeCell(layout, d, "l" + layers.Count))];
            layers.Add(cells.Length == 1 ? cells[0] : new BidirectionalLayer(cells[0], cells[1], twin.Merge));
        }
        return layers.Count == 1 && dropout == 0 ? layers[0] : new StackedLayer(layers, dropout);
    }
}
