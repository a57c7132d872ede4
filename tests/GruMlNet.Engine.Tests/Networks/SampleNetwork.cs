// A network of a given shape with random weights, a batch for it, and its loss and gradient on that batch.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

internal static class SampleNetwork
{
    /// <summary>Of the rows in turn, of five steps: a whole one, an empty one and others.</summary>
    private static readonly int[] Lengths = [5, 0, 2, 4];

    /// <summary>The same network and batch for the same arguments.</summary>
    public static (RecurrentNetwork Network, SequenceBatch Batch) Make(NetworkShape shape, bool hasLengths, int maxRows = 4)
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

    /// <summary>The gradient of the squared loss by all parameters.</summary>
    public static float[] Gradient(RecurrentNetwork network, SequenceBatch batch, ulong dropoutSeed)
    {
        float[] gradient = new float[network.ParameterCount];
        _ = Evaluate(network, batch, dropoutSeed, gradient);
        return gradient;
    }

    /// <summary>The squared loss, and its gradient by all parameters where <paramref name="gradient"/> has places for it. A dropout seed of zero means no dropout.</summary>
    public static double Evaluate(RecurrentNetwork network, SequenceBatch batch, ulong dropoutSeed, float[] gradient)
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
