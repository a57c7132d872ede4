// How far the training of a forecaster has come.
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>A report from a running training, after an epoch of one of its networks.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of the whole training that is done, 0 to 1.</param>
/// <param name="Network">The network that has just done an epoch: its epochs, losses and learning rate.</param>
/// <param name="Elapsed">Time since the start of the whole training.</param>
public sealed record ForecastTrainingProgress(string Stage, double Fraction, TrainingProgress Network, TimeSpan Elapsed)
{
    /// <summary>Estimated time to the end of the whole training.</summary>
    public TimeSpan Remaining => Fraction > 0 ? Elapsed * ((1 - Fraction) / Fraction) : TimeSpan.Zero;
}
