// Dropout on the states: one mask for all steps, in front of the recurrent products only.

using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Layers;

public class RecurrentDropoutTests
{
    private const int T = 5, B = 6, H = 20;

    /// <summary>
    /// h' = relu(U h) with U = 1: each unit is on its own. With one mask over time it is doubled at every step or gone after the first; with a new mask at each step, half of
    /// what is left would go every time.
    /// </summary>
    [Fact]
    public void Forward_Identity_KeepsOneMaskOverTimeAndAnotherForEachRow()
    {
        float[] y = Elman(0.5f, seed: 7);
        for (int b = 0; b < B; b++)
        {
            for (int j = 0; j < H; j++)
            {
                float first = y[b * H + j];
                Assert.True(first is 0f or 2f);
                for (int t = 1; t < T; t++)
                    Assert.Equal(first == 0f ? 0f : MathF.Pow(2f, t + 1), y[(t * B + b) * H + j]);
            }
        }
        // 120 units, half of them: five standard deviations are 27.
        Assert.InRange(y[..(B * H)].Count(v => v == 0f), 33, 87);
        Assert.NotEqual(y[..H], y[H..(2 * H)]);
        Assert.NotEqual(y, Elman(0.5f, seed: 8));
        Assert.Equal(y, Elman(0.5f, seed: 7));
    }

    [Theory]
    [InlineData(0.5f, 0UL)]
    [InlineData(0f, 7UL)]
    public void Forward_RateOrSeedZero_MasksNothing(float rate, ulong seed) => Assert.All(Elman(rate, seed), v => Assert.Equal(1f, v));

    /// <summary>With an update gate that is shut, z = 1, a GRU carries its state on as it is: that path has no mask.</summary>
    [Theory]
    [InlineData(ResetMode.After)]
    [InlineData(ResetMode.Before)]
    public void Forward_StateThatIsCarriedOn_IsNotMasked(ResetMode reset)
    {
        var layout = new ParameterLayout();
        var layer = new GruLayer(layout, 1, H, reset) { RecurrentDropout = 0.5f };
        float[] parameters = new float[layout.Count], y = new float[T * B * H];
        layout.Find("bias_ih_l0").Of(parameters.AsSpan()).Slice(H, H).Fill(40f);
        Run(layer, parameters, 7, y);
        Assert.All(y, v => Assert.Equal(1f, v));
    }

    private static float[] Elman(float rate, ulong seed)
    {
        var layout = new ParameterLayout();
        var layer = new ElmanLayer(layout, 1, H, relu: true, BiasMode.None) { RecurrentDropout = rate };
        float[] parameters = new float[layout.Count], y = new float[T * B * H];
        Span<float> u = layout.Find("weight_hh_l0").Of(parameters.AsSpan());
        for (int j = 0; j < H; j++)
            u[j * H + j] = 1f;
        Run(layer, parameters, seed, y);
        return y;
    }

    private static void Run(SequenceLayer layer, float[] parameters, ulong seed, float[] y)
    {
        layer.Pack(parameters);
        LayerState state = layer.CreateState(T, B, training: true);
        state.DropoutSeed = seed;
        layer.Forward(new BlockShape(T, B), new float[T * B], [.. Enumerable.Repeat(1f, B * H)], y, [], state);
    }
}
