// What must change no bit of a result: other rows in the batch, values behind the end of a row, other threads.

using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class NetworkIndependenceTests
{
    /// <summary>Whoever fills a batch need not clean what an earlier one left in the padding, or may mark it with NaN.</summary>
    [Theory]
    [MemberData(nameof(SampleShapes.Names), MemberType = typeof(SampleShapes))]
    public void ForwardBackward_NaNInPadding_ChangesNoBit(string name)
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All[name], hasLengths: true);
        if (network.Shape.Pooling == SequencePooling.Whole)
            FillPadding(batch.Weights, batch.TargetSize, 0f);       // padded outputs are no targets
        FillPadding(batch.Inputs, network.Shape.InputSize, 0f);
        float[] expected = SampleNetwork.Gradient(network, batch, dropoutSeed: 0);
        double loss = SampleNetwork.Evaluate(network, batch, 0, []);
        FillPadding(batch.Inputs, network.Shape.InputSize, float.NaN);
        Assert.Equal(expected, SampleNetwork.Gradient(network, batch, dropoutSeed: 0));
        FillPadding(batch.Inputs, network.Shape.InputSize, float.NaN);
        Assert.Equal(loss, SampleNetwork.Evaluate(network, batch, 0, []));

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
        NetworkShape shape = SampleShapes.All["everything"];
        (RecurrentNetwork network, SequenceBatch large) = SampleNetwork.Make(shape, true, maxRows: 9);
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
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["everything"], true);
        float[] expected = new float[batch.OutputRows * 4];
        network.Predict(batch, expected);
        Parallel.For(0, 200, _ =>
        {
            // A batch belongs to one thread at a time.
            SequenceBatch own = SampleNetwork.Make(SampleShapes.All["everything"], true).Batch;
            float[] output = new float[expected.Length];
            network.Predict(own, output);
            Assert.Equal(expected, output);
        });
    }

    [Fact]
    public void Encode_ManyThreads_GiveTheSameBits()
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All["attention, tokens, both ways"], true);
        float[] expected = new float[batch.Rows * network.Shape.EncodingSize];
        network.Encode(batch, expected);
        Parallel.For(0, 100, _ =>
        {
            float[] output = new float[expected.Length];
            network.Encode(SampleNetwork.Make(network.Shape, true).Batch, output);
            Assert.Equal(expected, output);
        });
    }
}
