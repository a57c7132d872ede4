// |y − t|.
namespace GruMlNet.Engine.Losses;

/// <summary>The absolute error |y − t|; its derivative at 0 is taken as 0.</summary>
public sealed class AbsoluteLoss : ElementwiseLoss
{
    private protected override float Element(float output, float target, out float slope)
    {
        var error = output - target;
        slope = error > 0f ? 1f : error < 0f ? -1f : error;
        return Math.Abs(error);
    }
}
