// Whole networks: outputs and gradients against the double-precision twin, and what Predict promises.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

public class RecurrentNetworkTests
{
    private static readonly NetworkShape AllButDecoder = new()
    {
        InputSize = 3,
        OutputSize = 4,
        HiddenSize = 17,
        Layers = 2,
        Reset = ResetMode.Before,
        StepEmbeddingSize = 9,
        Pooling = SequencePooling.Mean,
        ContextSize = 2,
        HeadSizes = [8],
        LinearExperts = 2,
        WindowSize = 5,
        OutputsPerExpertOutput = 2,
        GivenExperts = 1,
    };

    /// <summary>Every optional part at least once alone, and all together.</summary>
    internal static readonly Dictionary<string, NetworkShape> Shapes = new()
    {
        ["plain"] = new() { InputSize = 3, OutputSize = 2, HiddenSize = 7 },
        ["one unit"] = new() { InputSize = 1, OutputSize = 1, HiddenSize = 1 },
        ["reset before, one bias"] = new() { InputSize = 2, OutputSize = 3, HiddenSize = 9, Reset = ResetMode.Before, Bias = BiasMode.InputOnly },
        ["stacked without bias"] = new() { InputSize = 2, OutputSize = 1, HiddenSize = 5, Layers = 3, Bias = BiasMode.None },
        ["embedding"] = new() { InputSize = 3, OutputSize = 2, HiddenSize = 6, StepEmbeddingSize = 8 },
        ["mean, context"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 6, Pooling = SequencePooling.Mean, ContextSize = 3 },
        ["max, head"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 6, Pooling = SequencePooling.Max, HeadSizes = [5, 4], HeadActivation = Activation.Tanh },
        ["whole"] = new() { InputSize = 2, OutputSize = 3, HiddenSize = 6, Pooling = SequencePooling.Whole, HeadSizes = [5], HeadActivation = Activation.Sigmoid },
        ["given experts"] = new() { InputSize = 2, OutputSize = 4, HiddenSize = 5, GivenExperts = 3, OutputsPerExpertOutput = 2 },
        ["experts alone"] = new() { InputSize = 2, OutputSize = 3, HiddenSize = 5, HasHead = false, GivenExperts = 2, LinearExperts = 2, WindowSize = 3 },
        ["experts"] = new() { InputSize = 2, OutputSize = 6, HiddenSize = 5, LinearExperts = 3, WindowSize = 4, OutputsPerExpertOutput = 3 },
        ["decoder"] = new() { InputSize = 2, OutputSize = 6, HiddenSize = 5, ContextSize = 2, FutureSteps = 3, FutureSize = 4, StaticSize = 3, DecoderSize = 7 },
        ["decoder of positions"] = new() { InputSize = 2, OutputSize = 4, HiddenSize = 5, FutureSteps = 4, DecoderSize = 3, HeadSizes = [3] },
        ["decoder alone"] = new() { InputSize = 2, OutputSize = 6, HiddenSize = 5, HasHead = false, FutureSteps = 3, DecoderSize = 4, Pooling = SequencePooling.LastMeanMax },
        ["decoder without head"] = new() { InputSize = 2, OutputSize = 4, HiddenSize = 5, HasHead = false, LinearExperts = 2, WindowSize = 3, FutureSteps = 2, FutureSize = 1, DecoderSize = 4 },
        ["everything without decoder"] = AllButDecoder,
        ["everything"] = AllButDecoder with { FutureSteps = 2, FutureSize = 3, StaticSize = 2, DecoderSize = 6 },
        ["tokens"] = new() { InputSize = 0, VocabularySize = 11, TokenEmbeddingSize = 4, OutputSize = 2, HiddenSize = 7 },
        ["tokens, whole"] = new() { InputSize = 0, VocabularySize = 5, TokenEmbeddingSize = 3, OutputSize = 5, HiddenSize = 6, Layers = 2, Pooling = SequencePooling.Whole },
        ["tokens and features, embedding"] = new() { InputSize = 2, VocabularySize = 9, TokenEmbeddingSize = 3, OutputSize = 2, HiddenSize = 5, StepEmbeddingSize = 6, Bidirectional = true },
        ["layer norm"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 6, LayerNorm = true },
        ["layer norm, both ways"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 5, Layers = 2, Cell = RecurrentCell.Lstm, Bidirectional = true, LayerNorm = true, Pooling = SequencePooling.Whole },
        ["attention"] = new() { InputSize = 3, OutputSize = 2, HiddenSize = 6, Pooling = SequencePooling.Attention, ContextSize = 1 },
        ["attention, tokens, both ways"] = new() { InputSize = 0, VocabularySize = 7, TokenEmbeddingSize = 2, OutputSize = 2, HiddenSize = 5, Bidirectional = true, Pooling = SequencePooling.Attention, HeadSizes = [4] },
        ["last, mean, max"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 6, Pooling = SequencePooling.LastMeanMax, ContextSize = 2 },
        ["last, mean, max, both ways"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 5, Layers = 2, Cell = RecurrentCell.Lstm, Bidirectional = true, Pooling = SequencePooling.LastMeanMax },
        ["LSTM"] = new() { InputSize = 3, OutputSize = 2, HiddenSize = 7, Cell = RecurrentCell.Lstm },
        ["LSTM, one bias"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 17, Layers = 2, Cell = RecurrentCell.Lstm, Bias = BiasMode.InputOnly, StepEmbeddingSize = 4, HeadSizes = [3] },
        ["tanh"] = new() { InputSize = 3, OutputSize = 2, HiddenSize = 9, Cell = RecurrentCell.ElmanTanh, Layers = 2, Pooling = SequencePooling.Mean },
        ["ReLU"] = new() { InputSize = 3, OutputSize = 2, HiddenSize = 9, Cell = RecurrentCell.ElmanRelu, Bias = BiasMode.None },
        ["both ways"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 6, Bidirectional = true, ContextSize = 3 },
        ["LSTM both ways, stacked"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 5, Layers = 2, Cell = RecurrentCell.Lstm, Bidirectional = true, LinearExperts = 2, WindowSize = 3 },
        ["LSTM both ways, sum"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 5, Layers = 2, Cell = RecurrentCell.Lstm, Bidirectional = true, Merge = MergeMode.Sum, Pooling = SequencePooling.Max },
        ["tanh both ways, mean"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 5, Layers = 2, Cell = RecurrentCell.ElmanTanh, Bidirectional = true, Merge = MergeMode.Mean, Pooling = SequencePooling.Whole },
        ["ReLU both ways"] = new() { InputSize = 2, OutputSize = 2, HiddenSize = 5, Cell = RecurrentCell.ElmanRelu, Bidirectional = true, Pooling = SequencePooling.Mean },
    };

