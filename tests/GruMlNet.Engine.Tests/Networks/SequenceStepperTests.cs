// A stepper gives after every step what Predict gives for the sequence so far.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class SequenceStepperTests
{
    public static TheoryData<RecurrentCell, ResetMode, int, int> Networks => new()
    {
        { RecurrentCell.Gru, ResetMode.After, 33, 1 },
        { RecurrentCell.Gru, ResetMode.Before, 7, 2 },
        { RecurrentCell.Lstm, ResetMode.After, 17, 2 },
        { RecurrentCell.ElmanTanh, ResetMode.After, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Step_EveryStep_EqualsPredictOnTheSequenceSoFar(RecurrentCell cell, ResetMode reset, int hidden, int layers)
    {
        var shape = new NetworkShape { InputSize = 3, OutputSize = 2, HiddenSize = hidden, Layers = layers, Cell = cell, Reset = reset, ContextSize = 2, StepEmbeddingSize = 5 };
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
        SequenceStepper stepper = network.CreateStepper();
        float[] context = [0.3f, -0.7f];
        context.CopyTo(stepper.Context);
        for (int sequence = 0; sequence < 2; sequence++)
        {
            float[] inputs = [.. Enumerable.Range(0, 12 * 3).Select(i => MathF.Sin(i * (1.3f + sequence)))];
            for (int t = 0; t < 12; t++)
            {
                var batch = new SequenceBatch(shape, t + 1, 1);
                inputs.AsSpan(0, (t + 1) * 3).CopyTo(batch.Inputs);
                context.CopyTo(batch.Context, 0);
                float[] expected = new float[2];
                network.Predict(batch, expected);
                Assert.Equal(expected, stepper.Step(inputs.AsSpan(t * 3, 3)).ToArray());
            }
            stepper.Reset();
        }
    }

    [Theory]
    [InlineData(0, SequencePooling.Last)]
    [InlineData(2, SequencePooling.Whole)]
    public void Step_Tokens_EqualsPredictOnTheSequenceSoFar(int features, SequencePooling pooling)
    {
        var shape = new NetworkShape { InputSize = features, VocabularySize = 6, TokenEmbeddingSize = 3, OutputSize = 2, HiddenSize = 9, Pooling = pooling };
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
        SequenceStepper stepper = network.CreateStepper();
        int[] tokens = [3, 0, -1, 5, 5, 2];
        float[] inputs = [.. Enumerable.Range(0, tokens.Length * features).Select(i => MathF.Sin(i))];
        for (int t = 0; t < tokens.Length; t++)
        {
            var batch = new SequenceBatch(shape, t + 1, 1);
            tokens.AsSpan(0, t + 1).CopyTo(batch.Tokens);
            inputs.AsSpan(0, (t + 1) * features).CopyTo(batch.Inputs);
            float[] expected = new float[batch.OutputRows * 2];
            network.Predict(batch, expected);
            float[] actual = features == 0 ? stepper.Step(tokens[t]).ToArray() : stepper.Step(inputs.AsSpan(t * features, features), tokens[t]).ToArray();
            Assert.Equal(expected[^2..], actual);
        }
        Assert.Throws<ArgumentException>(() => { stepper.Step(new float[features], 6); });
        SequenceStepper without = RecurrentNetwork.Create(new NetworkShape { InputSize = 1, OutputSize = 1 }, 1).CreateStepper();
        Assert.Contains("no vocabulary", Assert.Throws<ArgumentException>(() => { without.Step([1f], 0); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateStepper_NetworkThatNeedsTheWholeSequence_SaysSo()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(new NetworkShape { InputSize = 1, OutputSize = 1, Pooling = SequencePooling.Mean }, 1);
        Assert.Contains("Use Predict", Assert.Throws<InvalidOperationException>(network.CreateStepper).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_WrongNumberOfFeatures_SaysBoth()
    {
        SequenceStepper stepper = RecurrentNetwork.Create(new NetworkShape { InputSize = 4, OutputSize = 1 }, 1).CreateStepper();
        Assert.Contains("4 features, got 3", Assert.Throws<ArgumentException>(() => { stepper.Step(new float[3]); }).Message, StringComparison.Ordinal);
    }
}
