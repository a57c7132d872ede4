// The optimizers and the clipping against their double-precision twins.

using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Optimizers;

public class OptimizerTests
{
    public static TheoryData<string> Names => ["adam", "adamw", "sgd", "momentum", "momentum with decay"];

    /// <summary>
    /// 200 steps on gradients given from outside, over sizes with and without a remainder of vectors. Each step rounds a parameter at 6e-8 of its size, and Adam's float32 moments
    /// carry a relative error of about 1e-6 into a step of size 0.01: a few 1e-6 in all.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Step_TwoHundredSteps_FollowsTwin(string name)
    {
        foreach (int count in new[] { 1, 7, 16, 33, 100 })
        {
            var random = new Random(count);
            (Optimizer optimizer, OptimizerTwin twin) = Create(name, count);
            double[] expected = Numbers.Uniform(random, count);
            float[] actual = Numbers.ToFloat(expected);
            for (int step = 0; step < 200; step++)
            {
                // A drift plus noise, over five orders of magnitude among the parameters.
                double[] gradient = [.. Numbers.Uniform(random, count).Select((g, i) => (double)(float)((g + 0.3) * Math.Pow(10, -(i % 6))))];
                twin.Step(expected, gradient, 0.01);
                optimizer.Step(actual, Numbers.ToFloat(gradient), 0.01f);
            }
            Agreement.Check($"{name} {count}", actual, expected, 1e-5);
        }
    }

    /// <summary>Adam's first step has the size of the learning rate whatever the gradient's size: what bias correction is for.</summary>
    [Theory]
    [InlineData(1e-4f)]
    [InlineData(1f)]
    [InlineData(1e4f)]
    public void Step_AdamFirstStep_HasTheSizeOfTheLearningRate(float gradient)
    {
        float[] w = [1f];
        new AdamOptimizer(1).Step(w, [gradient], 0.01f);
        // Epsilon 1e-8 beside a gradient of 1e-4 shortens the step by 1e-4 of itself.
        Assert.Equal(0.99f, w[0], 0.01f * 2e-4f);
    }

    [Fact]
    public void Step_GradientZero_AdamMovesNothing()
    {
        float[] w = [1f, -2f];
        new AdamOptimizer(2).Step(w, [0f, 0f], 0.01f);
        Assert.Equal([1f, -2f], w);
    }

    [Theory]
    [InlineData(10f)]
    [InlineData(0.5f)]
    public void ClipByGlobalNorm_AnyNorm_FollowsTwin(float maxNorm)
    {
        double[] expected = Numbers.Uniform(new Random(3), 1000, 0.2);
        float[] actual = Numbers.ToFloat(expected);
        double norm = OptimizerTwin.Clip(expected, maxNorm);
        Assert.InRange(norm, 0.6, 9);
        Assert.Equal(norm, GradientClipping.ClipByGlobalNorm(actual, maxNorm), 1e-6 * norm);
        Agreement.Check("clipped", actual, expected, 1e-6);
    }

    [Fact]
    public void ClipByGlobalNorm_ZeroGradient_StaysZero()
    {
        float[] gradient = new float[5];
        Assert.Equal(0.0, GradientClipping.ClipByGlobalNorm(gradient, 1f));
        Assert.All(gradient, g => Assert.Equal(0f, g));
    }

    private static (Optimizer Engine, OptimizerTwin Twin) Create(string name, int count) => name switch
    {
        "adam" => (new AdamOptimizer(count), OptimizerTwin.Adam(count)),
        "adamw" => (new AdamOptimizer(count, weightDecay: 0.1f), OptimizerTwin.Adam(count, weightDecay: 0.1)),
        "sgd" => (new SgdOptimizer(count), OptimizerTwin.Sgd(count, 0)),
        "momentum" => (new SgdOptimizer(count, 0.9f), OptimizerTwin.Sgd(count, 0.9)),
        _ => (new SgdOptimizer(count, 0.9f, 0.05f), OptimizerTwin.Sgd(count, 0.9, 0.05)),
    };
}
