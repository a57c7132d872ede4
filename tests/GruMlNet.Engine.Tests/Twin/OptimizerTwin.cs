// The optimizers and the clipping in double precision.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>One update rule over one flat vector of parameters; keeps its own moments.</summary>
internal sealed class OptimizerTwin(Action<double[], double[], double, int> rule)
{
    private int step;

    public void Step(double[] parameters, double[] gradient, double learningRate) => rule(parameters, gradient, learningRate, ++step);

    /// <summary>Adam (Kingma and Ba 2015) with bias correction; the decay is decoupled as in AdamW (Loshchilov and Hutter 2019).</summary>
    public static OptimizerTwin Adam(int count, double weightDecay = 0, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        double[] m = new double[count], v = new double[count];
        return new OptimizerTwin((w, g, rate, step) =>
        {
            for (int i = 0; i < count; i++)
            {
                w[i] -= rate * weightDecay * w[i];
                m[i] = beta1 * m[i] + (1 - beta1) * g[i];
                v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
                w[i] -= rate * m[i] / (1 - Math.Pow(beta1, step)) / (Math.Sqrt(v[i] / (1 - Math.Pow(beta2, step))) + epsilon);
            }
        });
    }

    /// <summary>v = momentum v + g + decay w; w = w - rate v.</summary>
    public static OptimizerTwin Sgd(int count, double momentum, double weightDecay = 0)
    {
        double[] v = new double[count];
        return new OptimizerTwin((w, g, rate, _) =>
        {
            for (int i = 0; i < count; i++)
            {
                v[i] = momentum * v[i] + g[i] + weightDecay * w[i];
                w[i] -= rate * v[i];
            }
        });
    }

    /// <summary>Scales the gradient by min(1, maxNorm / (norm + 1e-6)) and gives the norm before.</summary>
    public static double Clip(double[] gradient, double maxNorm)
    {
        double norm = Math.Sqrt(gradient.Sum(g => g * g));
        double scale = Math.Min(1, maxNorm / (norm + 1e-6));
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] *= scale;
        return norm;
    }
}