    private static readonly int[] Lengths = [5, 0, 2, 4];

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in Shapes.Keys)
            {
                data.Add(name, false);
                data.Add(name, true);
            }
            return data;
        }
    }

    public static TheoryData<string> Names => [.. Shapes.Keys];

    /// <summary>Float32 through at most five layers and five steps.</summary>
    private const double OutputTolerance = 5e-6;

    /// <summary>As above, and the finite differences of the double twin are good to 1e-9.</summary>
    private const double GradientTolerance = 2e-5;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Predict_EveryPart_EqualsTwin(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes[name], hasLengths);
        float[] output = new float[batch.OutputRows * network.Shape.OutputSize];
        network.Predict(batch, output);
        Agreement.Check(name, output, new NetworkTwin(network).Forward(batch), OutputTolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encode_EveryPart_EqualsTwin(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes[name], hasLengths);
        float[] output = new float[batch.OutputRows * network.Shape.EncodingSize];
        network.Encode(batch, output);
        Agreement.Check(name, output, new NetworkTwin(network).Encode(batch), OutputTolerance);
    }

    [Fact]
    public void Encode_ManyThreads_GiveTheSameBits()
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes["attention, tokens, both ways"], true);
        float[] expected = new float[batch.Rows * network.Shape.EncodingSize];
        network.Encode(batch, expected);
        Parallel.For(0, 100, _ =>
        {
            float[] output = new float[expected.Length];
            network.Encode(Make(network.Shape, true).Batch, output);
            Assert.Equal(expected, output);
        });
    }

    /// <summary>The derivative by every feature against finite differences of the double twin; by what lies behind a row's end it is zero.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void InputGradient_EveryPart_MatchesFiniteDifferences(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes[name], hasLengths);
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

    [Fact]
    public void InputGradient_ForeignLossOrShortGradient_SaysSo()
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes["plain"], false);
        Assert.Contains("without this loss", Assert.Throws<ArgumentException>(() => network.InputGradient(batch, new SoftmaxCrossEntropyLoss(2), new float[60])).Message, StringComparison.Ordinal);
        Assert.Contains("got 59", Assert.Throws<ArgumentException>(() => network.InputGradient(batch, new SquaredLoss(), new float[59])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_ShortOutput_SaysSo()
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes["last, mean, max"], false);
        ArgumentException e = Assert.Throws<ArgumentException>(() => network.Encode(batch, new float[71]));
        Assert.Contains("output needs 72 values (4 rows of 18), got 71", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(-2)]
    public void Predict_TokenOutsideTheVocabulary_SaysWhere(int token)
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes["tokens"], true);
        batch.Tokens[4 * batch.Rows + 3] = token;                   // behind the end of row 3: not looked at
        network.Predict(batch, new float[8]);
        batch.Tokens[3 * batch.Rows + 3] = token;
        ArgumentException e = Assert.Throws<ArgumentException>(() => network.Predict(batch, new float[8]));
        Assert.Contains($"0 to 10, or -1 for none, got {token} at step 3 of row 3", e.Message, StringComparison.Ordinal);
        batch.Tokens[3 * batch.Rows + 3] = 0;
        network.Predict(batch, new float[8]);                       // the network is still good
    }

    [Fact]
    public void Validate_TokensWithoutVectorsOrVectorsWithoutTokens_ReportsThem()
    {
        ArgumentException e = Assert.Throws<ArgumentException>((Shapes["tokens"] with { TokenEmbeddingSize = 0 }).Validate);
        Assert.Contains("TokenEmbeddingSize must be 1 to 4096, got 0", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentException>((Shapes["tokens"] with { VocabularySize = 0 }).Validate);
        Assert.Contains("InputSize must be 1 to 65536, got 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("TokenEmbeddingSize must be 0 to 0, got 4", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The engine's gradient of a squared loss against finite differences of the same loss computed by the double twin.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_EveryPart_MatchesFiniteDifferences(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes[name], hasLengths);
        float[] gradient = Gradient(network, batch, dropoutSeed: 0);

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

    /// <summary>
    /// With a fixed seed the masks are fixed, so that the network is an ordinary function of its weights: finite differences of the engine's own loss. In float32 with step 1e-2: truncation
    /// about 1e-4 of the loss's scale, rounding about 1e-5.
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
        NetworkShape shape = Shapes[name] with { InputDropout = 0.3f, RecurrentDropout = 0.35f, LayerDropout = 0.4f, HeadDropout = 0.25f };
        (RecurrentNetwork network, SequenceBatch batch) = Make(shape, hasLengths: true);
        float[] gradient = Gradient(network, batch, dropoutSeed: 99), parameters = network.Parameters.ToArray();
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
                return Evaluate(network, batch, 99, []);
            }
        }
    }

    [Fact]
    public void Forward_WithDropout_ChangesTheOutputAndSeedZeroDoesNot()
    {
        (RecurrentNetwork plain, SequenceBatch batch) = Make(Shapes["plain"], false);
        foreach (NetworkShape shape in new[] { Shapes["plain"] with { InputDropout = 0.5f }, Shapes["plain"] with { HeadDropout = 0.5f }, Shapes["plain"] with { RecurrentDropout = 0.5f } })
        {
            RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
            network.SetParameters(plain.Parameters);
            Assert.Equal(Evaluate(plain, batch, 0, []), Evaluate(network, batch, 0, []));
            Assert.NotEqual(Evaluate(plain, batch, 0, []), Evaluate(network, batch, 5, []));
        }
    }

    /// <summary>Whoever fills a batch need not clean what an earlier one left in the padding, or may mark it with NaN.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void ForwardBackward_NaNInPadding_ChangesNoBit(string name)
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes[name], hasLengths: true);
        if (network.Shape.Pooling == SequencePooling.Whole)
            FillPadding(batch.Weights, batch.TargetSize, 0f);       // padded outputs are no targets
        FillPadding(batch.Inputs, network.Shape.InputSize, 0f);
        float[] expected = Gradient(network, batch, dropoutSeed: 0);
        double loss = Evaluate(network, batch, 0, []);
        FillPadding(batch.Inputs, network.Shape.InputSize, float.NaN);
        Assert.Equal(expected, Gradient(network, batch, dropoutSeed: 0));
        FillPadding(batch.Inputs, network.Shape.InputSize, float.NaN);
        Assert.Equal(loss, Evaluate(network, batch, 0, []));

        void FillPadding(float[] values, int features, float value)
        {
            for (int b = 0; b < batch.Rows; b++)
            {
                for (int t = batch.Lengths[b]; t < batch.Steps; t++)
                    values.AsSpan((t * batch.Rows + b) * features, features).Fill(value);
            }
        }
    }

    [Fact]
    public void Predict_BatchOfOtherSize_GivesTheSameBits()
    {
        NetworkShape shape = Shapes["everything"];
        (RecurrentNetwork network, SequenceBatch large) = Make(shape, true, maxRows: 9);
        float[] together = new float[9 * shape.OutputSize], alone = new float[shape.OutputSize];
        network.Predict(large, together);
        for (int b = 0; b < 9; b++)
        {
            var one = new SequenceBatch(shape, large.Steps, 1) { HasLengths = true };
            one.Lengths[0] = large.Lengths[b];
            for (int t = 0; t < large.Steps; t++)
                large.Inputs.AsSpan((t * 9 + b) * 3, 3).CopyTo(one.Inputs.AsSpan(t * 3));
            large.Context.AsSpan(b * 2, 2).CopyTo(one.Context);
            large.Window.AsSpan(b * 5, 5).CopyTo(one.Window);
            large.Experts.AsSpan(b * 2, 2).CopyTo(one.Experts);
            large.Priors.AsSpan(b, 1).CopyTo(one.Priors);
            large.Static.AsSpan(b * 2, 2).CopyTo(one.Static);
            large.Future.AsSpan(b * 6, 6).CopyTo(one.Future);
            network.Predict(one, alone);
            // A forecast must not depend on which other rows happen to be in the batch.
            Assert.Equal(together[(b * shape.OutputSize)..((b + 1) * shape.OutputSize)], alone);
        }
    }

    [Fact]
    public void Predict_ManyThreads_GiveTheSameBits()
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes["everything"], true);
        float[] expected = new float[batch.OutputRows * 4];
        network.Predict(batch, expected);
        Parallel.For(0, 200, _ =>
        {
            // A batch belongs to one thread at a time.
            SequenceBatch own = Make(Shapes["everything"], true).Batch;
            float[] output = new float[expected.Length];
            network.Predict(own, output);
            Assert.Equal(expected, output);
        });
    }

    [Fact]
    public void Predict_ForeignBatchOrShortOutput_SaysSo()
    {
        (RecurrentNetwork network, SequenceBatch batch) = Make(Shapes["plain"], false);
        Assert.Throws<ArgumentException>(() => network.Predict(new SequenceBatch(Shapes["embedding"], 2, 2), new float[100]));
        ArgumentException e = Assert.Throws<ArgumentException>(() => network.Predict(batch, new float[3]));
        Assert.Contains("got 3", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_SameSeed_GivesTheSameWeights(string name)
    {
        Assert.Equal(RecurrentNetwork.Create(Shapes[name], 7).Parameters, RecurrentNetwork.Create(Shapes[name], 7).Parameters);
        Assert.False(RecurrentNetwork.Create(Shapes[name], 7).Parameters.SequenceEqual(RecurrentNetwork.Create(Shapes[name], 8).Parameters));
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

    [Fact]
    public void Create_CellOrDirectionIsOther_IsAnotherShape()
    {
        NetworkShape shape = Shapes["both ways"];
        foreach (NetworkShape other in new[] { shape with { Cell = RecurrentCell.Lstm }, shape with { Bidirectional = false }, shape with { Merge = MergeMode.Mean, Pooling = SequencePooling.Max } })
            Assert.NotEqual(shape, other);
        Assert.NotEqual(Shapes["ReLU"], Shapes["ReLU"] with { Cell = RecurrentCell.ElmanTanh });
    }

    [Theory]
    [InlineData(MergeMode.Sum)]
    [InlineData(MergeMode.Mean)]
    public void Validate_LastOfMergedDirections_IsRefused(MergeMode merge)
    {
        NetworkShape shape = Shapes["both ways"] with { Merge = merge };
        ArgumentException e = Assert.Throws<ArgumentException>(shape.Validate);
        Assert.Contains($"got {merge}", e.Message, StringComparison.Ordinal);
        (shape with { Bidirectional = false }).Validate();
        (shape with { Pooling = SequencePooling.Max }).Validate();
    }

    [Fact]
    public void Validate_UnknownCellAndMerge_ReportsBoth()
    {
        ArgumentException e = Assert.Throws<ArgumentException>((Shapes["plain"] with { Cell = (RecurrentCell)9, Merge = (MergeMode)8 }).Validate);
        Assert.Contains("Cell must be one of Gru, Lstm, ElmanTanh, ElmanRelu, got 9", e.Message, StringComparison.Ordinal);
        Assert.Contains("Merge must be one of Concatenate, Sum, Mean, got 8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Decoder_NeedsStepsThatDivideTheOutputs()
    {
        NetworkShape shape = Shapes["decoder"];
        foreach ((NetworkShape wrong, string part) in new[]
        {
            (shape with { FutureSteps = 0 }, "FutureSize must be 0 to 0, got 4"),
            (shape with { FutureSteps = 4 }, "FutureSteps must divide OutputSize 6, got 4"),
            (shape with { DecoderSize = 0 }, "DecoderSize must be 1 to 65536, got 0"),
            (shape with { ContextSize = 0, Pooling = SequencePooling.Whole }, "FutureSteps and ContextSize must be 0"),
        })
            Assert.Contains(part, Assert.Throws<ArgumentException>(wrong.Validate).Message, StringComparison.Ordinal);
        foreach (NetworkShape other in new[] { shape with { FutureSteps = 2 }, shape with { FutureSize = 5 }, shape with { StaticSize = 2 }, shape with { DecoderSize = 8 } })
            Assert.NotEqual(shape, other);
    }

    [Fact]
    public void Validate_SeveralProblems_ReportsAll()
    {
        var shape = new NetworkShape { InputSize = 0, OutputSize = 5, HiddenSize = 5000, OutputsPerExpertOutput = 2, HeadDropout = 1f, Pooling = SequencePooling.Whole, ContextSize = 1 };
        ArgumentException e = Assert.Throws<ArgumentException>(() => RecurrentNetwork.Create(shape, 1));
        foreach (string part in new[] { "InputSize must be 1 to 65536, got 0", "HiddenSize must be 1 to 4096, got 5000", "OutputsPerExpertOutput", "HeadDropout", "ContextSize must be 0" })
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    internal static (RecurrentNetwork Network, SequenceBatch Batch) Make(NetworkShape shape, bool hasLengths, int maxRows = 4)
    {
        var random = new Random(shape.HiddenSize);
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 5);
        // Fresh biases and linear maps are zero, which would hide mistakes.
        network.SetParameters(Numbers.ToFloat(Numbers.Uniform(random, network.ParameterCount, 0.6)));
        var batch = new SequenceBatch(shape, 5, maxRows, new SquaredLoss());
        foreach (float[] values in new[] { batch.Inputs, batch.Context, batch.Window, batch.Experts, batch.Priors, batch.Static, batch.Future, batch.Targets })
            Numbers.ToFloat(Numbers.Uniform(random, values.Length)).CopyTo(values, 0);
        Numbers.ToFloat([.. Numbers.Uniform(random, batch.Weights.Length).Select(Math.Abs)]).CopyTo(batch.Weights, 0);
        for (int i = 0; i < batch.Tokens.Length; i++)
            batch.Tokens[i] = random.Next(shape.VocabularySize + 1) - 1;
        batch.HasLengths = hasLengths;
        for (int b = 0; b < batch.Rows; b++)
            batch.Lengths[b] = Lengths[b % 4];
        return (network, batch);
    }

    private static float[] Gradient(RecurrentNetwork network, SequenceBatch batch, ulong dropoutSeed)
    {
        float[] gradient = new float[network.ParameterCount];
        _ = Evaluate(network, batch, dropoutSeed, gradient);
        return gradient;
    }

    private static double Evaluate(RecurrentNetwork network, SequenceBatch batch, ulong dropoutSeed, float[] gradient)
    {
        var pass = new NetworkPass(network.Parts, batch.MaxSteps, batch.MaxRows, training: true);
        float[] d = new float[batch.OutputRows * network.Shape.OutputSize];
        double loss = new SquaredLoss().Evaluate(batch.OutputRows, pass.Forward(batch, dropoutSeed), batch.ActiveTargets, batch.ActiveWeights, 1f, d);
        if (gradient.Length > 0)
        {
            float[] sums = new float[network.Layout.SumCount];
            float[] tokenGradient = new float[batch.Tokens.Length * network.Shape.TokenEmbeddingSize];
            pass.Backward(batch, d, sums, tokenGradient);
            network.Layout.Collect(sums, gradient);
            if (network.Parts.Tokens is { } tokens)
            {
                var table = new ParameterGradient(network.ParameterCount, tokens.Table);
                tokens.AddGradient(batch, tokenGradient, table);
                tokens.Table.Of(table.Values).CopyTo(tokens.Table.Of(gradient.AsSpan()));
            }
        }
        return loss;
    }
}
