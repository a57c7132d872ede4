// A network: its shape, its parameters, and the layers that use them.
using System.Collections.Concurrent;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Losses;

namespace GruMlNet.Engine.Networks;

/// <summary>
/// A recurrent network with its weights. <see cref="Predict"/> and <see cref="Encode"/> may be called by any number of threads at once, as long as
/// nobody trains the network or sets its parameters meanwhile.
/// </summary>
public sealed class RecurrentNetwork
{
    /// <summary>Passes over more places than this (some 10 MB) are not kept for the next call: making room costs nothing beside such a pass.</summary>
    private const int MostKeptPlaces = 1 << 14;

    private readonly float[] _parameters;
    private readonly ConcurrentBag<NetworkPass> _idlePasses = [];

    private RecurrentNetwork(NetworkShape shape, GateStart start, Func<ParameterLayout, float[]> parameters)
    {
        shape.Validate();
        start.Validate();
        Shape = shape;
        Parts = new NetworkParts(shape, Layout, start);
        _parameters = parameters(Layout);
        Parts.Pack(_parameters);
    }

    /// <summary>Makes a network with fresh weights.</summary>
    /// <param name="shape">What the network is made of.</param>
    /// <param name="seed">Same shape and seed, same weights, on every machine.</param>
    /// <param name="start">How open its gates are at first; null, the default: as <see cref="GateStart"/> says.</param>
    /// <exception cref="ArgumentException">The shape or the start is invalid; the message says how.</exception>
    public static RecurrentNetwork Create(NetworkShape shape, int seed, GateStart? start = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return new RecurrentNetwork(shape, start ?? GateStart.Default, layout => layout.Initialize(seed));
    }

    /// <summary>Makes a network with given weights.</summary>
    internal static RecurrentNetwork FromParameters(NetworkShape shape, Func<ParameterLayout, float[]> parameters) => new(shape, GateStart.Default, parameters);

    /// <summary>What the network is made of.</summary>
    public NetworkShape Shape { get; }

    /// <summary>Number of trainable values.</summary>
    public int ParameterCount => _parameters.Length;

    /// <summary>All weights in one array: read-only view.</summary>
    public ReadOnlySpan<float> Parameters => _parameters;

    internal ParameterLayout Layout { get; } = new();

    internal NetworkParts Parts { get; }

    /// <summary>Replaces all weights.</summary>
    internal void SetParameters(ReadOnlySpan<float> parameters)
    {
        if (parameters.Length != _parameters.Length) throw new ArgumentException($"The network has {_parameters.Length} parameters, got {parameters.Length}.", nameof(parameters));
        parameters.CopyTo(_parameters);
        Parts.Pack(_parameters);
    }

    /// <summary>The weights, to be changed in place; <see cref="ParametersChanged"/> must follow.</summary>
    internal Span<float> MutableParameters => _parameters;

    /// <summary>Takes over weights that were changed in place.</summary>
    internal void ParametersChanged() => Parts.Pack(_parameters);

    /// <summary>
    /// A copy whose recurrent layers' weight matrices are rounded to bfloat16 (8 bits of precision), and read in 16 bits where one sequence runs
    /// alone: such a step takes as long as its weights take to arrive, so that networks of 128 units and more answer in about two thirds of the time.
    /// </summary>
    /// <remarks>
    /// Every weight changes by at most 0.4 % of itself. The states of networks as PyTorch initializes them moved by less than 2e-3 over 100 steps; whether a
    /// trained network bears it is to be tried. For inference: training the copy un-rounds its weights. Same results alone and in batches.
    /// </remarks>
    public RecurrentNetwork ToBFloat16()
    {
        var copy = new RecurrentNetwork(Shape, GateStart.Default, _ => (float[])_parameters.Clone());
        foreach (var slice in copy.Layout.Slices)
            if (slice.Collector is not null) // a recurrent layer's weight matrix
                foreach (ref var value in slice.Of(copy._parameters.AsSpan())) value = RoundToBFloat16(value);
        copy.ParametersChanged();
        copy.Parts.Recurrent.KeepPairs();
        return copy;
    }

