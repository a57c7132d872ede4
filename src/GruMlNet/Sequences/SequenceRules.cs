// Rules that choose what the user left open, from the data.
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Sequences;

internal static class SequenceRules
{
    /// <summary>Steps that a typical sequence is cut into, at most: more cost time and make it harder to learn from few sequences.</summary>
    private const int UsualSteps = 48;

    /// <summary>Width of what is made of each window before the recurrent layer.</summary>
    private const int StepEmbeddingSize = 48;

    private const int TokenEmbeddingSize = 64;

    /// <summary>Steps that a network learns from at once: several times as many as gradients usually reach back, and few enough for the memory of any machine.</summary>
    private const int UsualLongestPiece = 1024;

    /// <summary>Inputs per step, and outputs, that the engine accepts.</summary>
    private const int MaxInputs = 1 << 16, MaxOutputs = 1 << 20;

    /// <summary>Width of what an auto-encoder rebuilds sequences from, on the way from the encoding to the steps.</summary>
    private const int DecoderSize = 128;

    /// <summary>Up to so many numbers are rebuilt by dense layers, too, which rebuild far better than the decoder that all steps share; more would take too many weights.</summary>
    private const int MostDenseOutputs = 1 << 14;

    /// <summary>Cosines that tell a step's position where all sequences have one length.</summary>
    private const int Positions = 6;

    /// <summary>A network is trained for so many steps at least, however few sequences there are; where each step has a label, half of that is enough, and more learns by heart.</summary>
    private const int LeastSteps = 800, LeastStepsWithManyLabels = 400;

    /// <summary>Share of the tokens that are left out while training: words are redundant, letters of an alphabet are not.</summary>
    private const float TokenLoss = 0.1f, OneHotLoss = 0.02f;

    /// <summary>How far the windows of neighbouring steps overlap, network by network: several networks see the data at several scales.</summary>
    private static readonly int[] Overlaps = [3, 5, 3, 7, 5];

    /// <summary>Steps around the one whose class is asked for, network by network: as wide as what decides about a residue of a protein (Qian and Sejnowski 1988 take 13).</summary>
    private static readonly int[] Contexts = [9, 13, 17];

    private static readonly SequencePooling[] Poolings = [SequencePooling.Mean, SequencePooling.Max, SequencePooling.Last];

    /// <summary>Of words, few matter, wherever they stand.</summary>
    private static readonly SequencePooling[] WordPoolings = [SequencePooling.Mean, SequencePooling.Attention, SequencePooling.LastMeanMax];

    public static int InputSize(SequencePlan plan, StepLayout layout) => plan.IsTokens && !plan.IsOneHot ? 0 : layout.Width * plan.Channels + plan.Positions;

    /// <summary>A network with an output per step has no features per sequence; an encoding has them behind the state.</summary>
    public static int ContextSize(SequencePlan plan, SequenceTask task) => task.IsPerStep || task.IsReconstruction || task.Kind == TaskKind.Encoding ? 0 : plan.ContextSize;

    public static int OutputSize(SequenceTask task, StepLayout layout, int decoderSteps)
        => task.Kind == TaskKind.Encoding ? 1 : task.IsReconstruction ? decoderSteps * layout.Stride * task.Outputs : task.Outputs;

    /// <summary>Steps of a network that are learnt from at once.</summary>
    public static int LongestPiece(GruSequenceOptions options) => options.BackpropagationSteps ?? UsualLongestPiece;

    /// <summary>Learns the scaling and chooses the channels.</summary>
    public static SequencePlan Plan(IReadOnlyList<SequenceSample> samples, int features, int keys, int? maxLength, bool keepEnd, SequenceTask task, GruSequenceOptions options)
    {
        var plan = new SequencePlan
        {
            Features = features,
            Keys = keys,
            KnownKeys = KnownKeys(samples),
            MaxLength = maxLength ?? SequenceLimits.MaxLength,
            KeepEnd = keepEnd,
        };
        var common = Math.Min(samples[0].Steps, plan.MaxLength);
        if (common > 1 && !task.IsReconstruction && samples.All(s => Math.Min(s.Steps, plan.MaxLength) == common) && (!plan.IsTokens || plan.IsOneHot))
            plan = plan with { CommonLength = common, Positions = SequenceRules.Positions };
        if (plan.IsTokens) return plan;
        plan = plan with
        {
            PerSequence = options.ScalePerSequence ?? (features == 1 && !task.IsPerStep && !task.IsReconstruction),
            Differences = options.Differences ?? features == 1,
            MissingFlags = samples.Any(s => s.Values.AsSpan().Contains(float.NaN)),
        };
        return SequenceScaling.Learn(samples, plan);
    }

    /// <summary>The keys that are met, ascending. Those that are met once count, too: leaving them out made no difference on questions that was beyond chance.</summary>
    private static int[] KnownKeys(IReadOnlyList<SequenceSample> samples)
        => [.. samples.SelectMany(sample => sample.Tokens).Where(token => token >= 0).Distinct().Order()];

