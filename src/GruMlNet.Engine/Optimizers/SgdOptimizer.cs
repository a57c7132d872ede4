// Gradient descent with momentum.
namespace GruMlNet.Engine.Optimizers;

/// <summary>v = μ·v + (g + λ·w), w −= lr·v: PyTorch's form, without dampening.</summary>
internal sealed class SgdOptimizer(int count, float momentum = 0f, float weightDecay = 0f) : Optimizer
{
    private readonly float[] _velocity = new float[count];

    public override void Step(Span<float> parameters, ReadOnlySpan<float> gradient, float learningRate)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            var v = momentum * _velocity[i] + gradient[i] + weightDecay * parameters[i];
            _velocity[i] = v;
            parameters[i] -= learningRate * v;
        }
    }
}
