// The losses' twins by finite differences, and their values at points worked out by hand.

namespace GruMlNet.Engine.Tests.Twin;

public class LossTwinGradientTests
{
    public static TheoryData<string> Names => ["squared", "absolute", "huber", "quantile", "softmax", "smoothed", "logistic"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_WeightedRows_GradientMatchesFiniteDifferences(string name)
    {
        LossTwin loss = Create(name);
        var random = new Random(7);
        const int targets = 33;
        double[] output = Numbers.Uniform(random, targets * loss.Group, 3);
        double[] target = Targets(name, random, targets);
        double[] weight = Numbers.Uniform(random, targets, 2);
        FiniteDifferences.Check(name, output, loss.Evaluate(output, target, weight, 0.5).Gradient, () => 0.5 * loss.Evaluate(output, target, weight, 0.5).Sum);
    }

    [Theory]
    [InlineData("squared", 2.5, 1.0, 2.25)]
    [InlineData("absolute", -2.5, 1.0, 3.5)]
    [InlineData("huber", 1.5, 1.0, 0.125)]          // 0.5² / 2 within delta = 0.75
    [InlineData("huber", 3.0, 1.0, 1.21875)]        // 0.75 * (2 - 0.375) beyond it
    [InlineData("logistic", 0.0, 0.25, 0.6931471805599453)]
    public void Evaluate_OneTarget_GivesTheValueByHand(string name, double output, double target, double expected)
        => Assert.Equal(expected, Create(name).Evaluate([output], [target], [], 1).Sum, 12);

    [Fact]
    public void Evaluate_QuantileOneTarget_AveragesTheLevels()
    {
        // Levels 0.1, 0.5, 0.9 at outputs 0, 1, 3 for target 2: 0.1*2, 0.5*1, (1-0.9)*1.
        Assert.Equal((0.2 + 0.5 + 0.1) / 3, Create("quantile").Evaluate([0, 1, 3], [2], [], 1).Sum, 12);
    }

    [Fact]
    public void Evaluate_SoftmaxOneTarget_IsMinusLogOfItsShare()
    {
        double[] output = [Math.Log(1), Math.Log(2), Math.Log(5)];
        Assert.Equal(-Math.Log(2.0 / 8), Create("softmax").Evaluate(output, [1], [], 1).Sum, 12);
    }

    internal static LossTwin Create(string name) => name switch
    {
        "squared" => LossTwin.Squared(),
        "absolute" => LossTwin.Absolute(),
        "huber" => LossTwin.Huber(0.75),
        "quantile" => LossTwin.Quantile(0.1, 0.5, 0.9),
        "softmax" => LossTwin.SoftmaxCrossEntropy(3),
        "smoothed" => LossTwin.SmoothedCrossEntropy(3, 0.25),
        _ => LossTwin.Logistic(),
    };

    internal static double[] Targets(string name, Random random, int count) => name switch
    {
        "softmax" or "smoothed" => [.. Enumerable.Range(0, count).Select(k => (double)(k % 3))],
        "logistic" => [.. Numbers.Uniform(random, count).Select(Math.Abs)],
        _ => Numbers.Uniform(random, count, 3),
    };
}
