// A dense layer in double precision.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>y = f(W x + b) for every row; W [O,I], b [O] or empty.</summary>
internal sealed class DenseTwin(int inputSize, int outputSize, Activation activation, bool bias = true)
{
    public double[] Weight { get; } = new double[outputSize * inputSize];

    public double[] Bias { get; } = new double[bias ? outputSize : 0];

    /// <summary>The same layer without its activation.</summary>
    public DenseTwin Linear()
    {
        DenseTwin linear = new(inputSize, outputSize, Activation.None, bias);
        Weight.CopyTo(linear.Weight, 0);
        Bias.CopyTo(linear.Bias, 0);
        return linear;
    }

    public double[] Forward(int rows, double[] x)
    {
        double[] y = new double[rows * outputSize];
        for (int b = 0; b < rows; b++)
        {
            for (int o = 0; o < outputSize; o++)
                y[b * outputSize + o] = Apply(Argument(x, b, o));
        }
        return y;
    }

    /// <summary>The gradient of relu at exactly 0 is taken as 0.</summary>
    public double[] Backward(int rows, double[] x, double[] dy, DenseTwin gradient)
    {
        double[] dx = new double[rows * inputSize];
        for (int b = 0; b < rows; b++)
        {
            for (int o = 0; o < outputSize; o++)
            {
                double da = dy[b * outputSize + o] * Derivative(Argument(x, b, o));
                for (int i = 0; i < inputSize; i++)
                {
                    gradient.Weight[o * inputSize + i] += da * x[b * inputSize + i];
                    dx[b * inputSize + i] += da * Weight[o * inputSize + i];
                }
                if (bias)
                    gradient.Bias[o] += da;
            }
        }
        return dx;
    }

    private double Argument(double[] x, int b, int o)
    {
        double sum = bias ? Bias[o] : 0;
        for (int i = 0; i < inputSize; i++)
            sum += Weight[o * inputSize + i] * x[b * inputSize + i];
        return sum;
    }

    private double Apply(double a) => activation switch
    {
        Activation.Relu => Math.Max(0, a),
        Activation.Tanh => Math.Tanh(a),
        Activation.Sigmoid => 1 / (1 + Math.Exp(-a)),
        _ => a,
    };

    private double Derivative(double a)
    {
        double y = Apply(a);
        return activation switch
        {
            Activation.Relu => a > 0 ? 1 : 0,
            Activation.Tanh => 1 - y * y,
            Activation.Sigmoid => y * (1 - y),
            _ => 1,
        };
    }
}
