// How parameters follow their gradient.
namespace GruMlNet.Engine.Optimizers;

/// <summary>Holds the moments of one training run; not thread-safe.</summary>
internal abstract class Optimizer
{
    /// <summary>Moves the parameters one step against the gradient.</summary>
    public abstract void Step(Span<float> parameters, ReadOnlySpan<float> gradient, float learningRate);

    public static Optimizer Create(OptimizerKind kind, int count, float weightDecay, float momentum) => kind switch
    {
        OptimizerKind.Adam => new AdamOptimizer(count, weightDecay: weightDecay),
        OptimizerKind.Sgd => new SgdOptimizer(count, momentum, weightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"Unknown optimizer {kind}."),
    };
}
