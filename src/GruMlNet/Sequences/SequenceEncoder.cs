// From a trained network to one that encodes: the same weights up to the pooled state.
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Sequences;

internal static class SequenceEncoder
{
    /// <summary>A model whose answer is the pooled state, followed by the features of the sequence where there are any.</summary>
    public static SequenceModel Of(SequenceModel trained, SequencePooling pooling)
    {
        var (layout, network) = trained.Members[0];
        var shape = network.Shape with { Pooling = pooling, OutputSize = 1, HasHead = true, HeadSizes = [], ContextSize = 0, FutureSteps = 0, DecoderSize = 0 };
        var weights = network.Layout.Slices.ToDictionary(slice => slice.Name, StringComparer.Ordinal);
        var encoder = RecurrentNetwork.FromParameters(shape, own =>
        {
            var parameters = new float[own.Count];
            foreach (var slice in own.Slices.Where(slice => !slice.Name.StartsWith("head.", StringComparison.Ordinal)))
                weights[slice.Name].Of(network.Parameters).CopyTo(slice.Of(parameters.AsSpan()));
            return parameters;
        });
        return new SequenceModel(trained.Plan, new SequenceTask(TaskKind.Encoding, shape.EncodingSize + trained.Plan.ContextSize), [new SequenceMember(layout, encoder)]);
    }

    /// <summary>What each value of an encoding is: pooling, direction and number of the state, then the features of the sequence.</summary>
    public static string[] SlotNames(SequenceModel encoder)
    {
        var shape = encoder.Members[0].Network.Shape;
        string[] parts = shape.Pooling == SequencePooling.LastMeanMax ? ["last", "mean", "max"] : [shape.Pooling.ToString().ToLowerInvariant()];
        string[] directions = shape.Bidirectional ? ["forward", "backward"] : ["forward"];
        return
        [
            .. from part in parts from direction in directions from i in Enumerable.Range(0, shape.HiddenSize) select FormattableString.Invariant($"{part}.{direction}.{i}"),
            .. Enumerable.Range(0, encoder.Plan.ContextSize).Select(i => FormattableString.Invariant($"{(i % 2 == 0 ? "level" : "spread")}.{i / 2}")),
        ];
    }
}