    /// <summary>To the nearest, ties to even; what is not a number stays so.</summary>
    private static float RoundToBFloat16(float value)
    {
        if (float.IsNaN(value)) return value;
        var bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    /// <summary>Starts a live sequence: features come one step at a time, and each step costs the same however long the sequence gets.</summary>
    /// <exception cref="InvalidOperationException">The network needs the whole sequence: it is bidirectional, pools otherwise than by Last or Whole, or has experts or a decoder.</exception>
    public SequenceStepper CreateStepper() => new(this);

    /// <summary>Computes the outputs of a batch; without dropout.</summary>
    /// <param name="batch">Inputs, with context, window, static features and future where the shape has them; made for this network's shape.</param>
    /// <param name="output">[B,O], or [T,B,O] when the pooling is Whole; overwritten.</param>
    /// <exception cref="ArgumentException">The batch is for another shape, the output is too short, or a token is not in the vocabulary.</exception>
    public void Predict(SequenceBatch batch, Span<float> output)
    {
        var pass = PassFor(batch, Shape.OutputSize, output);
        pass.Forward(batch, dropoutSeed: 0).CopyTo(output);
        Keep(pass);
    }

    /// <summary>Computes the encodings of a batch, without dropout: what the head would read, before context is appended. May be called by any number of threads at once, like <see cref="Predict"/>.</summary>
    /// <param name="batch">Inputs and tokens, as far as the shape has them; made for this network's shape.</param>
    /// <param name="output">[B,E] with E = <see cref="NetworkShape.EncodingSize"/>: the pooled states, zeros for a row without a step; or [T,B,E], the states of all steps, when the pooling is Whole. Overwritten.</param>
    /// <exception cref="ArgumentException">The batch is for another shape, the output is too short, or a token is not in the vocabulary.</exception>
    public void Encode(SequenceBatch batch, Span<float> output)
    {
        var pass = PassFor(batch, Shape.EncodingSize, output);
        pass.Encode(batch, dropoutSeed: 0).CopyTo(output);
        Keep(pass);
    }

    /// <summary>
    /// Computes how a loss depends on the features of every step, without dropout: which steps and features an answer rests on, and how far back gradients reach. May be called by any number
    /// of threads at once, like <see cref="Predict"/>; each call takes memory for a training pass.
    /// </summary>
    /// <param name="batch">Inputs, targets and weights; made for this network's shape and for <paramref name="loss"/>.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradient">[T,B,I]: the derivative of the weighted sum of the batch's losses by each feature, zeros in the padding; overwritten.</param>
    /// <returns>The weighted sum of the losses.</returns>
    /// <exception cref="ArgumentException">The batch is for another shape or another loss, or the gradient is too short.</exception>
    public double InputGradient(SequenceBatch batch, Loss loss, Span<float> gradient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(loss);
        if (batch.Shape != Shape) throw new ArgumentException("The batch was made for a network of another shape.", nameof(batch));
        if (batch.TargetSize != loss.TargetSize(Shape.OutputSize)) throw new ArgumentException("The batch was made without this loss: give it to the batch's constructor.", nameof(batch));
        var size = batch.Block.Places * Shape.InputSize;
        if (gradient.Length < size) throw new ArgumentException($"gradient needs {size} values ({batch.Block.Places} places of {Shape.InputSize}), got {gradient.Length}.", nameof(gradient));
        var pass = new NetworkPass(Parts, batch.MaxSteps, batch.MaxRows, training: true, inputGradient: true);
        var outputGradient = new float[batch.OutputRows * Shape.OutputSize];
        var sum = loss.Evaluate(batch.OutputRows, pass.Forward(batch, dropoutSeed: 0), batch.ActiveTargets, batch.ActiveWeights, 1f, outputGradient);
        pass.Backward(batch, outputGradient, new float[Layout.SumCount]);
        pass.CopyInputGradient(batch, gradient);
        return sum;
    }

    private void Keep(NetworkPass pass)
    {
        if (pass.Places <= MostKeptPlaces) _idlePasses.Add(pass);
    }

    /// <summary>Checks what is asked for, and takes a pass for it.</summary>
    private NetworkPass PassFor(SequenceBatch batch, int width, ReadOnlySpan<float> output)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Shape != Shape) throw new ArgumentException("The batch was made for a network of another shape.", nameof(batch));
        var size = batch.OutputRows * width;
        if (output.Length < size) throw new ArgumentException($"output needs {size} values ({batch.OutputRows} rows of {width}), got {output.Length}.", nameof(output));
        // A pass that is too small for this batch is dropped: the next one is made for the larger size.
        return _idlePasses.TryTake(out var pass) && pass.Fits(batch) ? pass : new NetworkPass(Parts, batch.MaxSteps, batch.MaxRows, training: false);
    }
}
