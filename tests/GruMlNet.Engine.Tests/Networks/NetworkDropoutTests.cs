// Dropout in every place of a network at once: its gradient, and that it takes part in training only.

using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class NetworkDropoutTests
{
    /// <summary>
    /// With a fixed seed the masks are fixed, so that the network is an ordinary function of its weights: finite differences of the engine's own loss. In float32 with steps of 4e-3: truncation
    /// below 1e-4 of the loss's scale, rounding about 3e-5.
    /// </summary>
    [Theory]
    [InlineData("everything without decoder")]
    [InlineData("decoder")]
    [InlineData("whole")]
    [InlineData("stacked without bias")]
    [InlineData("LSTM both ways, stacked")]
    [InlineData("tanh")]
    [InlineData("tokens")]
    [InlineData("tokens and features, embedding")]
    [InlineData("attention")]
    [InlineData("last, mean, max, both ways")]
    [InlineData("layer norm, both ways")]
    [InlineData("plain")]
    [InlineData("reset before, one bias")]
    [InlineData("LSTM, one bias")]
    [InlineData("tanh both ways, mean")]
    public void Backward_WithDropout_MatchesFiniteDifferences(string name)
    {
        NetworkShape shape = SampleShapes.All[name] with { InputDropout = 0.3f, RecurrentDropout = 0.35f, LayerDropout = 0.4f, HeadDropout = 0.25f };
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(shape, hasLengths: true);
        float[] gradient = SampleNetwork.Gradient(network, batch, dropoutSeed: 99), parameters = network.Parameters.ToArray();
        double scale = gradient.Max(Math.Abs);
        for (int i = 0; i < parameters.Length; i += Math.Max(1, parameters.Length / 200))
        {
            double difference = (LossAt(0.004f) - LossAt(-0.004f)) / 0.008;
            Assert.True(Math.Abs(difference - gradient[i]) <= 4e-3 * scale, $"parameter {i}: {gradient[i]:G6} instead of {difference:G6}");

            double LossAt(float change)
            {
                float kept = parameters[i];
                parameters[i] += change;
                network.SetParameters(parameters);
                parameters[i] = kept;
                return SampleNetwork.Evaluate(network, batch, 99, []);
            }
        }
    }

    [Fact]
    public void Forward_WithDropout_ChangesTheOutputAndSeedZeroDoesNot()
    {
        (RecurrentNetwork plain, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["plain"], false);
        foreach (NetworkShape shape in new[] { SampleShapes.All["plain"] with { InputDropout = 0.5f }, SampleShapes.All["plain"] with { HeadDropout = 0.5f }, SampleShapes.All["plain"] with { RecurrentDropout = 0.5f } })
        {
            RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
            network.SetParameters(plain.Parameters);
            Assert.Equal(SampleNetwork.Evaluate(plain, batch, 0, []), SampleNetwork.Evaluate(network, batch, 0, []));
            Assert.NotEqual(SampleNetwork.Evaluate(plain, batch, 0, []), SampleNetwork.Evaluate(network, batch, 5, []));
        }
    }
}
