// Every loss against its double-precision twin: value, gradient, weights, and what a weight of 0 promises.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Losses;

public class LossTests
{
    public static TheoryData<string> Names => LossTwinGradientTests.Names;

    public static TheoryData<string, int> NamesAndRows
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in new[] { "squared", "absolute", "huber", "quantile", "softmax", "smoothed", "logistic" })
            {
                data.Add(name, 1);
                data.Add(name, 7);
                data.Add(name, 33);
            }
            return data;
        }
    }

    /// <summary>A handful of float32 roundings per element; the sum itself is kept in double. Elementwise, relative to max(1, |expected|).</summary>
    private const double Tolerance = 1e-6;

    [Theory]
    [MemberData(nameof(NamesAndRows))]
    public void Evaluate_WeightedRows_EqualsTwin(string name, int rows)
    {
        const int targetsPerRow = 3;
        var random = new Random(rows);
        (Loss loss, LossTwin twin) = (Create(name), LossTwinGradientTests.Create(name));
        int O = targetsPerRow * twin.Group;
        Assert.Equal(targetsPerRow, loss.TargetSize(O));
        double[] output = Numbers.Uniform(random, rows * O, 4), target = ToFloatPrecision(LossTwinGradientTests.Targets(name, random, rows * targetsPerRow));
        double[] weight = [.. Numbers.Uniform(random, target.Length).Select(Math.Abs)];

        foreach (double[] w in new[] { weight, [] })
        {
            (double sum, double[] expected) = twin.Evaluate(output, target, w, 0.25);
            float[] gradient = [.. Enumerable.Repeat(float.NaN, output.Length)];
            double actual = loss.Evaluate(rows, Numbers.ToFloat(output), Numbers.ToFloat(target), Numbers.ToFloat(w), 0.25f, gradient);
            Assert.Equal(sum, actual, Tolerance * Math.Max(1, Math.Abs(sum)));
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], gradient[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
            Assert.Equal(actual, loss.Evaluate(rows, Numbers.ToFloat(output), Numbers.ToFloat(target), Numbers.ToFloat(w), 0.25f, []));
        }
    }

    /// <summary>A missing target is NaN with weight 0: it must neither count nor spoil the rest.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_NaNTargetOfWeightZero_IsLeftOut(string name)
    {
        (Loss loss, LossTwin twin) = (Create(name), LossTwinGradientTests.Create(name));
        var random = new Random(1);
        float[] output = Numbers.ToFloat(Numbers.Uniform(random, 2 * twin.Group));
        float[] gradient = [.. Enumerable.Repeat(float.NaN, output.Length)], alone = new float[twin.Group];
        double sum = loss.Evaluate(2, output, [float.NaN, 1f], [0f, 1f], 1f, gradient);
        double expected = loss.Evaluate(1, output.AsSpan(twin.Group), [1f], [], 1f, alone);
        Assert.Equal(expected, sum);
        Assert.All(gradient[..twin.Group], g => Assert.Equal(0f, g));
        Assert.Equal(alone, gradient[twin.Group..]);
    }

    /// <summary>Outputs far out must not overflow: exp(100) is beyond float32.</summary>
    [Theory]
    [InlineData("logistic", 200f, 0f, 200.0)]
    [InlineData("logistic", -200f, 1f, 200.0)]
    [InlineData("logistic", 200f, 1f, 0.0)]
    public void Evaluate_LogisticFarOut_StaysExact(string name, float output, float target, double expected)
    {
        float[] gradient = new float[1];
        Assert.Equal(expected, Create(name).Evaluate(1, [output], [target], [], 1f, gradient), 1e-4);
        Assert.Equal(expected == 0 ? 0 : output > 0 ? 1 : -1, gradient[0], 1e-6f);
    }

    [Fact]
    public void Evaluate_SoftmaxFarOut_StaysExact()
    {
        float[] gradient = new float[3];
        Assert.Equal(1000.0, Create("softmax").Evaluate(1, [500f, -500f, -500f], [1f], [], 1f, gradient), 1e-3);
        Assert.Equal([1f, -1f, 0f], gradient);
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(3f)]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    public void Evaluate_SoftmaxTargetIsNoClass_SaysSo(float target)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Create("softmax").Evaluate(1, [0f, 0f, 0f], [target], [], 1f, []));
        Assert.Contains("class index", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TargetSize_OutputsDoNotDivide_SaysSo()
    {
        Assert.Throws<ArgumentException>(() => Create("quantile").TargetSize(4));
        Assert.Throws<ArgumentException>(() => Create("softmax").TargetSize(4));
    }

    [Fact]
    public void Constructors_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new QuantileLoss());
        Assert.Throws<ArgumentException>(() => new QuantileLoss(0.5f, 1f));
        Assert.Throws<ArgumentException>(() => new QuantileLoss(float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HuberLoss(0f));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HuberLoss(float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftmaxCrossEntropyLoss(1));
    }

    private static double[] ToFloatPrecision(double[] values) => Numbers.ToDouble(Numbers.ToFloat(values));

    private static Loss Create(string name) => name switch
    {
        "squared" => new SquaredLoss(),
        "absolute" => new AbsoluteLoss(),
        "huber" => new HuberLoss(0.75f),
        "quantile" => new QuantileLoss(0.1f, 0.5f, 0.9f),
        "softmax" => new SoftmaxCrossEntropyLoss(3),
        "smoothed" => new SoftmaxCrossEntropyLoss(3, labelSmoothing: 0.25f),
        _ => new LogisticLoss(),
    };
}
