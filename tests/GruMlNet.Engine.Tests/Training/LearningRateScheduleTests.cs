// The learning rate of chosen steps, worked out by hand.

using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0, 0.002f)]         // the first step already moves: 1/10 of the peak
    [InlineData(4, 0.01f)]
    [InlineData(9, 0.02f)]          // the peak at the end of the warm-up
    [InlineData(10, 0.02f)]
    [InlineData(60, 0.01f)]         // half way down the cosine
    [InlineData(35, 0.017071068f)]  // a quarter: (1 + cos 45°) / 2
    public void At_WarmupAndCosine_FollowsTheFormula(int step, float expected)
    {
        var options = new TrainerOptions { LearningRate = 0.02f, WarmupSteps = 10 };
        // One float32 rounding.
        Assert.Equal(expected, LearningRateSchedule.At(step, 110, options), 1e-8f);
    }

    [Fact]
    public void At_LastStep_IsNearlyZeroButNotNegative()
    {
        var options = new TrainerOptions { LearningRate = 0.02f, WarmupSteps = 10 };
        Assert.InRange(LearningRateSchedule.At(109, 110, options), 0f, 1e-5f);
    }

    [Fact]
    public void At_WithoutDecay_StaysAtThePeak()
    {
        var options = new TrainerOptions { LearningRate = 0.02f, WarmupSteps = 10, CosineDecay = false };
        Assert.Equal(0.01f, LearningRateSchedule.At(4, 110, options));
        Assert.Equal(0.02f, LearningRateSchedule.At(109, 110, options));
    }

    [Fact]
    public void At_RunShorterThanWarmup_WarmsUpOverATenth()
    {
        var options = new TrainerOptions { LearningRate = 1f, WarmupSteps = 1000, CosineDecay = false };
        Assert.Equal(0.5f, LearningRateSchedule.At(0, 20, options));
        Assert.Equal(1f, LearningRateSchedule.At(1, 20, options));
    }

    [Fact]
    public void At_NoWarmup_StartsAtThePeak()
        => Assert.Equal(0.3f, LearningRateSchedule.At(0, 5, new TrainerOptions { LearningRate = 0.3f, WarmupSteps = 0 }));
}
