// The architecture of a network as data: what it is made of, not what it has learnt.
using OverTime = GruMlNet.Engine.Layers.Pooling;

namespace GruMlNet.Engine.Networks;

/// <summary>
/// A recurrent network from sequences [T,B,I] to outputs [B,O]:
/// the vector of the step's token appended to its features, where there are tokens → optional step embedding → input dropout → stacked recurrent layers → pooling over time → head dropout, context features
/// appended → hidden dense layers → linear output; plus, optionally, a mixture of experts that the pooled state weighs:
/// outputs given with each example (<see cref="GivenExperts"/>) and learnt linear maps of a flat window (<see cref="LinearExperts"/>);
/// plus, optionally, a decoder: for each of <see cref="FutureSteps"/> steps ahead, a share of the outputs that depends on what is known of that step.
/// </summary>
public sealed record NetworkShape
{
    /// <summary>Features per step, I; 1 to 65,536, or 0 where the steps are tokens only.</summary>
    public required int InputSize { get; init; }

    /// <summary>Different tokens, V, where each step brings one in <see cref="SequenceBatch.Tokens"/>; 0, the default, for none; at most 1,048,576.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Width of the vector that is learnt for each token, E; 1 to 4,096 when there are tokens, else 0.</summary>
    public int TokenEmbeddingSize { get; init; }

    /// <summary>Outputs per sequence (per step when <see cref="Pooling"/> is <see cref="SequencePooling.Whole"/>), O; 1 to 1,048,576.</summary>
    public required int OutputSize { get; init; }

    /// <summary>Width of the recurrent state, H; 1 to 4,096, default 64.</summary>
    public int HiddenSize { get; init; } = 64;

    /// <summary>Recurrent layers on top of one another; 1 to 64, default 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The recurrent cell; default GRU.</summary>
    public RecurrentCell Cell { get; init; } = RecurrentCell.Gru;

    /// <summary>Whether every recurrent layer runs over the sequence in both directions; default false.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>How the two directions become one; default side by side. The pooling <see cref="SequencePooling.Last"/> needs that: it takes each direction's own last state.</summary>
    public MergeMode Merge { get; init; } = MergeMode.Concatenate;

    /// <summary>Where a GRU's reset gate is applied; other cells have none. Default after the recurrent product.</summary>
    public ResetMode Reset { get; init; } = ResetMode.After;

    /// <summary>Bias vectors of the recurrent layers; default both.</summary>
    public BiasMode Bias { get; init; } = BiasMode.Both;

    /// <summary>Width of a dense layer with ReLU that each step passes before the first recurrent layer; 0, the default, for none; at most 65,536.</summary>
    public int StepEmbeddingSize { get; init; }

    /// <summary>What becomes of the states over time; default the last.</summary>
    public SequencePooling Pooling { get; init; } = SequencePooling.Last;

    /// <summary>Features per sequence that are appended to the pooled state, C; 0, the default, for none; at most 65,536.</summary>
    public int ContextSize { get; init; }

    /// <summary>Widths of the hidden dense layers of the head, each 1 to 65,536, at most 16; default none.</summary>
    public IReadOnlyList<int> HeadSizes { get; init; } = [];

    /// <summary>Activation of the hidden dense layers; default ReLU.</summary>
    public Activation HeadActivation { get; init; } = Activation.Relu;

    /// <summary>Whether the head's own output is part of the result; default true. False needs experts or a decoder: the result then is theirs alone.</summary>
    public bool HasHead { get; init; } = true;

    /// <summary>Experts whose outputs come with each example; 0, the default, for none; at most 1,024. Needs a pooling to one state.</summary>
    public int GivenExperts { get; init; }

    /// <summary>Number of linear maps from the flat window to the outputs, K; 0, the default, for none; at most 1,024. Needs a pooling to one state.</summary>
    public int LinearExperts { get; init; }

