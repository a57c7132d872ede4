// How a network is trained: each hyper-parameter of training, declared here and nowhere else.
using GruMlNet.Engine.Optimizers;

namespace GruMlNet.Engine.Training;

/// <summary>Settings of a training run. The defaults suit small recurrent networks.</summary>
public sealed class TrainerOptions
{
    /// <summary>Seed of the order of examples and of dropout; default 1. The initial weights have a seed of their own.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Examples per step; 1 to 1,048,576, default 32. A stream (<see cref="IStreamSource"/>) has as many as it has streams.</summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>Most epochs; 1 to 1,000,000, default 50.</summary>
    public int MaxEpochs { get; set; } = 50;

    /// <summary>Steps that make an epoch; null, the default: as many as go once through all examples.</summary>
    public int? StepsPerEpoch { get; set; }

    /// <summary>Threads that share the work of a step; 1 to 1,024, or null, the default, for the number of processors. The result does not depend on it.</summary>
    public int? Threads { get; set; }

    /// <summary>Highest learning rate, reached after the warm-up; positive, default 0.005.</summary>
    public float LearningRate { get; set; } = 0.005f;

    /// <summary>Steps over which the learning rate rises linearly from 0; default 50. Shortened to a tenth of the run where the run is short.</summary>
    public int WarmupSteps { get; set; } = 50;

    /// <summary>Whether the learning rate falls to 0 along half a cosine wave after the warm-up (Loshchilov and Hutter 2017); default true.</summary>
    public bool CosineDecay { get; set; } = true;

    /// <summary>Largest norm of a gradient; larger ones are scaled down. Positive, or null for no clipping; default 1.</summary>
    public float? ClipNorm { get; set; } = 1f;

    /// <summary>The optimizer; default Adam.</summary>
    public OptimizerKind Optimizer { get; set; } = OptimizerKind.Adam;

    /// <summary>Weight decay: decoupled for Adam (which makes it AdamW), an L2 penalty for SGD; at least 0, default 0.</summary>
    public float WeightDecay { get; set; }

    /// <summary>Momentum of SGD; 0, the default, to below 1. Adam ignores it.</summary>
    public float Momentum { get; set; }

    /// <summary>Decay per step of a moving average of the weights, which then is the result; 0, the default, for none, else below 1.</summary>
    public float AverageDecay { get; set; }

    /// <summary>Epochs without a better validation loss after which training ends; null, the default: never. Needs a validation source.</summary>
    public int? Patience { get; set; }

    /// <summary>Called after each epoch on the training thread; returning false ends training and keeps the best weights so far. Default null.</summary>
    public Func<TrainingProgress, bool>? Progress { get; set; }

    /// <summary>A copy that later changes of this one do not reach.</summary>
    internal TrainerOptions Clone() => (TrainerOptions)MemberwiseClone();

    /// <summary>Checks every value and reports all that are out of range together.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists each option, its value and its range.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        Check(BatchSize is >= 1 and <= 1 << 20, $"BatchSize must be 1 to 1048576, got {BatchSize}.");
        Check(MaxEpochs is >= 1 and <= 1_000_000, $"MaxEpochs must be 1 to 1000000, got {MaxEpochs}.");
        Check(StepsPerEpoch is null or >= 1, $"StepsPerEpoch must be null or at least 1, got {StepsPerEpoch}.");
        Check(Threads is null or (>= 1 and <= 1024), $"Threads must be null or 1 to 1024, got {Threads}.");
        Check(LearningRate > 0f && float.IsFinite(LearningRate), $"LearningRate must be a positive number, got {LearningRate}.");
        Check(WarmupSteps >= 0, $"WarmupSteps must be at least 0, got {WarmupSteps}.");
        Check(ClipNorm is null or > 0f, $"ClipNorm must be null or positive, got {ClipNorm}.");
        Check(Enum.IsDefined(Optimizer), $"Optimizer must be one of {string.Join(", ", Enum.GetNames<OptimizerKind>())}, got {Optimizer}.");
        Check(WeightDecay >= 0f && float.IsFinite(WeightDecay), $"WeightDecay must be at least 0, got {WeightDecay}.");
        Check(Momentum is >= 0f and < 1f, $"Momentum must be at least 0 and below 1, got {Momentum}.");
        Check(AverageDecay is >= 0f and < 1f, $"AverageDecay must be at least 0 and below 1, got {AverageDecay}.");
        Check(Patience is null or >= 1, $"Patience must be null or at least 1, got {Patience}.");
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems));

        void Check(bool good, FormattableString problem)
        {
            if (!good) problems.Add(FormattableString.Invariant(problem));
        }
    }
}
