// A block of sequences with everything that belongs to them.
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Losses;

namespace GruMlNet.Engine.Networks;

/// <summary>
/// Input and target buffers for up to <see cref="MaxRows"/> sequences of up to <see cref="MaxSteps"/> steps. Who fills it sets
/// <see cref="Rows"/> and <see cref="Steps"/> first: the strides of the [T,B,·] buffers follow from them. Not thread-safe.
/// </summary>
public sealed class SequenceBatch
{
    private readonly int[] _lengths;
    private readonly bool[] _continues;

    /// <summary>Makes a batch for a network.</summary>
    /// <param name="shape">The network's shape, which gives the widths.</param>
    /// <param name="maxSteps">Longest sequence; at least 1.</param>
    /// <param name="maxRows">Most sequences; at least 1.</param>
    /// <param name="loss">The loss that targets are for; null for a batch that is only predicted.</param>
    public SequenceBatch(NetworkShape shape, int maxSteps, int maxRows, Loss? loss = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        (Shape, MaxSteps, MaxRows, Steps, Rows) = (shape, maxSteps, maxRows, maxSteps, maxRows);
        TargetSize = loss?.TargetSize(shape.OutputSize) ?? 0;
        var targets = checked((shape.Pooling == SequencePooling.Whole ? maxSteps : 1) * maxRows * TargetSize);
        Inputs = new float[checked(maxSteps * maxRows * shape.InputSize)];
        Tokens = new int[shape.VocabularySize > 0 ? checked(maxSteps * maxRows) : 0];
        Tokens.AsSpan().Fill(-1);
        Context = new float[maxRows * shape.ContextSize];
        Window = new float[maxRows * shape.WindowSize];
        ExpertSize = shape.OutputSize / shape.OutputsPerExpertOutput;
        Experts = new float[checked(maxRows * shape.GivenExperts * ExpertSize)];
        Priors = new float[maxRows * shape.GivenExperts];
        Static = new float[maxRows * shape.StaticSize];
        Future = new float[checked(maxRows * shape.FutureSteps * shape.FutureSize)];
        Targets = new float[targets];
        Weights = new float[targets];
        _lengths = new int[maxRows];
        _continues = new bool[maxRows];
    }

    /// <summary>The shape that gave the widths.</summary>
    public NetworkShape Shape { get; }

    /// <summary>Capacity in steps.</summary>
    public int MaxSteps { get; }

    /// <summary>Capacity in sequences.</summary>
    public int MaxRows { get; }

    /// <summary>Steps in use, T; 1 to <see cref="MaxSteps"/>.</summary>
    public int Steps
    {
        get;
        set => field = value >= 1 && value <= MaxSteps ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"Steps must be 1 to {MaxSteps}, got {value}.");
    }

    /// <summary>Sequences in use, B; 1 to <see cref="MaxRows"/>.</summary>
    public int Rows
    {
        get;
        set => field = value >= 1 && value <= MaxRows ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"Rows must be 1 to {MaxRows}, got {value}.");
    }

    /// <summary>Whether <see cref="Lengths"/> counts; false, the default: every row has all steps.</summary>
    public bool HasLengths { get; set; }

    /// <summary>[B]: valid steps of each row, 0 to <see cref="Steps"/>.</summary>
    public Span<int> Lengths => _lengths.AsSpan(0, Rows);

    /// <summary>[B]: whether a row goes on where the same row of the batch before ended. Only training and evaluation on a stream (<see cref="Training.IStreamSource"/>) look at it.</summary>
    public Span<bool> Continues => _continues.AsSpan(0, Rows);

    /// <summary>[T,B,I], time first. A row's steps from its length on may hold anything: the network sets them to zero.</summary>
    public float[] Inputs { get; }

    /// <summary>[T,B], time first: each step's token, 0 to V − 1, or −1, with which all start, for none: a vector of zeros. What follows a row's length is not looked at.</summary>
    public int[] Tokens { get; }

    /// <summary>[B,C]: features of each sequence.</summary>
    public float[] Context { get; }

    /// <summary>[B,W]: what the linear maps see.</summary>
    public float[] Window { get; }

    /// <summary>L: outputs of one expert.</summary>
    public int ExpertSize { get; }

    /// <summary>[B,K,L]: the outputs of the given experts.</summary>
    public float[] Experts { get; }

    /// <summary>[B,K]: the logits that the given experts' weights start from.</summary>
    public float[] Priors { get; }

    /// <summary>[B,S]: features of each sequence that only the decoder sees, <see cref="NetworkShape.StaticSize"/> each.</summary>
    public float[] Static { get; }

    /// <summary>[B,h,K]: what is known of each step ahead, <see cref="NetworkShape.FutureSize"/> features each.</summary>
    public float[] Future { get; }

    /// <summary>Target columns per row (per place when the pooling is Whole).</summary>
    public int TargetSize { get; }

    /// <summary>[B,TargetSize], or [T,B,TargetSize] when the pooling is Whole.</summary>
    public float[] Targets { get; }

    /// <summary>Like <see cref="Targets"/>: 0 leaves a target out.</summary>
    public float[] Weights { get; }

    /// <summary>Rows of the output: B, or T·B when the pooling is Whole.</summary>
    public int OutputRows => Shape.Pooling == SequencePooling.Whole ? Steps * Rows : Rows;

    internal BlockShape Block => new(Steps, Rows, HasLengths ? _lengths.AsSpan(0, Rows) : default);

    internal ReadOnlySpan<float> ActiveTargets => Targets.AsSpan(0, OutputRows * TargetSize);

    internal ReadOnlySpan<float> ActiveWeights => Weights.AsSpan(0, OutputRows * TargetSize);
}
