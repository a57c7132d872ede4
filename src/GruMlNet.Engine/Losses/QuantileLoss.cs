// Several quantiles of each target at once.
namespace GruMlNet.Engine.Losses;

/// <summary>
/// The pinball loss max(q·(t − y), (q − 1)·(t − y)), averaged over the quantile levels q of each target
/// (Koenker and Bassett 1978). Outputs lie level by level within a target: [rows, targets·Q], level fastest.
/// </summary>
public sealed class QuantileLoss : Loss
{
    private readonly float[] _levels;

    /// <summary>Makes the loss.</summary>
    /// <param name="levels">Quantile levels, each above 0 and below 1.</param>
    public QuantileLoss(params float[] levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        if (levels.Length == 0 || !Array.TrueForAll(levels, q => q is > 0f and < 1f))
            throw new ArgumentException($"levels must be numbers above 0 and below 1, got ({string.Join(", ", levels)}).", nameof(levels));
        _levels = [.. levels];
    }

    /// <summary>The quantile levels, in the order of the outputs.</summary>
    public IReadOnlyList<float> Levels => _levels;

    /// <inheritdoc/>
    public override int TargetSize(int outputSize) => outputSize % _levels.Length == 0
        ? outputSize / _levels.Length
        : throw new ArgumentException($"outputSize must be a multiple of the {_levels.Length} quantile levels, got {outputSize}.", nameof(outputSize));

    /// <inheritdoc/>
    public override double Evaluate(int rows, ReadOnlySpan<float> output, ReadOnlySpan<float> target, ReadOnlySpan<float> weight, float scale, Span<float> gradient)
    {
        if (rows == 0) return 0;
        var Q = _levels.Length;
        var targets = rows * TargetSize(output.Length / rows);
        var sum = 0.0;
        for (var i = 0; i < targets; i++)
        {
            var w = weight.IsEmpty ? 1f : weight[i];
            var loss = 0f;
            for (var q = 0; q < Q; q++)
            {
                var error = w == 0f ? 0f : target[i] - output[i * Q + q];
                var slope = error > 0f ? -_levels[q] : error < 0f ? 1f - _levels[q] : error;
                loss -= slope * error;
                if (!gradient.IsEmpty) gradient[i * Q + q] = w == 0f ? 0f : scale * w * slope / Q;
            }
            if (w != 0f) sum += w * (double)loss / Q;
        }
        return sum;
    }
}
