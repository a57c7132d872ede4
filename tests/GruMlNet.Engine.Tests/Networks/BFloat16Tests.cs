// Weights in 16 bits: the stated error, and the same results alone and in batches.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

public class BFloat16Tests
{
    private const int Steps = 100, Inputs = 8;

    public static TheoryData<RecurrentCell, ResetMode, int, int> Cases => new()
    {
        { RecurrentCell.Gru, ResetMode.After, 128, 1 },
        { RecurrentCell.Gru, ResetMode.Before, 33, 2 },
        { RecurrentCell.Gru, ResetMode.After, 48, 1 },
        { RecurrentCell.Lstm, ResetMode.After, 64, 1 },
        { RecurrentCell.ElmanTanh, ResetMode.After, 100, 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Predict_RoundedWeights_StayWithinTheStatedErrorAndDoNotDependOnTheBatch(RecurrentCell cell, ResetMode reset, int hidden, int layers)
    {
        var shape = new NetworkShape { Cell = cell, Reset = reset, InputSize = Inputs, HiddenSize = hidden, Layers = layers, OutputSize = hidden, Pooling = SequencePooling.Whole };
        var random = new Random(1);
        float range = 1f / MathF.Sqrt(hidden); // as PyTorch starts its layers
        RecurrentNetwork network = RecurrentNetwork.FromParameters(shape, layout =>
        {
            float[] parameters = [.. Enumerable.Range(0, layout.Count).Select(_ => (2f * random.NextSingle() - 1f) * range)];
            // The output layer hands the states through.
            Span<float> head = layout.Find("head.output.weight").Of(parameters.AsSpan());
            head.Clear();
            for (int i = 0; i < hidden; i++)
                head[i * hidden + i] = 1f;
            layout.Find("head.output.bias").Of(parameters.AsSpan()).Clear();
            return parameters;
        });
        float[] before = network.Parameters.ToArray();
        RecurrentNetwork rounded = network.ToBFloat16();
        Assert.Equal(before, network.Parameters.ToArray());
        Assert.All(before.Zip(rounded.Parameters.ToArray()), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, Math.Abs(p.First) / 256));

        float[] inputs = Numbers.ToFloat(Numbers.Uniform(random, Steps * 3 * Inputs));
        var batch = new SequenceBatch(shape, Steps, 3);
        inputs.CopyTo(batch.Inputs, 0);
        float[] exact = new float[Steps * 3 * hidden], together = new float[exact.Length], alone = new float[Steps * hidden];
        network.Predict(batch, exact);
        rounded.Predict(batch, together);
        Assert.NotEqual(exact, together);
        Assert.InRange(exact.Zip(together, (a, b) => Math.Abs(a - b)).Max(), 0f, 2e-3f);

        var single = new SequenceBatch(shape, Steps, 1);
        for (int t = 0; t < Steps; t++)
            inputs.AsSpan((t * 3 + 1) * Inputs, Inputs).CopyTo(single.Inputs.AsSpan(t * Inputs));
        rounded.Predict(single, alone);
        for (int t = 0; t < Steps; t++)
            Assert.Equal(together[((t * 3 + 1) * hidden)..((t * 3 + 2) * hidden)], alone[(t * hidden)..((t + 1) * hidden)]);

        SequenceStepper stepper = rounded.CreateStepper();
        for (int t = 0; t < Steps; t++)
            Assert.Equal(alone[(t * hidden)..((t + 1) * hidden)], stepper.Step(single.Inputs.AsSpan(t * Inputs, Inputs)).ToArray());
    }
}
