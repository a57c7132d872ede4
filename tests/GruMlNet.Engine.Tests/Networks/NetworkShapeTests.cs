// Which shapes are refused and with which words, and which are the same.

using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class NetworkShapeTests
{
    [Fact]
    public void Validate_SeveralProblems_ReportsAll()
    {
        var shape = new NetworkShape { InputSize = 0, OutputSize = 5, HiddenSize = 5000, OutputsPerExpertOutput = 2, HeadDropout = 1f, Pooling = SequencePooling.Whole, ContextSize = 1 };
        ArgumentException e = Assert.Throws<ArgumentException>(() => RecurrentNetwork.Create(shape, 1));
        foreach (string part in new[] { "InputSize must be 1 to 65536, got 0", "HiddenSize must be 1 to 4096, got 5000", "OutputsPerExpertOutput", "HeadDropout", "ContextSize must be 0" })
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_UnknownCellAndMerge_ReportsBoth()
    {
        ArgumentException e = Assert.Throws<ArgumentException>((SampleShapes.All["plain"] with { Cell = (RecurrentCell)9, Merge = (MergeMode)8 }).Validate);
        Assert.Contains("Cell must be one of Gru, Lstm, ElmanTanh, ElmanRelu, got 9", e.Message, StringComparison.Ordinal);
        Assert.Contains("Merge must be one of Concatenate, Sum, Mean, got 8", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MergeMode.Sum)]
    [InlineData(MergeMode.Mean)]
    public void Validate_LastOfMergedDirections_IsRefused(MergeMode merge)
    {
        NetworkShape shape = SampleShapes.All["both ways"] with { Merge = merge };
        ArgumentException e = Assert.Throws<ArgumentException>(shape.Validate);
        Assert.Contains($"got {merge}", e.Message, StringComparison.Ordinal);
        (shape with { Bidirectional = false }).Validate();
        (shape with { Pooling = SequencePooling.Max }).Validate();
    }

    [Fact]
    public void Validate_Decoder_NeedsStepsThatDivideTheOutputs()
    {
        NetworkShape shape = SampleShapes.All["decoder"];
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
    public void Validate_TokensWithoutVectorsOrVectorsWithoutTokens_ReportsThem()
    {
        ArgumentException e = Assert.Throws<ArgumentException>((SampleShapes.All["tokens"] with { TokenEmbeddingSize = 0 }).Validate);
        Assert.Contains("TokenEmbeddingSize must be 1 to 4096, got 0", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentException>((SampleShapes.All["tokens"] with { VocabularySize = 0 }).Validate);
        Assert.Contains("InputSize must be 1 to 65536, got 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("TokenEmbeddingSize must be 0 to 0, got 4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_CellOrDirectionIsOther_IsAnotherShape()
    {
        NetworkShape shape = SampleShapes.All["both ways"];
        foreach (NetworkShape other in new[] { shape with { Cell = RecurrentCell.Lstm }, shape with { Bidirectional = false }, shape with { Merge = MergeMode.Mean, Pooling = SequencePooling.Max } })
            Assert.NotEqual(shape, other);
        Assert.NotEqual(SampleShapes.All["ReLU"], SampleShapes.All["ReLU"] with { Cell = RecurrentCell.ElmanTanh });
    }
}
