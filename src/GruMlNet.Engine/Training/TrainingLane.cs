// A share of a batch: the blocks that one gradient is summed over.
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Training;

/// <summary>Takes its blocks through the network one after another and sums their losses and gradients; one thread at a time.</summary>
internal sealed class TrainingLane(int sums, NetworkPass pass, Loss loss, SequenceBatch largest)
{
    private readonly float[] _outputGradient = new float[(largest.Shape.Pooling == SequencePooling.Whole ? largest.MaxSteps : 1) * largest.MaxRows * largest.Shape.OutputSize];

    /// <summary>Sums of the blocks' gradients, each scaled as it was added, in the layout that they are summed in.</summary>
    public float[] Sums { get; } = new float[sums];

    /// <summary>Unscaled sum of the blocks' losses.</summary>
    public double Loss { get; private set; }

    public void Clear()
    {
        Array.Clear(Sums);
        Loss = 0;
    }

    /// <summary>Forward, loss, backward; the gradients of the token vectors [T,B,E], where there are any, are overwritten, and so are the states of a stream.</summary>
    public void Add(SequenceBatch block, float scale, ulong dropoutSeed, Span<float> tokenGradient, CarriedState? carried)
    {
        var states = carried is null ? default : carried.For(block);
        var output = pass.Forward(block, dropoutSeed, states, states);
        Loss += loss.Evaluate(block.OutputRows, output, block.ActiveTargets, block.ActiveWeights, scale, _outputGradient);
        pass.Backward(block, _outputGradient, Sums, tokenGradient);
    }
}
