// How open the gates of fresh recurrent layers are.
namespace GruMlNet.Engine.Networks;

/// <summary>
/// Start values of the biases that decide how much of a state a fresh network carries on; all other biases start at 0. Layers without biases
/// (<see cref="BiasMode.None"/>) have none to start, and Elman layers have no gates. Nothing of it is left in a network once its weights are replaced, by training, a file or an import.
/// </summary>
public sealed record GateStart
{
    /// <summary>
    /// Of an LSTM's forget gate; finite, default 1: about three quarters of the memory go on to the next step, against a half at 0, so that gradients reach far enough back for
    /// learning to begin (Gers, Schmidhuber, Cummins 2000; Jozefowicz, Zaremba, Sutskever 2015).
    /// </summary>
    public float ForgetBias { get; init; } = 1f;

    /// <summary>Of a GRU's update gate; finite, default 0: half of the state is kept. Above 0 it keeps more, below 0 less.</summary>
    public float UpdateBias { get; init; }

    internal static GateStart Default { get; } = new();

    internal void Validate()
    {
        if (!float.IsFinite(ForgetBias)) throw new ArgumentException(FormattableString.Invariant($"ForgetBias must be a finite number, got {ForgetBias}."));
        if (!float.IsFinite(UpdateBias)) throw new ArgumentException(FormattableString.Invariant($"UpdateBias must be a finite number, got {UpdateBias}."));
    }
}
