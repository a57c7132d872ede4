// The best weights that a run has seen.
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Training;

/// <summary>Keeps the weights with the lowest validation loss; without a validation source, the latest ones.</summary>
internal sealed class BestWeights(RecurrentNetwork network, Loss loss, ISequenceSource? validation)
{
    private readonly float[] _parameters = network.Parameters.ToArray();
    private readonly RecurrentNetwork? _candidate = validation is null ? null : RecurrentNetwork.Create(network.Shape, 0);

    public int Epoch { get; private set; }

    public double? Loss { get; private set; }

    public ReadOnlySpan<float> Parameters => _parameters;

    /// <summary>Looks at an epoch's weights and returns their validation loss.</summary>
    public double? Offer(int epoch, ReadOnlySpan<float> parameters)
    {
        if (validation is null)
        {
            parameters.CopyTo(_parameters);
            Epoch = epoch;
            return null;
        }
        _candidate!.SetParameters(parameters);
        var value = Trainer.Evaluate(_candidate, validation, loss);
        if (Loss is { } best && !(value < best)) return value;
        if (!double.IsFinite(value)) return value;
        parameters.CopyTo(_parameters);
        (Epoch, Loss) = (epoch, value);
        return value;
    }
}
