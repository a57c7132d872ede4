// Adam and AdamW.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Optimizers;

/// <summary>Bias-corrected Adam; the decay is decoupled from the gradient, as in AdamW, and applied to every parameter.</summary>
internal sealed class AdamOptimizer(int count, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0f) : Optimizer
{
    private readonly float[] _m = new float[count], _v = new float[count];
    private int _step;
    private float _learningRate, _stepSize, _rootScale;

    protected override void Begin(float learningRate)
    {
        _step++;
        _learningRate = learningRate;
        _stepSize = (float)(learningRate / (1.0 - Math.Pow(beta1, _step)));
        _rootScale = (float)(1.0 / Math.Sqrt(1.0 - Math.Pow(beta2, _step)));
    }

    protected override void Update(int from, Span<float> parameters, ReadOnlySpan<float> gradient) =>
        VectorOps.Adam(parameters, gradient, _m.AsSpan(from, parameters.Length), _v.AsSpan(from, parameters.Length), beta1, beta2, epsilon, _stepSize, _rootScale, _learningRate * weightDecay);
}
