// The losses in double precision: the value of one target, and the whole sum with its gradient.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// A loss whose target k looks at <paramref name="group"/> neighbouring outputs. <paramref name="value"/> gives its loss, <paramref name="derivative"/> the gradient for each of those outputs.
/// </summary>
internal sealed class LossTwin(int group, Func<double[], double, double> value, Func<double[], double, double[]> derivative)
{
    public int Group => group;

    /// <summary>Sum of weight times loss over all targets, and scale times its gradient.</summary>
    public (double Sum, double[] Gradient) Evaluate(double[] output, double[] target, double[] weight, double scale)
    {
        double sum = 0;
        double[] gradient = new double[output.Length];
        for (int k = 0; k < target.Length; k++)
        {
            double[] outputs = output[(k * group)..((k + 1) * group)];
            double w = weight.Length == 0 ? 1 : weight[k];
            sum += w * value(outputs, target[k]);
            double[] d = derivative(outputs, target[k]);
            for (int q = 0; q < group; q++)
                gradient[k * group + q] = scale * w * d[q];
        }
        return (sum, gradient);
    }

    public static LossTwin Squared() => new(1, (y, t) => (y[0] - t) * (y[0] - t), (y, t) => [2 * (y[0] - t)]);

    public static LossTwin Absolute() => new(1, (y, t) => Math.Abs(y[0] - t), (y, t) => [Math.Sign(y[0] - t)]);

    /// <summary>Half the squared error up to delta, then delta times (error - delta / 2).</summary>
    public static LossTwin Huber(double delta) => new(
        1,
        (y, t) => Math.Abs(y[0] - t) <= delta ? (y[0] - t) * (y[0] - t) / 2 : delta * (Math.Abs(y[0] - t) - delta / 2),
        (y, t) => [Math.Clamp(y[0] - t, -delta, delta)]);

    /// <summary>The mean over the levels q of max(q (t - y), (q - 1)(t - y)).</summary>
    public static LossTwin Quantile(params double[] levels) => new(
        levels.Length,
        (y, t) => levels.Select((q, k) => Math.Max(q * (t - y[k]), (q - 1) * (t - y[k]))).Average(),
        (y, t) => [.. levels.Select((q, k) => (t > y[k] ? -q : t < y[k] ? 1 - q : 0) / levels.Length)]);

    /// <summary>-log softmax(y)[t]</summary>
    public static LossTwin SoftmaxCrossEntropy(int classes) => new(
        classes,
        (y, t) => Math.Log(y.Sum(v => Math.Exp(v - y.Max()))) + y.Max() - y[(int)t],
        (y, t) => [.. y.Select((v, c) => Math.Exp(v - y.Max()) / y.Sum(u => Math.Exp(u - y.Max())) - (c == (int)t ? 1 : 0))]);

    /// <summary>-sum of q log softmax(y), with q = 1 - s at t plus s / classes everywhere</summary>
    public static LossTwin SmoothedCrossEntropy(int classes, double s) => new(
        classes,
        (y, t) => Enumerable.Range(0, classes).Sum(c => ((c == (int)t ? 1 - s : 0) + s / classes) * (Math.Log(y.Sum(v => Math.Exp(v - y.Max()))) + y.Max() - y[c])),
        (y, t) => [.. y.Select((v, c) => Math.Exp(v - y.Max()) / y.Sum(u => Math.Exp(u - y.Max())) - (c == (int)t ? 1 - s : 0) - s / classes)]);

    /// <summary>-t log s(y) - (1 - t) log(1 - s(y)) = log(1 + e^y) - t y</summary>
    public static LossTwin Logistic() => new(
        1,
        (y, t) => Math.Max(y[0], 0) + Math.Log(1 + Math.Exp(-Math.Abs(y[0]))) - t * y[0],
        (y, t) => [1 / (1 + Math.Exp(-y[0])) - t]);
}
