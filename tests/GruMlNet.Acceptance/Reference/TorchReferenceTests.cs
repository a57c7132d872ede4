// Engine and twin against every file that PyTorch made, the 200-step ones included.

using GruMlNet.Engine.Tests.Reference;

namespace GruMlNet.Acceptance.Reference;

public class TorchReferenceTests
{
    private const string Folder = "torch-reference";

    /// <summary>torch.nn.GRU, LSTM and RNN, and the GRU's formula written out: both resets, both polarities of the update gate.</summary>
    public static TheoryData<string> LayerFiles => [.. new[] { "gru_*.json", "lstm_*.json", "rnn_*.json", "formula_*.json" }.SelectMany(pattern => SharedReference.Names(Folder, pattern)).Distinct()];

    public static TheoryData<string> ImportFiles => [.. LayerFiles.Select(f => f.Data).Where(f => !f.StartsWith("formula", StringComparison.Ordinal))];

    public static TheoryData<string> TrainingFiles => [.. SharedReference.Names(Folder, "train_*.json")];

    [Theory]
    [MemberData(nameof(LayerFiles))]
    public void Engine_OutputsAndGradients_WithinPromisedErrors(string name)
        => EngineAgainstReference.Check(RecurrentCase.Read(SharedReference.Path(Folder, name)), EngineAgainstReference.PromisedForward, EngineAgainstReference.PromisedGradient);

    [Theory]
    [MemberData(nameof(LayerFiles))]
    public void Twin_OutputsAndGradients_WithinTenDigits(string name) => TwinAgainstReference.Check(RecurrentCase.Read(SharedReference.Path(Folder, name)));

    /// <summary>Every file of a layer that the engine has: weights imported from it as they are, and exported again.</summary>
    [Theory]
    [MemberData(nameof(ImportFiles))]
    public void Import_WeightsOfTheFile_DoWhatPyTorchDid(string name) => ImportedNetwork.Check(SharedReference.Path(Folder, name), EngineAgainstReference.PromisedForward);

    [Theory]
    [MemberData(nameof(TrainingFiles))]
    public void Engine_TrainingRun_IsFollowedOverAllSteps(string name) => EngineTrajectory.Check(Read(name));

    [Theory]
    [MemberData(nameof(TrainingFiles))]
    public void Twin_TrainingRun_WithinTenDigits(string name) => TwinTrajectory.Check(Read(name));

    private static TrainCase Read(string name)
    {
        var run = new TrainCase(SharedReference.Path(Folder, name));
        Assert.SkipUnless(TrainCase.KnownOptimizers.Contains(run.Optimizer), $"The engine has {string.Join(", ", TrainCase.KnownOptimizers)}, not {run.Optimizer}.");
        return run;
    }
}
