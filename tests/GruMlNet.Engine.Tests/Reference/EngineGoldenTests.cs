// The engine agrees with PyTorch: outputs, final states, all gradients, and whole training runs.

namespace GruMlNet.Engine.Tests.Reference;

public class EngineGoldenTests
{
    [Theory]
    [InlineData("gru_basic")]
    [InlineData("gru_nobias_noh0")]
    [InlineData("gru_2layer_bi")]
    [InlineData("gru_packed_batchfirst")]
    [InlineData("gru_packed_bi_2layer")]
    [InlineData("lstm_basic")]
    [InlineData("lstm_nobias_noh0")]
    [InlineData("lstm_2layer_bi")]
    [InlineData("lstm_packed_batchfirst")]
    [InlineData("lstm_packed_bi_2layer")]
    [InlineData("rnn_basic")]
    [InlineData("rnn_nobias_noh0")]
    [InlineData("rnn_2layer_bi")]
    [InlineData("rnn_packed_batchfirst")]
    [InlineData("rnn_packed_bi_2layer")]
    [InlineData("rnn_relu")]
    [InlineData("formula_resetAfter_cudnn")]
    [InlineData("formula_resetAfter_seed")]
    [InlineData("formula_resetBefore_cudnn")]
    [InlineData("formula_resetBefore_seed")]
    public void Engine_GoldenFile_IsAsCloseAsFloatAllows(string name)
        => EngineAgainstReference.Check(RecurrentCase.Read(GoldenFiles.Path(name)), EngineAgainstReference.Tight, EngineAgainstReference.Tight);

    [Theory]
    [InlineData("train_gru_adam_clip1")]
    [InlineData("train_gru_adamw")]
    [InlineData("train_gru_sgd_mom")]
    [InlineData("train_lstm_adam_clip1")]
    [InlineData("train_rnn_adam_clip1")]
    public void Engine_TrainingRun_FollowsAllFiftySteps(string name) => EngineTrajectory.Check(new TrainCase(GoldenFiles.Path(name)));
}
