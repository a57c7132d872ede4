// What a network says to a batch, a loss or an output that does not fit it.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class NetworkArgumentTests
{
    [Fact]
    public void Predict_ForeignBatchOrShortOutput_SaysSo()
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["plain"], false);
        Assert.Throws<ArgumentException>(() => network.Predict(new SequenceBatch(SampleShapes.All["embedding"], 2, 2), new float[100]));
        ArgumentException e = Assert.Throws<ArgumentException>(() => network.Predict(batch, new float[3]));
        Assert.Contains("got 3", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(-2)]
    public void Predict_TokenOutsideTheVocabulary_SaysWhere(int token)
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["tokens"], true);
        batch.Tokens[4 * batch.Rows + 3] = token;                   // behind the end of row 3: not looked at
        network.Predict(batch, new float[8]);
        batch.Tokens[3 * batch.Rows + 3] = token;
        ArgumentException e = Assert.Throws<ArgumentException>(() => network.Predict(batch, new float[8]));
        Assert.Contains($"0 to 10, or -1 for none, got {token} at step 3 of row 3", e.Message, StringComparison.Ordinal);
        batch.Tokens[3 * batch.Rows + 3] = 0;
        network.Predict(batch, new float[8]);                       // the network is still good
    }

    [Fact]
    public void Encode_ShortOutput_SaysSo()
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["last, mean, max"], false);
        ArgumentException e = Assert.Throws<ArgumentException>(() => network.Encode(batch, new float[71]));
        Assert.Contains("output needs 72 values (4 rows of 18), got 71", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InputGradient_ForeignLossOrShortGradient_SaysSo()
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["plain"], false);
        Assert.Contains("without this loss", Assert.Throws<ArgumentException>(() => network.InputGradient(batch, new SoftmaxCrossEntropyLoss(2), new float[60])).Message, StringComparison.Ordinal);
        Assert.Contains("got 59", Assert.Throws<ArgumentException>(() => network.InputGradient(batch, new SquaredLoss(), new float[59])).Message, StringComparison.Ordinal);
    }
}
