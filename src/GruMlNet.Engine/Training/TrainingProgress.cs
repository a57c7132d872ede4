// What a training run tells while it runs and when it ends.
namespace GruMlNet.Engine.Training;

/// <summary>The state of a training run after an epoch.</summary>
/// <param name="Epoch">Epochs done, from 1.</param>
/// <param name="MaxEpochs">Epochs planned.</param>
/// <param name="Step">Steps done.</param>
/// <param name="MaxSteps">Steps planned.</param>
/// <param name="TrainingLoss">Mean loss over the epoch's examples, as seen while training.</param>
/// <param name="ValidationLoss">Mean loss over the validation examples; null without such.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Remaining">Estimated time to the planned end.</param>
public sealed record TrainingProgress(int Epoch, int MaxEpochs, int Step, int MaxSteps, double TrainingLoss, double? ValidationLoss, float LearningRate, TimeSpan Elapsed, TimeSpan Remaining);

/// <summary>Why a training run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    Finished,

    /// <summary>The validation loss stopped getting better.</summary>
    EarlyStopped,

    /// <summary>The progress callback asked for it.</summary>
    StoppedByCallback,

    /// <summary>The loss stopped being a finite number; the weights are those of the last good epoch.</summary>
    Diverged,
}

/// <summary>The outcome of a training run.</summary>
/// <param name="Epochs">Epochs done.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="TrainingLoss">Mean training loss of the last epoch; NaN if none was completed.</param>
/// <param name="ValidationLoss">Validation loss of the weights that were kept; null without a validation source.</param>
/// <param name="BestEpoch">Epoch whose weights were kept: the best one on the validation source, else the last one.</param>
/// <param name="End">Why it ended.</param>
public sealed record TrainingResult(int Epochs, int Steps, double TrainingLoss, double? ValidationLoss, int BestEpoch, TrainingEnd End);
