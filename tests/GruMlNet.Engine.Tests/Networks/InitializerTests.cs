// The weights that a network starts from.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class InitializerTests
{
    [Theory]
    [MemberData(nameof(SampleShapes.Names), MemberType = typeof(SampleShapes))]
    public void Create_SameSeed_GivesTheSameWeights(string name)
    {
        Assert.Equal(RecurrentNetwork.Create(SampleShapes.All[name], 7).Parameters, RecurrentNetwork.Create(SampleShapes.All[name], 7).Parameters);
        Assert.False(RecurrentNetwork.Create(SampleShapes.All[name], 7).Parameters.SequenceEqual(RecurrentNetwork.Create(SampleShapes.All[name], 8).Parameters));
    }

    [Theory]
    [InlineData(RecurrentCell.Gru, "gru", 3)]
    [InlineData(RecurrentCell.Lstm, "lstm", 4)]
    [InlineData(RecurrentCell.ElmanTanh, "rnn", 1)]
    [InlineData(RecurrentCell.ElmanRelu, "rnn", 1)]
    public void Create_RecurrentWeights_AreOrthogonalPerGate(RecurrentCell cell, string prefix, int gates)
    {
        RecurrentNetwork network = RecurrentNetwork.Create(new NetworkShape { InputSize = 2, OutputSize = 1, HiddenSize = 13, Cell = cell }, 3);
        double[] u = Numbers.ToDouble(network.Layout.Find(prefix + ".weight_hh_l0").Of(network.Parameters));
        for (int gate = 0; gate < gates; gate++)
        {
            for (int i = 0; i < 13; i++)
            {
                for (int j = 0; j < 13; j++)
                {
                    double dot = Enumerable.Range(0, 13).Sum(k => u[(gate * 13 + i) * 13 + k] * u[(gate * 13 + j) * 13 + k]);
                    // Rounded to float32 once: 13 products of 6e-8 each.
                    Assert.Equal(i == j ? 1 : 0, dot, 1e-6);
                }
            }
        }
        foreach (string bias in new[] { prefix + ".bias_hh_l0", "head.output.bias" })
            Assert.All(network.Layout.Find(bias).Of(network.Parameters).ToArray(), v => Assert.Equal(0f, v));
        float limit = MathF.Sqrt(6f / (2 + 13));
        float[] input = network.Layout.Find(prefix + ".weight_ih_l0").Of(network.Parameters).ToArray();
        Assert.All(input, v => Assert.InRange(v, -limit, limit));
        // At least 26 uniform values of a fixed seed: their largest is above 80 % of the limit with all but certainty.
        Assert.True(input.Max(Math.Abs) > 0.8f * limit);
    }

    [Theory]
    [InlineData(RecurrentCell.Gru, "gru", new[] { 0f, 0f, 0f }, new[] { 0f, 0.5f, 0f })]
    [InlineData(RecurrentCell.Lstm, "lstm", new[] { 0f, 1f, 0f, 0f }, new[] { 0f, -2f, 0f, 0f })]
    [InlineData(RecurrentCell.ElmanTanh, "rnn", new[] { 0f }, new[] { 0f })]
    public void Create_GateStart_IsTheBiasOfItsGateAlone(RecurrentCell cell, string prefix, float[] usual, float[] chosen)
    {
        var shape = new NetworkShape { InputSize = 2, OutputSize = 1, HiddenSize = 5, Layers = 2, Bidirectional = true, Cell = cell };
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 3), other = RecurrentNetwork.Create(shape, 3, new GateStart { ForgetBias = -2f, UpdateBias = 0.5f });
        foreach (string end in new[] { "l0", "l0_reverse", "l1", "l1_reverse" })
        {
            Assert.Equal(usual.SelectMany(v => Enumerable.Repeat(v, 5)), network.Layout.Find($"{prefix}.bias_ih_{end}").Of(network.Parameters).ToArray());
            Assert.Equal(chosen.SelectMany(v => Enumerable.Repeat(v, 5)), other.Layout.Find($"{prefix}.bias_ih_{end}").Of(other.Parameters).ToArray());
            // The second bias adds nothing, and the weights are drawn as without any start.
            Assert.All(other.Layout.Find($"{prefix}.bias_hh_{end}").Of(other.Parameters).ToArray(), v => Assert.Equal(0f, v));
            Assert.Equal(network.Layout.Find($"{prefix}.weight_hh_{end}").Of(network.Parameters), other.Layout.Find($"{prefix}.weight_hh_{end}").Of(other.Parameters));
        }
    }

    [Fact]
    public void Create_GateStartIsNotFinite_SaysWhich()
    {
        var shape = new NetworkShape { InputSize = 1, OutputSize = 1 };
        Assert.Contains("ForgetBias must be a finite number, got NaN", Assert.Throws<ArgumentException>(() => RecurrentNetwork.Create(shape, 1, new GateStart { ForgetBias = float.NaN })).Message, StringComparison.Ordinal);
        Assert.Contains("UpdateBias must be a finite number, got Infinity", Assert.Throws<ArgumentException>(() => RecurrentNetwork.Create(shape, 1, new GateStart { UpdateBias = float.PositiveInfinity })).Message, StringComparison.Ordinal);
    }
}
