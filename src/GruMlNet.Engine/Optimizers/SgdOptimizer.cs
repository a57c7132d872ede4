// Gradient descent with momentum.
namespace GruMlNet.Engine.Optimizers;

/// <summary>v = μ·v + (g + λ·w), w −= lr·v: PyTorch's form, without dampening.</summary>
internal sealed class SgdOptimizer(int count, float momentum = 0f, float weightDecay = 0f) : Optimizer
{
    private readonly float[] _velocity = new float[count];
    private float _learningRate;

    protected override void Begin(float learningRate) => _learningRate = learningRate;

    protected override void Update(int from, Span<float> parameters, ReadOnlySpan<float> gradient)
    {
        var velocity = _velocity.AsSpan(from, parameters.Length);
        for (var i = 0; i < parameters.Length; i++)
        {
            var v = momentum * velocity[i] + gradient[i] + weightDecay * parameters[i];
            velocity[i] = v;
            parameters[i] -= _learningRate * v;
        }
    }
}
