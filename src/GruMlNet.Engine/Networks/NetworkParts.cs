// The layers of a network, made from its shape.
using GruMlNet.Engine.Layers;

namespace GruMlNet.Engine.Networks;

/// <summary>Read-only after <see cref="Pack"/>: shared by all passes over the network.</summary>
internal sealed class NetworkParts
{
    public NetworkParts(NetworkShape shape, ParameterLayout layout, GateStart start)
    {
        Shape = shape;
        if (shape.VocabularySize > 0) Tokens = new EmbeddingLayer(layout, "tokens", shape.VocabularySize, shape.TokenEmbeddingSize);
        if (shape.StepEmbeddingSize > 0) Embedding = new DenseLayer(layout, "embedding", shape.StepInputSize, shape.StepEmbeddingSize, Activation.Relu);
        var layers = new SequenceLayer[shape.Layers];
        for (var i = 0; i < layers.Length; i++)
            layers[i] = MakeLayer(shape, layout, i == 0 ? Embedding?.OutputSize ?? shape.StepInputSize : shape.StateFeatures, i, start);
        Recurrent = layers.Length == 1 ? layers[0] : new StackedLayer(layers, shape.LayerDropout);
        if (shape.Pooling == SequencePooling.Attention) Attention = new AttentionPooling(layout, "attention", shape.StateFeatures, shape.HiddenSize);
        FeatureSize = shape.EncodingSize + shape.ContextSize;
        Head = shape.HasHead ? MakeHead(shape, layout, FeatureSize) : [];
        if (shape.HasExperts)
            Experts = new ExpertMixture(layout, "experts", FeatureSize, shape.WindowSize, shape.OutputSize / shape.OutputsPerExpertOutput, shape.GivenExperts, shape.LinearExperts);
        if (shape.HasDecoder) Decoder = new FutureDecoder(layout, "decoder", FeatureSize, shape);
    }

    public NetworkShape Shape { get; }

    /// <summary>The vectors of the tokens.</summary>
    public EmbeddingLayer? Tokens { get; }

    public DenseLayer? Embedding { get; }

    public SequenceLayer Recurrent { get; }

    public AttentionPooling? Attention { get; }

    /// <summary>The pooled state and the context.</summary>
    public int FeatureSize { get; }

    /// <summary>The hidden dense layers and the output layer; empty without a head.</summary>
    public DenseLayer[] Head { get; }

    public ExpertMixture? Experts { get; }

    public FutureDecoder? Decoder { get; }

    /// <summary>Takes over changed parameters; call it while no pass is running.</summary>
    public void Pack(float[] parameters)
    {
        Tokens?.Attach(parameters);
        Embedding?.Pack(parameters);
        Recurrent.Pack(parameters);
        Attention?.Pack(parameters);
        foreach (var layer in Head) layer.Pack(parameters);
        Experts?.Pack(parameters);
        Decoder?.Pack(parameters);
    }

    private static SequenceLayer MakeLayer(NetworkShape shape, ParameterLayout layout, int inputSize, int index, GateStart start)
    {
        var forward = MakeCell(shape, layout, inputSize, $"l{index}", reverse: false, start);
        SequenceLayer layer = shape.Bidirectional ? new BidirectionalLayer(forward, MakeCell(shape, layout, inputSize, $"l{index}_reverse", reverse: true, start), shape.Merge) : forward;
        return shape.LayerNorm ? new NormalizedLayer(layer, layout, $"norm_l{index}") : layer;
    }

    private static RecurrentLayer MakeCell(NetworkShape shape, ParameterLayout layout, int inputSize, string suffix, bool reverse, GateStart start) => shape.Cell switch
    {
        RecurrentCell.Gru => new GruLayer(layout, inputSize, shape.HiddenSize, shape.Reset, shape.Bias, reverse, suffix, "gru.", start) { RecurrentDropout = shape.RecurrentDropout },
        RecurrentCell.Lstm => new LstmLayer(layout, inputSize, shape.HiddenSize, shape.Bias, reverse, suffix, "lstm.", start) { RecurrentDropout = shape.RecurrentDropout },
        RecurrentCell.ElmanTanh => new ElmanLayer(layout, inputSize, shape.HiddenSize, relu: false, shape.Bias, reverse, suffix, "rnn.") { RecurrentDropout = shape.RecurrentDropout },
        RecurrentCell.ElmanRelu => new ElmanLayer(layout, inputSize, shape.HiddenSize, relu: true, shape.Bias, reverse, suffix, "rnn.") { RecurrentDropout = shape.RecurrentDropout },
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape.Cell, $"Unknown cell {shape.Cell}."),
    };

    private static DenseLayer[] MakeHead(NetworkShape shape, ParameterLayout layout, int inputSize)
    {
        var head = new DenseLayer[shape.HeadSizes.Count + 1];
        for (var i = 0; i < shape.HeadSizes.Count; i++)
        {
            head[i] = new DenseLayer(layout, $"head.{i}", inputSize, shape.HeadSizes[i], shape.HeadActivation);
            inputSize = shape.HeadSizes[i];
        }
        // A small start of the last layer: the network begins near zero output, whatever the scale of its states.
        head[^1] = new DenseLayer(layout, "head.output", inputSize, shape.OutputSize, Activation.None, start: Initializer.GlorotUniform(scale: 0.1f));
        return head;
    }
}
