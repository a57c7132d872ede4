// Options out of range are reported all together, each with its range and what was given.

using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

public class TrainerOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreInRange() => new TrainerOptions().Validate();

    [Fact]
    public void Validate_SeveralProblems_ReportsAll()
    {
        var options = new TrainerOptions { BatchSize = 0, MaxEpochs = -1, LearningRate = float.NaN, ClipNorm = 0, Momentum = 1, Patience = 0, AverageDecay = 1, Optimizer = (OptimizerKind)9, WeightDecay = -1, WarmupSteps = -1, StepsPerEpoch = 0 };
        ArgumentException e = Assert.Throws<ArgumentException>(options.Validate);
        string[] parts =
        [
            "BatchSize must be 1 to 1048576, got 0.", "MaxEpochs must be 1 to 1000000, got -1.", "LearningRate must be a positive number, got NaN.", "ClipNorm", "Momentum", "Patience",
            "AverageDecay", "Optimizer must be one of Adam, Sgd, got 9.", "WeightDecay", "WarmupSteps", "StepsPerEpoch",
        ];
        foreach (string part in parts)
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }
}
