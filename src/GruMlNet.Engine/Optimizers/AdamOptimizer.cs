// Adam and AdamW.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Optimizers;

/// <summary>Bias-corrected Adam; the decay is decoupled from the gradient, as in AdamW, and applied to every parameter.</summary>
internal sealed class AdamOptimizer(int count, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0f) : Optimizer
{
    private readonly float[] _m = new float[count], _v = new float[count];
    private int _step;

    public override void Step(Span<float> parameters, ReadOnlySpan<float> gradient, float learningRate)
    {
        _step++;
        var stepSize = learningRate / (1.0 - Math.Pow(beta1, _step));
        var rootScale = 1.0 / Math.Sqrt(1.0 - Math.Pow(beta2, _step));
        VectorOps.Adam(parameters, gradient, _m, _v, beta1, beta2, epsilon, (float)stepSize, (float)rootScale, learningRate * weightDecay);
    }
}
