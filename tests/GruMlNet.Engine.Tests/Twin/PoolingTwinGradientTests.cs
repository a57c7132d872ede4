// The pooling twin's gradients by finite differences.

namespace GruMlNet.Engine.Tests.Twin;

public class PoolingTwinGradientTests
{
    [Theory]
    [InlineData(SequencePooling.Last, 3)]
    [InlineData(SequencePooling.Last, 1)]
    [InlineData(SequencePooling.Mean, 1)]
    [InlineData(SequencePooling.Max, 1)]
    [InlineData(SequencePooling.LastMeanMax, 2)]
    [InlineData(SequencePooling.Whole, 1)]
    public void Backward_DifferentLengths_MatchesFiniteDifferences(SequencePooling pooling, int reverseFrom)
    {
        (int T, int F, int[] lengths) = (5, 3, [5, 0, 1, 4]);
        int B = lengths.Length;
        var random = new Random(5);
        double[] y = Numbers.Uniform(random, T * B * F);
        double[] d = Numbers.Uniform(random, pooling switch { SequencePooling.Whole => y.Length, SequencePooling.LastMeanMax => 3 * B * F, _ => B * F });
        double Loss() => Numbers.Dot(PoolingTwin.Forward(pooling, T, B, F, lengths, y, reverseFrom), d);
        FiniteDifferences.Check(pooling.ToString(), y, PoolingTwin.Backward(pooling, T, B, F, lengths, y, d, reverseFrom), Loss);
    }
}
