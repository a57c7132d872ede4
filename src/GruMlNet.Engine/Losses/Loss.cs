// What training minimises: the contract of every loss.
namespace GruMlNet.Engine.Losses;

/// <summary>
/// A loss over rows of outputs. Implementations keep no state between calls, so that one instance may be used by any number of threads.
/// </summary>
public abstract class Loss
{
    /// <summary>Columns of the target that belong to <paramref name="outputSize"/> columns of the output.</summary>
    /// <param name="outputSize">Columns of the output, O.</param>
    /// <exception cref="ArgumentException">The loss cannot be computed for that many outputs.</exception>
    public abstract int TargetSize(int outputSize);

    /// <summary>Sums weight·loss over all rows and target columns, and writes the gradient.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="output">[rows, O], the network's output.</param>
    /// <param name="target">[rows, TargetSize(O)]; where the weight is 0 the target is not looked at and may be NaN.</param>
    /// <param name="weight">Like the target, each value at least 0; empty where every weight is 1.</param>
    /// <param name="scale">Factor on the gradient, usually 1 / Σ weight.</param>
    /// <param name="gradient">[rows, O], overwritten with scale·d(sum)/d(output); empty if not needed.</param>
    /// <returns>The unscaled sum.</returns>
    public abstract double Evaluate(int rows, ReadOnlySpan<float> output, ReadOnlySpan<float> target, ReadOnlySpan<float> weight, float scale, Span<float> gradient);
}