    /// <summary>Length of the flat window that the linear maps see, W; 1 to 1,048,576 when there are any, else 0.</summary>
    public int WindowSize { get; init; }

    /// <summary>Neighbouring outputs that share one output of the experts; a divisor of <see cref="OutputSize"/>, default 1.</summary>
    public int OutputsPerExpertOutput { get; init; } = 1;

    /// <summary>Steps ahead, h, whose outputs a decoder adds to: V·ReLU(W [state ; context ; <see cref="SequenceBatch.Static"/>] + U·(what is known of the step) + a learnt position + b), with the same weights for all steps; a divisor of <see cref="OutputSize"/>. 0, the default, for none. Needs a pooling to one state.</summary>
    public int FutureSteps { get; init; }

    /// <summary>Features that are known of each step ahead; 0, the default, to 65,536. Needs <see cref="FutureSteps"/>.</summary>
    public int FutureSize { get; init; }

    /// <summary>Features of the whole sequence that only the decoder sees: what would be too much for every output of the head, such as categories; 0, the default, to 65,536. Needs <see cref="FutureSteps"/>.</summary>
    public int StaticSize { get; init; }

    /// <summary>Width of the decoder's hidden layer, D; 1 to 65,536 when there are <see cref="FutureSteps"/>, else 0.</summary>
    public int DecoderSize { get; init; }

    /// <summary>Dropout on the steps' features; 0, the default, to below 1.</summary>
    public float InputDropout { get; init; }

    /// <summary>
    /// Dropout on the states as the recurrent products read them, with one mask per sequence that stays the same over all its steps (Gal and Ghahramani 2016); the part
    /// of a state that a gate carries on, and an LSTM's memory, are not masked. 0, the default, to below 1.
    /// </summary>
    public float RecurrentDropout { get; init; }

    /// <summary>Whether the output of every recurrent layer is normalised step by step over its features, with a learnt gain and offset (Ba, Kiros, Hinton 2016); the states that go from step to step are not. Default false.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>Dropout between recurrent layers; 0, the default, to below 1.</summary>
    public float LayerDropout { get; init; }

    /// <summary>Dropout on the pooled state before the head; 0, the default, to below 1.</summary>
    public float HeadDropout { get; init; }

    /// <summary>Compares the shapes value by value, head sizes included.</summary>
    public bool Equals(NetworkShape? other) => other is not null && Describe() == other.Describe();

    /// <inheritdoc/>
    public override int GetHashCode() => Describe().GetHashCode(StringComparison.Ordinal);

