// What is learnt about sequences.
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Sequences;

internal enum TaskKind
{
    /// <summary>One of several classes per sequence.</summary>
    Multiclass,

    /// <summary>Yes or no per sequence.</summary>
    Binary,

    /// <summary>A number per sequence.</summary>
    Regression,

    /// <summary>One of several classes per step.</summary>
    PerStep,

    /// <summary>The next step's numbers, from the steps before: no label is needed.</summary>
    NextStep,

    /// <summary>The next token, likewise.</summary>
    NextToken,

    /// <summary>Nothing more is learnt: the pooled state is the result.</summary>
    Encoding,

    /// <summary>The numbers of all steps, from one pooled state: no label is needed.</summary>
    Reconstruction,

    /// <summary>The tokens of all steps, likewise.</summary>
    TokenReconstruction,
}

/// <summary>Kind and outputs; a number is learnt on the scale of the training data.</summary>
/// <param name="Kind">What is learnt.</param>
/// <param name="Outputs">Classes, or numbers, of one answer; where sequences are rebuilt, of one raw step.</param>
/// <param name="Mean">Mean of the training targets of a regression.</param>
/// <param name="Scale">Their standard deviation.</param>
internal sealed record SequenceTask(TaskKind Kind, int Outputs, float Mean = 0f, float Scale = 1f)
{
    public bool IsPerStep => Kind is TaskKind.PerStep or TaskKind.NextStep or TaskKind.NextToken;

    public bool IsReconstruction => Kind is TaskKind.Reconstruction or TaskKind.TokenReconstruction;

    public bool IsUnsupervised => IsReconstruction || Kind is TaskKind.NextStep or TaskKind.NextToken;

    public Loss CreateLoss(float smoothing) => Kind switch
    {
        TaskKind.Multiclass or TaskKind.PerStep or TaskKind.NextToken or TaskKind.TokenReconstruction => new SoftmaxCrossEntropyLoss(Outputs, IsUnsupervised ? 0f : smoothing),
        TaskKind.Binary => new LogisticLoss(),
        _ => new SquaredLoss(),
    };

    /// <summary>Turns a network's outputs into what can be averaged over networks: probabilities, or numbers on the original scale.</summary>
    public void Finish(Span<float> outputs)
    {
        if (Kind == TaskKind.Binary) outputs[0] = 1f / (1f + MathF.Exp(-outputs[0]));
        else if (Kind == TaskKind.Regression) outputs[0] = Mean + Scale * outputs[0];
        else if (Kind is TaskKind.Multiclass or TaskKind.PerStep or TaskKind.NextToken or TaskKind.TokenReconstruction)
            for (var from = 0; from < outputs.Length; from += Outputs) Softmax(outputs.Slice(from, Outputs));
    }

    private static void Softmax(Span<float> values)
    {
        var max = float.NegativeInfinity;
        foreach (var value in values) max = Math.Max(max, value);
        var sum = 0f;
        foreach (ref var value in values) sum += value = MathF.Exp(value - max);
        foreach (ref var value in values) value /= sum;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write((byte)Kind);
        writer.Write(Outputs);
        writer.Write(Mean);
        writer.Write(Scale);
    }

    public static SequenceTask Load(BinaryReader reader)
    {
        var task = new SequenceTask((TaskKind)reader.ReadByte(), reader.ReadInt32(), reader.ReadSingle(), reader.ReadSingle());
        return Enum.IsDefined(task.Kind) && task.Outputs is >= 1 and <= SequenceLimits.MaxVocabulary ? task
            : throw new InvalidDataException($"A task of kind {(int)task.Kind} with {task.Outputs} outputs is unknown: the file is damaged, or newer than this library. Use another copy, or update.");
    }
}

/// <summary>What is to be learnt of each sequence.</summary>
/// <param name="Values">Class index or number per sequence; for classes per step, one array entry per sequence in <paramref name="Steps"/> instead.</param>
/// <param name="Steps">Class index of each step, −1 where unknown; empty unless classes are learnt per step.</param>
/// <param name="Weights">Weight of each sequence; at least 0.</param>
internal sealed record SequenceTargets(float[] Values, int[][] Steps, float[] Weights);
