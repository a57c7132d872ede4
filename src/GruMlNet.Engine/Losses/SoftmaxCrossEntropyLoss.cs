// The loss of choosing one of several classes.
namespace GruMlNet.Engine.Losses;

/// <summary>−log softmax(y)[t]: outputs come in groups of one logit per class, the target of a group is the class index 0 … classes − 1.</summary>
public sealed class SoftmaxCrossEntropyLoss : Loss
{
    private readonly int _classes;

    /// <summary>Makes the loss.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    public SoftmaxCrossEntropyLoss(int classes)
    {
        if (classes < 2) throw new ArgumentOutOfRangeException(nameof(classes), classes, $"classes must be at least 2, got {classes}.");
        _classes = classes;
    }

    /// <inheritdoc/>
    public override int TargetSize(int outputSize) => outputSize % _classes == 0
        ? outputSize / _classes
        : throw new ArgumentException($"outputSize must be a multiple of the {_classes} classes, got {outputSize}.", nameof(outputSize));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A target with a weight above 0 is not a class index.</exception>
    public override double Evaluate(int rows, ReadOnlySpan<float> output, ReadOnlySpan<float> target, ReadOnlySpan<float> weight, float scale, Span<float> gradient)
    {
        if (rows == 0) return 0;
        var groups = rows * TargetSize(output.Length / rows);
        var sum = 0.0;
        for (var i = 0; i < groups; i++)
        {
            var w = weight.IsEmpty ? 1f : weight[i];
            var logits = output.Slice(i * _classes, _classes);
            var d = gradient.IsEmpty ? default : gradient.Slice(i * _classes, _classes);
            if (w == 0f) d.Clear();
            else sum += w * Group(logits, ClassIndex(target[i]), scale * w, d);
        }
        return sum;
    }

    private int ClassIndex(float target)
    {
        if (!(target >= 0f && target < _classes) || target != MathF.Floor(target))
            throw new ArgumentException($"A target must be a class index 0 … {_classes - 1}, got {target}.", nameof(target));
        return (int)target;
    }

    private static double Group(ReadOnlySpan<float> logits, int index, float scale, Span<float> gradient)
    {
        var max = float.NegativeInfinity;
        foreach (var v in logits) max = Math.Max(max, v);
        var sum = 0f;
        foreach (var v in logits) sum += MathF.Exp(v - max);
        for (var j = 0; j < gradient.Length; j++)
            gradient[j] = scale * (MathF.Exp(logits[j] - max) / sum - (j == index ? 1f : 0f));
        return Math.Log(sum) + max - logits[index];
    }
}