    /// <summary>Checks every value and reports all that are out of range together.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists each property, its value and its range.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        Range(nameof(InputSize), InputSize, VocabularySize > 0 ? 0 : 1, 65536);
        Range(nameof(VocabularySize), VocabularySize, 0, 1 << 20);
        Range(nameof(TokenEmbeddingSize), TokenEmbeddingSize, VocabularySize > 0 ? 1 : 0, VocabularySize > 0 ? 4096 : 0);
        Range(nameof(OutputSize), OutputSize, 1, 1 << 20);
        Range(nameof(HiddenSize), HiddenSize, 1, 4096);
        Range(nameof(Layers), Layers, 1, 64);
        Range(nameof(StepEmbeddingSize), StepEmbeddingSize, 0, 65536);
        Range(nameof(ContextSize), ContextSize, 0, 65536);
        Range("HeadSizes.Count", HeadSizes.Count, 0, 16);
        foreach (var size in HeadSizes) Range("HeadSizes[]", size, 1, 65536);
        Range(nameof(GivenExperts), GivenExperts, 0, 1024);
        Range(nameof(LinearExperts), LinearExperts, 0, 1024);
        Range(nameof(WindowSize), WindowSize, LinearExperts > 0 ? 1 : 0, LinearExperts > 0 ? 1 << 20 : 0);
        Range(nameof(FutureSteps), FutureSteps, 0, 1 << 20);
        Range(nameof(FutureSize), FutureSize, 0, HasDecoder ? 65536 : 0);
        Range(nameof(StaticSize), StaticSize, 0, HasDecoder ? 65536 : 0);
        Range(nameof(DecoderSize), DecoderSize, HasDecoder ? 1 : 0, HasDecoder ? 65536 : 0);
        Known(nameof(Cell), Cell);
        Known(nameof(Merge), Merge);
        Known(nameof(Reset), Reset);
        Known(nameof(Bias), Bias);
        Known(nameof(Pooling), Pooling);
        Known(nameof(HeadActivation), HeadActivation);
        Rate(nameof(InputDropout), InputDropout);
        Rate(nameof(RecurrentDropout), RecurrentDropout);
        Rate(nameof(LayerDropout), LayerDropout);
        Rate(nameof(HeadDropout), HeadDropout);
        if (OutputsPerExpertOutput < 1 || OutputSize % OutputsPerExpertOutput != 0)
            problems.Add($"OutputsPerExpertOutput must divide OutputSize {OutputSize}, got {OutputsPerExpertOutput}.");
        if (FutureSteps > 0 && OutputSize % FutureSteps != 0)
            problems.Add($"FutureSteps must divide OutputSize {OutputSize}, got {FutureSteps}.");
        if (Pooling == SequencePooling.Whole && (HasExperts || ContextSize > 0 || HasDecoder))
            problems.Add("Pooling Whole has one state per step, so GivenExperts, LinearExperts, FutureSteps and ContextSize must be 0.");
        if (Bidirectional && Merge != MergeMode.Concatenate && Pooling is SequencePooling.Last or SequencePooling.LastMeanMax)
            problems.Add($"Pooling {Pooling} of a bidirectional network needs Merge Concatenate, got {Merge}: use it, or pool by Mean, Max or Attention.");
        if (!HasHead && (!HasExperts && !HasDecoder || HeadSizes.Count > 0))
            problems.Add("Without a head there must be experts or a decoder, and no HeadSizes.");
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems));

        void Range(string name, int value, int min, int max)
        {
            if (value < min || value > max) problems.Add($"{name} must be {min} to {max}, got {value}.");
        }

        void Known<T>(string name, T value) where T : struct, Enum
        {
            if (!Enum.IsDefined(value)) problems.Add($"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}, got {value}.");
        }

        void Rate(string name, float value)
        {
            if (!(value >= 0f && value < 1f)) problems.Add($"{name} must be at least 0 and below 1, got {value}.");
        }
    }

    /// <summary>Values of an encoding: of the pooled state, before dropout, context and head (<see cref="RecurrentNetwork.Encode"/>).</summary>
    public int EncodingSize => StateFeatures * OverTime.Parts(Pooling);

    /// <summary>Values per step before the step embedding: features and the token's vector.</summary>
    internal int StepInputSize => InputSize + TokenEmbeddingSize;

    /// <summary>Features per step that come out of the recurrent layers.</summary>
    internal int StateFeatures => Bidirectional && Merge == MergeMode.Concatenate ? 2 * HiddenSize : HiddenSize;

    internal bool HasExperts => GivenExperts + LinearExperts > 0;

    internal bool HasDecoder => FutureSteps > 0;

    private string Describe() => FormattableString.Invariant(
        $"{InputSize},{VocabularySize},{TokenEmbeddingSize},{OutputSize},{HiddenSize},{Layers},{Cell},{Bidirectional},{Merge},{Reset},{Bias},{StepEmbeddingSize},{Pooling},{ContextSize},[{string.Join(' ', HeadSizes)}],{HeadActivation},{HasHead},{GivenExperts},{LinearExperts},{WindowSize},{OutputsPerExpertOutput},{FutureSteps},{FutureSize},{StaticSize},{DecoderSize},{LayerNorm},{InputDropout:R},{RecurrentDropout:R},{LayerDropout:R},{HeadDropout:R}");
}
