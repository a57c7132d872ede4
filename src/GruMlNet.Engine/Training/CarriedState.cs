// The states that the rows of a block carry from one chunk to the next.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Training;

/// <summary>[S,B,H] for a block of a stream; a pass starts from it and leaves its final states in the same place.</summary>
internal sealed class CarriedState(RecurrentNetwork network, int rows)
{
    private readonly float[] _states = new float[network.Parts.Recurrent.StateSize * rows * network.Shape.HiddenSize];

    /// <summary>The states to start from: zeros for rows that begin a sequence.</summary>
    public Span<float> For(SequenceBatch block)
    {
        var H = network.Shape.HiddenSize;
        for (var b = 0; b < block.Rows; b++)
        {
            if (block.Continues[b]) continue;
            for (var s = 0; s < network.Parts.Recurrent.StateSize; s++) _states.AsSpan((s * block.Rows + b) * H, H).Clear();
        }
        return _states.AsSpan(0, network.Parts.Recurrent.StateSize * block.Rows * H);
    }

    /// <summary>Checks that a network can go through a source of streams at all.</summary>
    public static void Check(RecurrentNetwork network, IStreamSource source, string name)
    {
        if (network.Shape.Bidirectional)
            throw new ArgumentException("A stream arrives chunk by chunk, and a bidirectional network needs whole sequences: use a network that runs forward only, or a source of whole sequences.", name);
        if (source.Streams < 1 || source.Count % source.Streams != 0)
            throw new ArgumentException($"Count must be a multiple of Streams, which must be at least 1; got {source.Count} and {source.Streams}.", name);
    }
}
