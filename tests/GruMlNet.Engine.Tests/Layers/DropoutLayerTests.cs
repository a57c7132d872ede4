// Dropout: how much is dropped, that forward and backward drop the same, and that nothing happens when it is off.

using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Layers;

public class DropoutLayerTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void Apply_ManyValues_DropsItsShareAndKeepsTheMean(float rate)
    {
        const int count = 200_000;
        float[] values = [.. Enumerable.Repeat(1f, count)];
        DropoutLayer.Apply(values, rate, 12345);
        int dropped = values.Count(v => v == 0);
        // Five standard deviations of a binomial share: one chance in a million for a right mask, and the seed is fixed.
        Assert.Equal(rate, dropped / (double)count, 5 * Math.Sqrt(rate * (1 - rate) / count));
        Assert.All(values, v => Assert.True(v == 0 || Math.Abs(v - 1 / (1 - rate)) < 1e-5f / (1 - rate)));
    }

    [Fact]
    public void Apply_NeighbouringValuesAndSeeds_AreIndependent()
    {
        const int count = 100_000;
        float[] a = Mask(1, count), b = Mask(2, count);
        // Correlations of independent masks are below 5 / sqrt(count) = 0.016.
        Assert.InRange(Correlation(a[1..], a[..^1]), -0.016, 0.016);
        Assert.InRange(Correlation(a, b), -0.016, 0.016);
        // Neighbouring seeds must not give the same mask moved by one either.
        Assert.InRange(Correlation(a[1..], b[..^1]), -0.016, 0.016);
        Assert.InRange(Correlation(b[1..], a[..^1]), -0.016, 0.016);
    }

    [Fact]
    public void Apply_SameSeed_UsesTheSameMask()
    {
        Assert.Equal(Mask(77, 1000), Mask(77, 1000));
        Assert.NotEqual(Mask(77, 1000), Mask(78, 1000));
    }

    [Theory]
    [InlineData(0f, 5UL)]
    [InlineData(0.5f, 0UL)]     // seed 0: inference
    public void Apply_RateOrSeedZero_ChangesNothing(float rate, ulong seed)
    {
        float[] values = [1f, -2f, 3f, 0f, 5f];
        DropoutLayer.Apply(values, rate, seed);
        Assert.Equal([1f, -2f, 3f, 0f, 5f], values);
    }

    /// <summary>
    /// In a stack, the mask acts on what lies between two layers. With every mask fixed by its seed the network is an ordinary function: its gradient must match finite differences, which
    /// fails if forward and backward disagree on the mask. Float32 differences with step 1e-2: truncation error about 1e-4, rounding 1e-7/1e-2 = 1e-5 of the loss.
    /// </summary>
    [Theory]
    [InlineData(RecurrentCell.Gru, ResetMode.After, false)]
    [InlineData(RecurrentCell.Gru, ResetMode.Before, true)]
    [InlineData(RecurrentCell.Lstm, ResetMode.After, true)]
    public void StackedLayer_WithDropout_GradientMatchesFiniteDifferences(RecurrentCell cell, ResetMode reset, bool bidirectional)
    {
        var random = new Random(9);
        (int T, int B, int I, int H) = (4, 3, 2, 5);
        RecurrentTwin twin = RecurrentLayerTests.RandomTwin(random, I, H, 3, bidirectional, cell, reset, BiasMode.Both, MergeMode.Concatenate);
        var engine = new EngineRun(twin, dropout: 0.4f);
        float[] x = Numbers.ToFloat(Numbers.Uniform(random, T * B * I)), dy = Numbers.ToFloat(Numbers.Uniform(random, T * B * twin.OutputSize));
        LayerState state = engine.Layer.CreateState(T, B, training: true);
        state.DropoutSeed = 4321;
        EngineResult r = engine.Run(T, B, [], x, [], dy, [], state);

        double Loss()
        {
            float[] y = new float[dy.Length];
            engine.Layer.Pack(engine.Parameters);
            engine.Layer.Forward(new BlockShape(T, B), x, [], y, [], state);
            return Numbers.Dot(Numbers.ToDouble(y), Numbers.ToDouble(dy));
        }

        for (int i = 0; i < engine.Parameters.Length; i += 3)
        {
            float kept = engine.Parameters[i];
            engine.Parameters[i] = kept + 1e-2f;
            double above = Loss();
            engine.Parameters[i] = kept - 1e-2f;
            double below = Loss();
            engine.Parameters[i] = kept;
            Assert.Equal((above - below) / 2e-2, r.Gradient[i], 1e-3);
        }
    }

    [Fact]
    public void StackedLayer_SeedZero_EqualsNoDropout()
    {
        var random = new Random(10);
        RecurrentTwin twin = RecurrentLayerTests.RandomTwin(random, 2, 5, 2, false, RecurrentCell.Gru, ResetMode.After, BiasMode.Both, MergeMode.Concatenate);
        double[] x = Numbers.Uniform(random, 4 * 3 * 2), dy = Numbers.Uniform(random, 4 * 3 * 5);
        int[] lengths = [4, 4, 4];
        EngineResult with = new EngineRun(twin, dropout: 0.5f).Run(4, 3, lengths, x, [], dy, []);
        EngineResult without = new EngineRun(twin).Run(4, 3, lengths, x, [], dy, []);
        Assert.Equal(without.Y, with.Y);
        Assert.Equal(without.Gradient, with.Gradient);
    }

    [Fact]
    public void StackedLayer_WithSeed_ChangesTheOutput()
    {
        var random = new Random(11);
        RecurrentTwin twin = RecurrentLayerTests.RandomTwin(random, 2, 5, 2, false, RecurrentCell.Gru, ResetMode.After, BiasMode.Both, MergeMode.Concatenate);
        var engine = new EngineRun(twin, dropout: 0.5f);
        float[] x = Numbers.ToFloat(Numbers.Uniform(random, 4 * 3 * 2));
        Assert.NotEqual(Output(1), Output(0));
        Assert.NotEqual(Output(1), Output(2));
        Assert.Equal(Output(1), Output(1));

        float[] Output(ulong seed)
        {
            float[] y = new float[4 * 3 * 5];
            LayerState state = engine.Layer.CreateState(4, 3, training: true);
            state.DropoutSeed = seed;
            engine.Layer.Forward(new BlockShape(4, 3), x, [], y, [], state);
            return y;
        }
    }

    private static float[] Mask(ulong seed, int count)
    {
        float[] values = [.. Enumerable.Repeat(1f, count)];
        DropoutLayer.Apply(values, 0.5f, seed);
        return values;
    }

    private static double Correlation(float[] a, float[] b)
    {
        double ma = a.Average(), mb = b.Average();
        double covariance = a.Zip(b, (u, v) => (u - ma) * (v - mb)).Average();
        return covariance / Math.Sqrt(a.Average(u => (u - ma) * (u - ma)) * b.Average(v => (v - mb) * (v - mb)));
    }
}
