// Training on tokens: that their vectors are learnt, from a gradient that only knows the rows of the batch.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Twin;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

public class TokenTrainingTests
{
    private const int Vocabulary = 40;

    private static readonly NetworkShape Shape = new() { InputSize = 0, VocabularySize = Vocabulary, TokenEmbeddingSize = 6, OutputSize = 2, HiddenSize = 12, Pooling = SequencePooling.Max };

    /// <summary>Each of 20 tokens belongs to one of two classes; which one is in the tokens' vectors or nowhere.</summary>
    [Theory]
    [InlineData(OptimizerKind.Adam, 0.01f)]
    [InlineData(OptimizerKind.Sgd, 0.3f)]
    public void Train_ClassOfTheTokens_IsLearnt(OptimizerKind optimizer, float learningRate)
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Shape, 1);
        var options = new TrainerOptions { MaxEpochs = 15, LearningRate = learningRate, Optimizer = optimizer, Momentum = optimizer == OptimizerKind.Sgd ? 0.9f : 0f };
        _ = Trainer.Train(network, new TokenSource(400, 1), new SoftmaxCrossEntropyLoss(2), options, cancellationToken: TestContext.Current.CancellationToken);
        // log 2 = 0.69 without learning anything.
        Assert.InRange(Trainer.Evaluate(network, new TokenSource(300, 2), new SoftmaxCrossEntropyLoss(2)), 0, 0.05);
    }

    [Fact]
    public void Train_AnyNumberOfThreads_GivesTheSameBits()
    {
        float[] expected = Run(1);
        foreach (int threads in new[] { 2, 3, 8 })
            Assert.Equal(expected, Run(threads));

        static float[] Run(int threads)
        {
            RecurrentNetwork network = RecurrentNetwork.Create(Shape, 1);
            var options = new TrainerOptions { MaxEpochs = 2, BatchSize = 50, Threads = threads, WeightDecay = 0.01f, AverageDecay = 0.9f };
            _ = Trainer.Train(network, new TokenSource(120, 1), new SoftmaxCrossEntropyLoss(2), options);
            return network.Parameters.ToArray();
        }
    }

    [Fact]
    public void Train_TokensThatNeverCome_KeepTheirVectors()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Shape, 1);
        float[] before = Table(network);
        _ = Trainer.Train(network, new TokenSource(50, 1), new SoftmaxCrossEntropyLoss(2), new TrainerOptions { MaxEpochs = 2, WeightDecay = 0.1f }, cancellationToken: TestContext.Current.CancellationToken);
        float[] after = Table(network);
        for (int token = 0; token < Vocabulary; token++)
        {
            bool same = before.AsSpan(token * 6, 6).SequenceEqual(after.AsSpan(token * 6, 6));
            Assert.Equal(token >= TokenSource.Used, same);
        }

        static float[] Table(RecurrentNetwork network) => network.Layout.Find("tokens.weight").Of(network.Parameters).ToArray();
    }

    /// <summary>One plain gradient step over several blocks against finite differences of the mean loss in double precision.</summary>
    [Fact]
    public void Step_BatchOfSeveralBlocks_MovesTheVectorsAlongTheGradient()
    {
        var source = new TokenSource(21, 3);
        RecurrentNetwork network = RecurrentNetwork.Create(Shape, 1);
        var batch = new SequenceBatch(Shape, source.MaxSteps, source.Count, new SoftmaxCrossEntropyLoss(2));
        source.Fill([.. Enumerable.Range(0, source.Count)], batch);
        var twin = new NetworkTwin(network);
        double[] target = Numbers.ToDouble(batch.ActiveTargets), weight = Numbers.ToDouble(batch.ActiveWeights);
        float[] before = network.Layout.Find("tokens.weight").Of(network.Parameters).ToArray();

        var options = new TrainerOptions { BatchSize = source.Count, Optimizer = OptimizerKind.Sgd, ClipNorm = null };
        using var run = new TrainingRun(network, source, new SoftmaxCrossEntropyLoss(2), options, default);
        _ = run.Step(1f);
        float[] after = network.Layout.Find("tokens.weight").Of(network.Parameters).ToArray();
        double[] table = twin.Parameters.Single(p => p.Name == "tokens.weight").Values;
        double[] expected = [.. Enumerable.Range(0, table.Length).Select(Slope)], actual = [.. before.Zip(after, (b, a) => (double)b - a)];
        // Weights of 0.1 are rounded at 6e-9, and the gradient is about 1e-3 to 1e-2.
        Agreement.Check("vectors", actual, expected, 1e-4);

        double Slope(int i)
        {
            double kept = table[i];
            table[i] = kept + 1e-5;
            double above = Loss();
            table[i] = kept - 1e-5;
            double below = Loss();
            table[i] = kept;
            return (above - below) / 2e-5;
        }

        double Loss() => LossTwin.SoftmaxCrossEntropy(2).Evaluate(twin.Forward(batch), target, weight, 1).Sum / source.Count;
    }

    /// <summary>One touched row of three: only there does anything move, as if the row were alone in the world.</summary>
    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Sgd)]
    public void Step_TouchedRows_MoveAsTheyWouldAlone(OptimizerKind kind)
    {
        var layout = new ParameterLayout();
        _ = layout.Add("before", 1, 3);
        ParameterSlice table = layout.Add("table", 3, 2, sumLength: 0);
        _ = layout.Add("behind", 1, 2);
        float[] w = [1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f], alone = [6f, 7f];
        Optimizer optimizer = Optimizer.Create(kind, 11, 0.1f, 0.5f), other = Optimizer.Create(kind, 2, 0.1f, 0.5f);
        var gradient = new ParameterGradient(11, table);
        for (int step = 1; step <= 3; step++)
        {
            gradient.ClearTable();
            gradient.Values[0] = gradient.Values[10] = 0.5f;
            gradient.Touch(1)[0] += step;
            gradient.Touch(1)[1] -= 0.5f * step;
            Assert.Equal(Math.Sqrt(0.5 + 1.25 * step * step), Math.Sqrt(gradient.SumOfSquares()), 1e-9);
            optimizer.Step(w, gradient, 0.01f);
            other.Step(alone, [step, -0.5f * step], 0.01f);
        }
        Assert.Equal([4f, 5f, alone[0], alone[1], 8f, 9f], w[3..9]);
        Assert.NotEqual(1f, w[0]);
        Assert.NotEqual(11f, w[10]);
    }

    /// <summary>Half of the vocabulary is used; even tokens are of class 0.</summary>
    private sealed class TokenSource(int count, int seed) : ISequenceSource
    {
        public const int Used = Vocabulary / 2;

        public int Count => count;

        public int MaxSteps => 5;

        public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
        {
            batch.Steps = MaxSteps;
            batch.HasLengths = true;
            for (int b = 0; b < indices.Length; b++)
            {
                var random = new Random(seed * 100_000 + indices[b]);
                int kind = random.Next(2);
                batch.Lengths[b] = 1 + random.Next(MaxSteps);
                for (int t = 0; t < MaxSteps; t++)
                    batch.Tokens[t * batch.Rows + b] = t < batch.Lengths[b] ? 2 * random.Next(Used / 2) + kind : Vocabulary - 1;
                batch.Targets[b] = kind;
                batch.Weights[b] = 1f;
            }
        }
    }
}
