// The twin agrees with PyTorch: outputs, final states and all gradients.

namespace GruMlNet.Engine.Tests.Reference;

public class TwinGoldenTests
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
    public void Twin_GoldenFile_WithinTenDigits(string name) => TwinAgainstReference.Check(RecurrentCase.Read(GoldenFiles.Path(name)));

    [Theory]
    [InlineData("train_gru_adam_clip1")]
    [InlineData("train_gru_adamw")]
    [InlineData("train_gru_sgd_mom")]
    [InlineData("train_lstm_adam_clip1")]
    [InlineData("train_rnn_adam_clip1")]
    public void Twin_TrainingRun_FollowsAllFiftySteps(string name) => TwinTrajectory.Check(new TrainCase(GoldenFiles.Path(name)));
}
