// The logarithmic loss of a yes-or-no prediction.
namespace GruMlNet.Engine.Losses;

/// <summary>log(1 + e^y) − t·y for a logit y and a target t in [0, 1]: the cross-entropy of the sigmoid of y.</summary>
public sealed class LogisticLoss : ElementwiseLoss
{
    private protected override float Element(float output, float target, out float slope)
    {
        var e = MathF.Exp(-Math.Abs(output)); // never overflows
        var probability = output >= 0f ? 1f / (1f + e) : e / (1f + e);
        slope = probability - target;
        return Math.Max(output, 0f) + MathF.Log(1f + e) - target * output;
    }
}
