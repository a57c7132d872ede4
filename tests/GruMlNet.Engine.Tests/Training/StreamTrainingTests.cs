// Training on long sequences chunk by chunk: states are carried, gradients are not.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Twin;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

public class StreamTrainingTests
{
    private const int Vocabulary = 5;

    private static readonly SoftmaxCrossEntropyLoss Loss = new(Vocabulary);

    public static TheoryData<RecurrentCell, int, bool> Cells => new()
    {
        { RecurrentCell.Gru, 1, false }, { RecurrentCell.Gru, 2, true }, { RecurrentCell.Lstm, 2, false }, { RecurrentCell.ElmanTanh, 1, false }, { RecurrentCell.ElmanRelu, 1, false },
    };

    /// <summary>The loss along a stream is that of its whole parts at once, for more streams than go into a block, and with a shorter last chunk.</summary>
    [Theory]
    [MemberData(nameof(Cells))]
    public void Evaluate_Stream_EqualsWholeSequences(RecurrentCell cell, int layers, bool layerNorm)
    {
        RecurrentNetwork network = Network(cell, layers, layerNorm);
        int[] tokens = Text(11 * 23 + 4);
        double chunked = Trainer.Evaluate(network, new NextTokenSource(tokens, streams: 11, steps: 5), Loss);
        double whole = Trainer.Evaluate(network, new NextTokenSource(tokens, streams: 11, steps: 1000), Loss);
        Assert.Equal(whole, chunked, 1e-6);
        // The same chunks as if each began a sequence: what the states know is lost.
        Assert.NotEqual(whole, Trainer.Evaluate(network, new Forgetful(new NextTokenSource(tokens, 11, 5)), Loss), 1e-5);
    }

