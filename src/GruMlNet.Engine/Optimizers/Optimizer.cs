// How parameters follow their gradient.
namespace GruMlNet.Engine.Optimizers;

/// <summary>Holds the moments of one training run; not thread-safe.</summary>
internal abstract class Optimizer
{
    /// <summary>Moves the parameters one step against the gradient.</summary>
    public void Step(Span<float> parameters, ReadOnlySpan<float> gradient, float learningRate)
    {
        Begin(learningRate);
        Update(0, parameters, gradient);
    }

    /// <summary>
    /// Moves the parameters one step against the gradient. Rows of a table that the step has not touched stay as they are, and so do their
    /// moments and their decay (PyTorch's SparseAdam does the same): they go on as if no time had passed.
    /// </summary>
    public void Step(Span<float> parameters, ParameterGradient gradient, float learningRate)
    {
        Begin(learningRate);
        for (var i = 0; i < gradient.Parts; i++)
        {
            var (from, length) = gradient.Part(i);
            Update(from, parameters.Slice(from, length), gradient.Values.Slice(from, length));
        }
    }

    /// <summary>Starts a step.</summary>
    protected abstract void Begin(float learningRate);

    /// <summary>Moves the parameters that lie at <paramref name="from"/> of all.</summary>
    protected abstract void Update(int from, Span<float> parameters, ReadOnlySpan<float> gradient);

    public static Optimizer Create(OptimizerKind kind, int count, float weightDecay, float momentum) => kind switch
    {
        OptimizerKind.Adam => new AdamOptimizer(count, weightDecay: weightDecay),
        OptimizerKind.Sgd => new SgdOptimizer(count, momentum, weightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"Unknown optimizer {kind}."),
    };
}
