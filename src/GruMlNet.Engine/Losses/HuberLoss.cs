// Squared near zero, linear beyond a threshold.
namespace GruMlNet.Engine.Losses;

/// <summary>½e² for |e| ≤ δ, δ(|e| − ½δ) beyond (Huber 1964).</summary>
public sealed class HuberLoss : ElementwiseLoss
{
    private readonly float _delta;

    /// <summary>Makes the loss.</summary>
    /// <param name="delta">δ: where the parabola becomes a line; positive, default 1.</param>
    public HuberLoss(float delta = 1f)
    {
        if (!(delta > 0f) || float.IsInfinity(delta)) throw new ArgumentOutOfRangeException(nameof(delta), delta, $"delta must be a positive number, got {delta}.");
        _delta = delta;
    }

    private protected override float Element(float output, float target, out float slope)
    {
        var error = output - target;
        slope = Math.Clamp(error, -_delta, _delta);
        return Math.Abs(error) <= _delta ? 0.5f * error * error : _delta * (Math.Abs(error) - 0.5f * _delta);
    }
}
