// The learning rate of each step.
namespace GruMlNet.Engine.Training;

internal static class LearningRateSchedule
{
    /// <summary>
    /// Rises linearly to the peak over the warm-up, then stays or falls to 0 along half a cosine wave:
    /// ½·(1 + cos(π·progress)) (Loshchilov and Hutter 2017).
    /// </summary>
    /// <param name="step">0 for the first step.</param>
    /// <param name="totalSteps">Steps of the run.</param>
    /// <param name="options">Peak, warm-up and whether to decay.</param>
    public static float At(int step, int totalSteps, TrainerOptions options)
    {
        var warmup = Math.Min(options.WarmupSteps, totalSteps / 10);
        if (step < warmup) return options.LearningRate * (step + 1) / warmup;
        if (!options.CosineDecay) return options.LearningRate;
        var progress = (double)(step - warmup) / Math.Max(1, totalSteps - warmup);
        return (float)(options.LearningRate * 0.5 * (1.0 + Math.Cos(Math.PI * progress)));
    }
}
