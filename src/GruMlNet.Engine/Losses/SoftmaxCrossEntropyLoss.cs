// The loss of choosing one of several classes.
namespace GruMlNet.Engine.Losses;

/// <summary>
/// −Σ_k q_k log softmax(y)_k: outputs come in groups of one logit per class, the target of a group is the class index t = 0 … classes − 1. Without smoothing q is 1 at t, so that
/// the loss is −log softmax(y)_t; with smoothing s it is 1 − s there, and s / classes is added everywhere (Szegedy et al. 2016). Weights of classes go into the examples' weights.
/// </summary>
public sealed class SoftmaxCrossEntropyLoss : Loss
{
    private readonly int _classes;
    private readonly float _smoothing;

    /// <summary>Makes the loss.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="labelSmoothing">Share of a target's weight that is spread over all classes; 0, the default, for none, to below 1.</param>
    public SoftmaxCrossEntropyLoss(int classes, float labelSmoothing = 0f)
    {
        if (classes < 2) throw new ArgumentOutOfRangeException(nameof(classes), classes, $"classes must be at least 2, got {classes}.");
        if (!(labelSmoothing >= 0f && labelSmoothing < 1f)) throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, $"labelSmoothing must be at least 0 and below 1, got {labelSmoothing}.");
        (_classes, _smoothing) = (classes, labelSmoothing);
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

    private double Group(ReadOnlySpan<float> logits, int index, float scale, Span<float> gradient)
    {
        var max = float.NegativeInfinity;
        foreach (var v in logits) max = Math.Max(max, v);
        float sum = 0f, share = _smoothing / _classes;
        for (var j = 0; j < logits.Length; j++)
        {
            var e = MathF.Exp(logits[j] - max);
            if (j < gradient.Length) gradient[j] = e;
            sum += e;
        }
        for (var j = 0; j < gradient.Length; j++) gradient[j] = scale * (gradient[j] / sum - share - (j == index ? 1f - _smoothing : 0f));
        var loss = Math.Log(sum) + max - (1f - _smoothing) * logits[index];
        if (_smoothing > 0f)
            foreach (var v in logits) loss -= share * v;
        return loss;
    }
}