    /// <summary>How network number <paramref name="member"/> cuts sequences into steps.</summary>
    public static StepLayout Layout(int member, SequencePlan plan, SequenceTask task, int typicalSteps, GruSequenceOptions options)
    {
        if (plan.IsTokens && !plan.IsOneHot) return new StepLayout(1, 1);
        var stride = task.Kind == TaskKind.PerStep ? 1 : options.WindowStride ?? Math.Max(1, (int)Math.Round(typicalSteps / (double)UsualSteps));
        var width = options.WindowLength ?? task.Kind switch
        {
            TaskKind.PerStep => Contexts[member % Contexts.Length],
            // Who sees few steps must remember the others, to guess the next one.
            TaskKind.NextStep or TaskKind.NextToken => stride,
            _ => stride * Overlaps[member % Overlaps.Length],
        };
        // Of many channels, a window holds fewer steps.
        var most = Math.Max(1, (MaxInputs - plan.Positions) / plan.Channels);
        if (options.WindowLength > most)
            throw new ArgumentOutOfRangeException(nameof(options), $"WindowLength {options.WindowLength} of {plan.Channels} channels makes {(long)options.WindowLength * plan.Channels} numbers per step, and {MaxInputs} are possible: use at most {most}.");
        if (task.IsReconstruction) most = Math.Min(most, Math.Max(1, MaxInputs / task.Outputs));
        return new StepLayout(Math.Min(width, most), options.WindowStride is null ? Math.Min(stride, most) : stride);
    }

    public static NetworkShape Shape(int member, SequencePlan plan, SequenceTask task, StepLayout layout, int samples, int longest, GruSequenceOptions options)
    {
        var inputs = InputSize(plan, layout);
        var decoderSteps = task.IsReconstruction ? Math.Clamp(MaxOutputs / (layout.Stride * task.Outputs), 1, longest) : 0;
        var shape = new NetworkShape
        {
            InputSize = inputs,
            OutputSize = OutputSize(task, layout, decoderSteps),
            VocabularySize = inputs == 0 ? plan.Vocabulary : 0,
            TokenEmbeddingSize = inputs == 0 ? TokenEmbeddingSize : 0,
            HiddenSize = options.HiddenSize ?? (samples < 1000 ? 32 : 64),
            Layers = options.Layers,
            Cell = options.Cell,
            Reset = options.Reset,
            Bidirectional = task.Kind is not (TaskKind.NextStep or TaskKind.NextToken) && options.Bidirectional,
            StepEmbeddingSize = inputs > 1 ? StepEmbeddingSize : 0,
            Pooling = task.IsPerStep ? SequencePooling.Whole : options.Pooling ?? (inputs == 0 ? WordPoolings : Poolings)[member % Poolings.Length],
            ContextSize = ContextSize(plan, task),
            RecurrentDropout = options.RecurrentDropout,
            LayerNorm = options.LayerNorm,
            LayerDropout = options.Layers > 1 ? options.Dropout ?? 0.2f : 0f,
            HeadDropout = task.IsUnsupervised ? 0f : options.Dropout ?? (task.IsPerStep ? 0.5f : 0.3f),
        };
        if (!task.IsReconstruction) return shape;
        var dense = shape.OutputSize <= MostDenseOutputs;
        return shape with { HasHead = dense, HeadSizes = dense ? [DecoderSize] : [], FutureSteps = decoderSteps, DecoderSize = DecoderSize };
    }

    public static int Members(GruSequenceOptions options) => options.EnsembleSize ?? 5;

    /// <summary>Training of one network: as many epochs as give a small data set enough steps, and a large one not too many.</summary>
    public static TrainerOptions Training(int samples, SequenceTask task, GruSequenceOptions options)
    {
        if (options.Training is { } given) return given.Clone();
        var batch = Math.Clamp(samples / 8, 8, 64);
        var stepsPerEpoch = Math.Max(1, samples / batch);
        var steps = Math.Max(task.Kind == TaskKind.PerStep ? LeastStepsWithManyLabels : LeastSteps, 25 * stepsPerEpoch);
        return new TrainerOptions
        {
            BatchSize = batch,
            StepsPerEpoch = Math.Max(stepsPerEpoch, steps / 40),
            MaxEpochs = Math.Max(1, steps / Math.Max(stepsPerEpoch, steps / 40)),
            LearningRate = 0.003f,
            WeightDecay = 0.01f,
        };
    }

    public static float Smoothing(GruSequenceOptions options) => options.LabelSmoothing ?? 0.1f;

    public static Augmentation Augmentation(SequencePlan plan, SequenceTask task, GruSequenceOptions options)
    {
        if (task.IsPerStep || task.IsReconstruction) return default;
        // A change of size that keeps the class may change the number that is to be estimated.
        var strength = options.Augmentation ?? (task.Kind == TaskKind.Regression ? 0.3f : 1f);
        return new Augmentation(strength, strength * (plan.IsOneHot ? OneHotLoss : TokenLoss));
    }
}