    /// <summary>A step on the second chunk: the gradient of that chunk alone, from the states that the first one ended in.</summary>
    [Theory]
    [MemberData(nameof(Cells))]
    public void Step_SecondChunk_StartsFromTheFirstOnesStates(RecurrentCell cell, int layers, bool layerNorm)
    {
        const int streams = 11, steps = 4;
        RecurrentNetwork network = Network(cell, layers, layerNorm);
        var source = new NextTokenSource(Text(streams * 3 * steps + 1), streams, steps);
        float[] expected = network.Parameters.ToArray();

        var batch = new SequenceBatch(network.Shape, steps, streams, Loss);
        var pass = new NetworkPass(network.Parts, steps, streams, training: true);
        float[] states = new float[network.Parts.Recurrent.StateSize * streams * network.Shape.HiddenSize], d = new float[steps * streams * Vocabulary];
        source.Fill([.. Enumerable.Range(0, streams)], batch);
        _ = pass.Forward(batch, 0, [], states);
        source.Fill([.. Enumerable.Range(streams, streams)], batch);
        Span<float> output = pass.Forward(batch, 0, states, new float[states.Length]);
        double loss = Loss.Evaluate(batch.OutputRows, output, batch.ActiveTargets, batch.ActiveWeights, 1f / (streams * steps), d);
        float[] sums = new float[network.Layout.SumCount], gradient = new float[expected.Length];
        pass.Backward(batch, d, sums);
        network.Layout.Collect(sums, gradient);
        for (int i = 0; i < expected.Length; i++)
            expected[i] -= 0.5f * gradient[i];

        // The first step with a learning rate of zero: only the states go on.
        using var run = new TrainingRun(network, source, Loss, new TrainerOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = null, BatchSize = 3 }, default);
        _ = run.Step(0f);
        Assert.Equal(loss / (streams * steps), run.Step(0.5f), 1e-6);
        int table = network.Layout.Find("tokens.weight").Length;        // its gradient comes by another way, which TokenTrainingTests check
        Agreement.Check("parameters", network.Parameters[table..], Numbers.ToDouble(expected.AsSpan(table)), 1e-6);
    }

    [Fact]
    public void Train_AnyNumberOfThreads_GivesTheSameBits()
    {
        float[] expected = Run(1);
        foreach (int threads in new[] { 2, 3 })
            Assert.Equal(expected, Run(threads));

        static float[] Run(int threads)
        {
            RecurrentNetwork network = Network(RecurrentCell.Lstm, 2, false);
            _ = Trainer.Train(network, new NextTokenSource(Text(2000), 37, 6), Loss, new TrainerOptions { MaxEpochs = 2, Threads = threads });
            return network.Parameters.ToArray();
        }
    }

    /// <summary>A text that repeats every seven tokens is known by heart, in chunks of three.</summary>
    [Fact]
    public void Train_TextThatRepeats_IsLearnt()
    {
        int[] text = [.. Enumerable.Range(0, 3000).Select(i => new[] { 0, 1, 0, 2, 0, 1, 3 }[i % 7])];
        RecurrentNetwork network = Network(RecurrentCell.Gru, 1, false);
        var options = new TrainerOptions { MaxEpochs = 20, LearningRate = 0.02f };
        TrainingResult result = Trainer.Train(network, new NextTokenSource(text, 8, 3), Loss, options, new NextTokenSource(text, 1, 50), TestContext.Current.CancellationToken);
        Assert.Equal(20 * 125, result.Steps);
        // log 5 = 1.6 without learning anything, 0.4 for who only knows the step before.
        Assert.InRange(result.ValidationLoss!.Value, 0, 0.05);
    }

    [Fact]
    public void Train_BidirectionalNetworkOrRaggedSource_SaysSo()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Network(RecurrentCell.Gru, 1, false).Shape with { Bidirectional = true }, 1);
        var source = new NextTokenSource(Text(100), 4, 5);
        Assert.Contains("bidirectional", Assert.Throws<ArgumentException>(() => Trainer.Train(network, source, Loss, new TrainerOptions(), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("bidirectional", Assert.Throws<ArgumentException>(() => Trainer.Evaluate(network, source, Loss)).Message, StringComparison.Ordinal);
        ArgumentException e = Assert.Throws<ArgumentException>(() => Trainer.Evaluate(Network(RecurrentCell.Gru, 1, false), new Forgetful(source, count: 21), Loss));
        Assert.Contains("multiple of Streams", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_EveryChunk_GivesEachTokenOnceAndTheNextAsTarget()
    {
        int[] text = [.. Enumerable.Range(0, 32)];
        var source = new NextTokenSource(text, streams: 3, steps: 4);   // parts of 10: 0-9, 10-19, 20-29
        Assert.Equal((3, 4, 9), (source.Streams, source.MaxSteps, source.Count));
        var shape = new NetworkShape { InputSize = 0, VocabularySize = 32, TokenEmbeddingSize = 1, OutputSize = 32, Pooling = SequencePooling.Whole };
        var batch = new SequenceBatch(shape, 4, 3, new SoftmaxCrossEntropyLoss(32));
        List<int>[] read = [[], [], []];
        for (int chunk = 0; chunk < 3; chunk++)
        {
            source.Fill([3 * chunk, 3 * chunk + 1, 3 * chunk + 2], batch);
            for (int b = 0; b < 3; b++)
            {
                Assert.Equal(chunk > 0, batch.Continues[b]);
                for (int t = 0; t < 4; t++)
                {
                    Assert.Equal(t < batch.Lengths[b] ? 1f : 0f, batch.Weights[t * 3 + b]);
                    if (t >= batch.Lengths[b]) continue;
                    read[b].Add(batch.Tokens[t * 3 + b]);
                    Assert.Equal(batch.Tokens[t * 3 + b] + 1, batch.Targets[t * 3 + b]);
                }
            }
        }
        for (int b = 0; b < 3; b++)
            Assert.Equal(Enumerable.Range(10 * b, 10), read[b]);
        Assert.Contains("at least 33 tokens", Assert.Throws<ArgumentException>(() => new NextTokenSource(text, 32, 4)).Message, StringComparison.Ordinal);
    }

    private static RecurrentNetwork Network(RecurrentCell cell, int layers, bool layerNorm)
    {
        var shape = new NetworkShape
        {
            InputSize = 0,
            VocabularySize = Vocabulary,
            TokenEmbeddingSize = 3,
            OutputSize = Vocabulary,
            HiddenSize = 12,
            Layers = layers,
            Cell = cell,
            LayerNorm = layerNorm,
            Pooling = SequencePooling.Whole,
        };
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
        network.SetParameters([.. network.Parameters.ToArray().Select((v, i) => v + 0.1f * MathF.Sin(i))]);
        return network;
    }

    private static int[] Text(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary))];
    }

    /// <summary>Another source's chunks, none of which continues another.</summary>
    private sealed class Forgetful(NextTokenSource source, int? count = null) : IStreamSource
    {
        public int Count => count ?? source.Count;

        public int MaxSteps => source.MaxSteps;

        public int Streams => source.Streams;

        public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
        {
            source.Fill(indices, batch);
            batch.Continues.Clear();
        }
    }
}
