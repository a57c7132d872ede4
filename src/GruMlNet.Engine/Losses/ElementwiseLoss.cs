// The shared loop of the losses that compare one output with one target.
namespace GruMlNet.Engine.Losses;

/// <summary>A loss that is a function of one output and one target, summed over all of them.</summary>
public abstract class ElementwiseLoss : Loss
{
    /// <inheritdoc/>
    public sealed override int TargetSize(int outputSize) => outputSize;

    /// <inheritdoc/>
    public sealed override double Evaluate(int rows, ReadOnlySpan<float> output, ReadOnlySpan<float> target, ReadOnlySpan<float> weight, float scale, Span<float> gradient)
    {
        if (rows == 0) return 0;
        var count = rows * (output.Length / rows);
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            var w = weight.IsEmpty ? 1f : weight[i];
            var slope = 0f;
            if (w != 0f) sum += w * (double)Element(output[i], target[i], out slope);
            if (!gradient.IsEmpty) gradient[i] = w == 0f ? 0f : scale * w * slope;
        }
        return sum;
    }

    /// <summary>The loss of one output and its derivative with respect to the output.</summary>
    private protected abstract float Element(float output, float target, out float slope);
}
