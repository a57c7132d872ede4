// Evaluates a GRU, LSTM or RNN given in ONNX's conventions with the engine's layers.

using GruMlNet.Engine;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Acceptance.Reference;

/// <summary>
/// X [T,B,I], W [D,N·H,I], R [D,N·H,H], B [D,2N·H] or empty, with N gate blocks: z, r, n of a GRU, i, o, f, c of an LSTM, one of an RNN; initial_h [D,B,H] or empty. Where an LSTM starts from
/// zeros, initial_c does too.
/// </summary>
internal sealed record OnnxLayer(RecurrentCell Cell, int T, int B, int I, int H, string Direction, bool LinearBeforeReset, float[] X, float[] W, float[] R, float[] Bias, float[] InitialH, int[] Lengths)
{
    private int Blocks => Cell switch { RecurrentCell.Gru => 3, RecurrentCell.Lstm => 4, _ => 1 };

    private int Directions => Direction == "bidirectional" ? 2 : 1;

    /// <summary>Y [T,D,B,H] and Y_h [D,B,H].</summary>
    public (float[] Y, float[] Yh) Evaluate()
    {
        var layout = new ParameterLayout();
        SequenceLayer layer = Direction switch
        {
            "forward" => Direct(layout, reverse: false, "0"),
            "reverse" => Direct(layout, reverse: true, "0"),
            "bidirectional" => new BidirectionalLayer(Direct(layout, reverse: false, "0"), Direct(layout, reverse: true, "1"), MergeMode.Concatenate),
            _ => throw new InvalidDataException($"Unknown direction '{Direction}'."),
        };
        float[] parameters = new float[layout.Count];
        int gates = Blocks * H;
        for (int d = 0; d < Directions; d++)
        {
            Copy($"weight_ih_{d}", W.AsSpan(d * gates * I, gates * I));
            Copy($"weight_hh_{d}", R.AsSpan(d * gates * H, gates * H));
            if (Bias.Length == 0)
                continue;
            Copy($"bias_ih_{d}", Bias.AsSpan(2 * d * gates, gates));
            Copy($"bias_hh_{d}", Bias.AsSpan((2 * d + 1) * gates, gates));
        }
        layer.Pack(parameters);

        if (InitialH.Length > 0 && Cell == RecurrentCell.Lstm)
            throw new NotSupportedException("An initial state of an LSTM needs initial_c too.");
        float[] y = new float[T * B * Directions * H], final = new float[layer.StateSize * B * H];
        layer.Forward(new BlockShape(T, B, Lengths), X, InitialH, y, final, layer.CreateState(T, B, training: false));
        // The engine's [T,B,D,H] to ONNX's [T,D,B,H], step by step.
        float[] onnx = [.. Enumerable.Range(0, T).SelectMany(t => GateOrder.SwapFirstTwoAxes<float>(y.AsSpan(t * B * Directions * H, B * Directions * H), B, Directions, H))];
        // Of an LSTM's states h and c, only h is asked for.
        int slabs = layer.StateSize / Directions;
        float[] yh = [.. Enumerable.Range(0, Directions).SelectMany(d => final[(d * slabs * B * H)..((d * slabs + 1) * B * H)])];
        return (onnx, yh);

        void Copy(string name, ReadOnlySpan<float> source)
        {
            Span<float> target = layout.Find(name).Of(parameters.AsSpan());
            source.CopyTo(target);
            if (Cell == RecurrentCell.Gru)
                GateOrder.SwapResetAndUpdate(target);
            else if (Cell == RecurrentCell.Lstm)
                GateOrder.MoveOutputGateToEnd(target);
        }
    }

    private RecurrentLayer Direct(ParameterLayout layout, bool reverse, string suffix)
    {
        BiasMode bias = Bias.Length == 0 ? BiasMode.None : BiasMode.Both;
        return Cell switch
        {
            RecurrentCell.Gru => new GruLayer(layout, I, H, LinearBeforeReset ? ResetMode.After : ResetMode.Before, bias, reverse, suffix),
            RecurrentCell.Lstm => new LstmLayer(layout, I, H, bias, reverse, suffix),
            _ => new ElmanLayer(layout, I, H, Cell == RecurrentCell.ElmanRelu, bias, reverse, suffix),
        };
    }
}
