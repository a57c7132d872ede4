// Shapes of networks that tests run through: every optional part at least once.

using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

internal static class SampleShapes
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
    public static readonly Dictionary<string, NetworkShape> All = new()
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

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Each without and with lengths.</summary>
    public static TheoryData<string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in All.Keys)
            {
                data.Add(name, false);
                data.Add(name, true);
            }
            return data;
        }
    }
}
