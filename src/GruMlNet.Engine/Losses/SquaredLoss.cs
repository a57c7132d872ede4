// (y − t)².
namespace GruMlNet.Engine.Losses;

/// <summary>The squared error (y − t)².</summary>
public sealed class SquaredLoss : ElementwiseLoss
{
    private protected override float Element(float output, float target, out float slope)
    {
        var error = output - target;
        slope = 2f * error;
        return error * error;
    }
}
