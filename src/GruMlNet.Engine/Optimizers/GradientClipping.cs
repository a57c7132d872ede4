// Keeps one bad batch from throwing the weights away.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Optimizers;

internal static class GradientClipping
{
    /// <summary>Scales the gradient by min(1, max / (‖g‖ + 1e-6)) (Pascanu, Mikolov, Bengio 2013) and returns ‖g‖ before.</summary>
    public static double ClipByGlobalNorm(Span<float> gradient, float maxNorm)
    {
        var norm = Math.Sqrt(VectorOps.SumOfSquares(gradient));
        var scale = maxNorm / (norm + 1e-6);
        if (scale < 1.0) VectorOps.Scale(gradient, (float)scale);
        return norm;
    }

    /// <summary>The same for a gradient of which parts only are touched.</summary>
    public static double ClipByGlobalNorm(ParameterGradient gradient, float maxNorm)
    {
        var norm = Math.Sqrt(gradient.SumOfSquares());
        var scale = maxNorm / (norm + 1e-6);
        if (scale < 1.0) gradient.Scale((float)scale);
        return norm;
    }
}
