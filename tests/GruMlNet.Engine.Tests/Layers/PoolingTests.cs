// Pooling over time against its double-precision twin.

using CsCheck;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Layers;

public class PoolingTests
{
    /// <summary>Last and Max copy; Mean adds at most 12 quotients in float32.</summary>
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(SequencePooling.Last)]
    [InlineData(SequencePooling.Mean)]
    [InlineData(SequencePooling.Max)]
    [InlineData(SequencePooling.LastMeanMax)]
    public void ForwardBackward_RandomLengths_EqualTwin(SequencePooling pooling)
        => Gen.Select(Gen.Int[1, 12], Gen.Int[1, 6], Gen.Int[1, 35], Gen.Bool, Gen.Bool, Gen.Int[0, 9999]).Sample(
            (T, B, F, hasLengths, bidirectional, seed) =>
            {
                var random = new Random(seed);
                int reverseFrom = bidirectional ? random.Next(F + 1) : F;
                int[] lengths = [.. Enumerable.Range(0, B).Select(_ => hasLengths ? random.Next(T + 1) : T)];
                double[] y = Numbers.Uniform(random, T * B * F), d = Numbers.Uniform(random, B * F * Pooling.Parts(pooling));
                float[] pooled = [.. Enumerable.Repeat(float.NaN, d.Length)], dy = [.. Enumerable.Repeat(float.NaN, T * B * F)];
                BlockShape shape = new(T, B, hasLengths ? lengths : []);

                Pooling.Forward(pooling, shape, F, reverseFrom, Numbers.ToFloat(y), pooled);
                Pooling.Backward(pooling, shape, F, reverseFrom, Numbers.ToFloat(y), Numbers.ToFloat(d), dy);
                Agreement.CheckRandom("pooled", pooled, PoolingTwin.Forward(pooling, T, B, F, lengths, y, reverseFrom), Tolerance);
                Agreement.CheckRandom("dy", dy, PoolingTwin.Backward(pooling, T, B, F, lengths, y, d, reverseFrom), Tolerance);
            },
            iter: 100);

    [Fact]
    public void Forward_LastOfTwoDirections_TakesEachDirectionsOwnEnd()
    {
        float[] pooled = new float[4];
        // Two rows of two features (forward, reverse), of which the second row ends after one step.
        Pooling.Forward(SequencePooling.Last, new BlockShape(3, 2, [3, 1]), 2, 1, [1, 10, 4, 40, 2, 20, 0, 0, 3, 30, 0, 0], pooled);
        Assert.Equal([3f, 10f, 4f, 40f], pooled);
    }

    [Fact]
    public void Backward_MaximumReachedTwice_GoesToTheFirst()
    {
        float[] dy = new float[3];
        Pooling.Backward(SequencePooling.Max, new BlockShape(3, 1), 1, 1, [0.5f, 2f, 2f], [3f], dy);
        Assert.Equal([0f, 3f, 0f], dy);
    }
}
