// Gradients of whole networks, by weights and by features, against finite differences of the double-precision twin.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class NetworkGradientTests
{
    /// <summary>Float32 through at most five layers and five steps, forth and back; the finite differences of the double twin are good to 1e-9.</summary>
    private const double GradientTolerance = 2e-5;

    /// <summary>The engine's gradient of a squared loss against finite differences of the same loss computed by the double twin.</summary>
    [Theory]
    [MemberData(nameof(SampleShapes.Cases), MemberType = typeof(SampleShapes))]
    public void Backward_EveryPart_MatchesFiniteDifferences(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All[name], hasLengths);
        float[] gradient = SampleNetwork.Gradient(network, batch, dropoutSeed: 0);

        var twin = new NetworkTwin(network);
        double[] target = Numbers.ToDouble(batch.ActiveTargets), weight = Numbers.ToDouble(batch.ActiveWeights);
        double Loss() => LossTwin.Squared().Evaluate(twin.Forward(batch), target, weight, 1).Sum;
        double scale = gradient.Max(Math.Abs);
        const double step = 1e-5;
        foreach ((string tensor, double[] values) in twin.Parameters)
        {
            ReadOnlySpan<float> analytic = network.Layout.Find(tensor).Of(gradient);
            for (int i = 0; i < values.Length; i += Math.Max(1, values.Length / 40))
            {
                double kept = values[i];
                values[i] = kept + step;
                double above = Loss();
                values[i] = kept - step;
                double below = Loss();
                values[i] = kept;
                double error = Math.Abs((above - below) / (2 * step) - analytic[i]) / scale;
                Assert.True(error <= GradientTolerance, $"{tensor}[{i}]: {analytic[i]:G7} instead of {(above - below) / (2 * step):G7}");
            }
        }
    }

    /// <summary>The derivative by every feature against finite differences of the double twin; by what lies behind a row's end it is zero.</summary>
    [Theory]
    [MemberData(nameof(SampleShapes.Cases), MemberType = typeof(SampleShapes))]
    public void InputGradient_EveryPart_MatchesFiniteDifferences(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All[name], hasLengths);
        if (hasLengths && network.Shape.Pooling == SequencePooling.Whole)
            return;                                                 // its padded outputs have weights here, but no padded state depends on a feature
        float[] gradient = [.. Enumerable.Repeat(float.NaN, batch.Inputs.Length)];
        double sum = network.InputGradient(batch, new SquaredLoss(), gradient);
        var twin = new NetworkTwin(network);
        double[] target = Numbers.ToDouble(batch.ActiveTargets), weight = Numbers.ToDouble(batch.ActiveWeights);
        double Loss() => LossTwin.Squared().Evaluate(twin.Forward(batch), target, weight, 1).Sum;
        Assert.Equal(Loss(), sum, 1e-5 * Math.Max(1, Math.Abs(sum)));
        // Features are float32: the difference is taken between the two numbers that they really become. Small, so that hardly a ReLU has its kink between them.
        double scale = gradient.Length == 0 ? 1 : Math.Max(1, gradient.Max(Math.Abs));
        for (int i = 0; i < gradient.Length; i++)
        {
            float kept = batch.Inputs[i], above = kept + 2e-5f, below = kept - 2e-5f;
            batch.Inputs[i] = above;
            double high = Loss();
            batch.Inputs[i] = below;
            double low = Loss();
            batch.Inputs[i] = kept;
            Assert.Equal((high - low) / ((double)above - below), gradient[i], GradientTolerance * scale);
        }
    }
}
