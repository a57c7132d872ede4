// A training step allocates nothing once everything has been used once.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

[Collection(nameof(Allocations))]
public class TrainingAllocationTests
{
    public static TheoryData<string> Names => [.. Shapes.Keys];

    private static readonly Dictionary<string, NetworkShape> Shapes = new()
    {
        ["plain"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 8 },
        ["stacked, every dropout"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 8, Layers = 3, InputDropout = 0.1f, RecurrentDropout = 0.1f, LayerDropout = 0.1f, HeadDropout = 0.1f },
        ["reset before, embedding, head"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 8, Reset = ResetMode.Before, StepEmbeddingSize = 4, HeadSizes = [6, 5], Pooling = SequencePooling.Mean },
        ["experts"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 8, LinearExperts = 2, WindowSize = 4, ContextSize = 2, Pooling = SequencePooling.Max },
        ["decoder"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 8, FutureSteps = 3, FutureSize = 2, StaticSize = 2, DecoderSize = 5 },
        ["LSTM"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 9, Layers = 2, Cell = RecurrentCell.Lstm },
        ["tanh"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 9, Cell = RecurrentCell.ElmanTanh },
        ["ReLU"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 9, Cell = RecurrentCell.ElmanRelu },
        ["both ways"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 9, Layers = 2, Bidirectional = true },
        ["LSTM both ways, sum"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 9, Layers = 2, Cell = RecurrentCell.Lstm, Bidirectional = true, Merge = MergeMode.Sum, Pooling = SequencePooling.Max },
        ["tokens"] = new() { InputSize = 0, VocabularySize = 50, TokenEmbeddingSize = 5, OutputSize = 3, HiddenSize = 8, Pooling = SequencePooling.Attention },
        ["tokens, embedding"] = new() { InputSize = 1, VocabularySize = 50, TokenEmbeddingSize = 5, StepEmbeddingSize = 6, OutputSize = 3, HiddenSize = 8, Pooling = SequencePooling.LastMeanMax },
        ["layer norm, recurrent dropout"] = new() { InputSize = 1, OutputSize = 3, HiddenSize = 8, Layers = 2, Bidirectional = true, LayerNorm = true, RecurrentDropout = 0.2f, Cell = RecurrentCell.Lstm },
        ["whole"] = new() { InputSize = 1, OutputSize = 1, HiddenSize = 8, Pooling = SequencePooling.Whole },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_SteadyState_AllocatesNothing(string name)
    {
        NetworkShape shape = Shapes[name];
        foreach ((Loss loss, OptimizerKind optimizer) in new (Loss, OptimizerKind)[] { (new SquaredLoss(), OptimizerKind.Adam), (shape.OutputSize == 3 ? new QuantileLoss(0.1f, 0.5f, 0.9f) : new HuberLoss(), OptimizerKind.Sgd) })
        {
            var options = new TrainerOptions { BatchSize = 40, AverageDecay = 0.9f, Optimizer = optimizer };
            var run = new TrainingRun(RecurrentNetwork.Create(shape, 1), new ConstantSource(), loss, options, default);
            for (int i = 0; i < 5; i++)
                _ = run.Step(0.01f);
            Assert.Equal(0, Allocations.Of(() =>
            {
                for (int i = 0; i < 20; i++)
                    _ = run.Step(0.01f);
            }));
        }
    }

    [Fact]
    public void Step_Stream_AllocatesNothing()
    {
        var shape = new NetworkShape { InputSize = 0, VocabularySize = 9, TokenEmbeddingSize = 4, OutputSize = 9, HiddenSize = 8, Pooling = SequencePooling.Whole, RecurrentDropout = 0.1f };
        var source = new NextTokenSource([.. Enumerable.Range(0, 3000).Select(i => i % 9)], 20, 7);
        var run = new TrainingRun(RecurrentNetwork.Create(shape, 1), source, new SoftmaxCrossEntropyLoss(9, labelSmoothing: 0.1f), new TrainerOptions(), default);
        for (int i = 0; i < 5; i++)
            _ = run.Step(0.01f);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 20; i++)
                _ = run.Step(0.01f);
        }));
    }

    private sealed class ConstantSource : ISequenceSource
    {
        public int Count => 100;

        public int MaxSteps => 6;

        public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
        {
            batch.Steps = 6;
            batch.HasLengths = true;
            for (int b = 0; b < indices.Length; b++)
                batch.Lengths[b] = indices[b] % 7;
            batch.Inputs.AsSpan().Fill(0.5f);
            for (int i = 0; i < batch.Tokens.Length; i++)
                batch.Tokens[i] = (indices[0] + i) % (batch.Shape.VocabularySize + 1) - 1;
            batch.Context.AsSpan().Fill(0.25f);
            batch.Window.AsSpan().Fill(-0.5f);
            batch.Future.AsSpan().Fill(0.5f);
            batch.Static.AsSpan().Fill(1f);
            batch.Targets.AsSpan().Fill(0.1f);
            batch.Weights.AsSpan().Fill(1f);
        }
    }
}
