// Stacked and bidirectional recurrent layers in double precision, built from the twins of the cells.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// layers[l][d]: layer l, direction d (0 forward, 1 reverse). States are [S,B,H]: layer by layer, forward before reverse, all slabs of one cell together
/// (an LSTM's h, then its c).
/// The two directions' outputs are merged before they enter the next layer.
/// </summary>
internal sealed class RecurrentTwin(IReadOnlyList<IReadOnlyList<CellTwin>> layers, MergeMode merge = MergeMode.Concatenate)
{
    public IReadOnlyList<IReadOnlyList<CellTwin>> Layers => layers;

    public MergeMode Merge => merge;

    /// <summary>One per layer, after its directions were merged; or none. Only the forward pass knows them.</summary>
    public IReadOnlyList<LayerNormTwin> Norms { get; init; } = [];

    public int InputSize => layers[0][0].InputSize;

    public int HiddenSize => layers[0][0].HiddenSize;

    public int States => layers.Sum(directions => directions.Sum(d => d.StateSize));

    public int OutputSize => Merged(layers[^1].Count, HiddenSize, merge);

    public static RecurrentTwin Create(int I, int H, int layerCount, bool bidirectional, ResetMode reset, BiasMode bias, MergeMode merge = MergeMode.Concatenate, RecurrentCell cell = RecurrentCell.Gru, bool layerNorm = false)
    {
        var layers = new List<CellTwin[]>();
        for (int l = 0; l < layerCount; l++)
        {
            int input = l == 0 ? I : Merged(bidirectional ? 2 : 1, H, merge);
            CellTwin forward = CellTwin.Create(cell, input, H, reset, bias);
            layers.Add(bidirectional ? [forward, CellTwin.Create(cell, input, H, reset, bias, reverse: true)] : [forward]);
        }
        return new RecurrentTwin(layers, merge) { Norms = layerNorm ? [.. layers.Select(d => new LayerNormTwin(Merged(d.Length, H, merge)))] : [] };
    }

    public RecurrentTwin ZeroGradient() => new([.. layers.Select(directions => directions.Select(d => d.ZeroGradient()).ToArray())], merge);

    public IReadOnlyList<(string Name, double[] Values)> Parameters =>
        [.. layers.SelectMany((directions, l) => directions.SelectMany(d => d.Parameters("l" + l)))];

    /// <summary>x [T,B,I], h0 [S,B,H] or empty; gives y [T,B,O] and hn [S,B,H].</summary>
    public (double[] Y, double[] Hn) Forward(int T, int B, int[] lengths, double[] x, double[] h0)
    {
        var hn = new List<double>();
        double[] input = x;
        int s = 0, layer = 0;
        foreach (IReadOnlyList<CellTwin> directions in layers)
        {
            var outputs = new List<double[]>();
            foreach (CellTwin direction in directions)
            {
                (double[] y, double[] state) = direction.Forward(T, B, lengths, input, State(h0, s, direction.StateSize, B));
                s += direction.StateSize;
                outputs.Add(y);
                hn.AddRange(state);
            }
            input = MergeDirections(outputs, T * B);
            if (Norms.Count > 0)
                input = Norms[layer].Forward(T, B, lengths, input);
            layer++;
        }
        return (input, [.. hn]);
    }

    public (double[] Dx, double[] Dh0) Backward(int T, int B, int[] lengths, double[] x, double[] h0, double[] dy, double[] dhn, RecurrentTwin gradient)
        => Norms.Count > 0 ? throw new NotSupportedException("The twin of normalised layers has no backward pass.") : Backward(T, B, lengths, x, h0, dy, dhn, gradient, layers.Count - 1);

    /// <summary>Gradients of the layers 0..last, given the cotangent of the output of layer <paramref name="last"/>.</summary>
    private (double[] Dx, double[] Dh0) Backward(int T, int B, int[] lengths, double[] x, double[] h0, double[] dy, double[] dhn, RecurrentTwin gradient, int last)
    {
        var below = new RecurrentTwin([.. layers.Take(last)], merge);
        double[] input = last == 0 ? x : below.Forward(T, B, lengths, x, h0).Y;
        int s = below.States;

        double[] dInput = new double[input.Length];
        var dh0 = new List<double>();
        for (int d = 0; d < layers[last].Count; d++)
        {
            CellTwin direction = layers[last][d];
            (double[] dx, double[] dState) = direction.Backward(
                T, B, lengths, input, State(h0, s, direction.StateSize, B), Split(dy, d, layers[last].Count, T * B), State(dhn, s, direction.StateSize, B), gradient.Direction(last, d));
            s += direction.StateSize;
            for (int i = 0; i < dx.Length; i++)
                dInput[i] += dx[i];
            dh0.AddRange(dState);
        }
        if (last == 0)
            return (dInput, [.. dh0]);
        (double[] dxBelow, double[] dh0Below) = Backward(T, B, lengths, x, h0, dInput, dhn, gradient, last - 1);
        return (dxBelow, [.. dh0Below, .. dh0]);
    }

    private CellTwin Direction(int layer, int direction) => layers[layer][direction];

    private static int Merged(int directions, int H, MergeMode merge) => directions == 2 && merge == MergeMode.Concatenate ? 2 * H : H;

    private double[] State(double[] states, int first, int count, int B) => states.Length == 0 ? [] : states[(first * B * HiddenSize)..((first + count) * B * HiddenSize)];

    private double[] MergeDirections(List<double[]> outputs, int positions)
    {
        if (outputs.Count == 1)
            return outputs[0];
        int H = HiddenSize;
        double[] merged = new double[positions * Merged(2, H, merge)];
        for (int p = 0; p < positions; p++)
        {
            for (int j = 0; j < H; j++)
            {
                (double a, double b) = (outputs[0][p * H + j], outputs[1][p * H + j]);
                if (merge == MergeMode.Concatenate)
                    (merged[p * 2 * H + j], merged[p * 2 * H + H + j]) = (a, b);
                else
                    merged[p * H + j] = merge == MergeMode.Sum ? a + b : (a + b) / 2;
            }
        }
        return merged;
    }

    private double[] Split(double[] dy, int direction, int directions, int positions)
    {
        if (directions == 1 || dy.Length == 0)
            return dy;
        int H = HiddenSize;
        double[] part = new double[positions * H];
        for (int p = 0; p < positions; p++)
        {
            for (int j = 0; j < H; j++)
            {
                part[p * H + j] = merge switch
                {
                    MergeMode.Concatenate => dy[p * 2 * H + direction * H + j],
                    MergeMode.Sum => dy[p * H + j],
                    _ => dy[p * H + j] / 2,
                };
            }
        }
        return part;
    }
}
