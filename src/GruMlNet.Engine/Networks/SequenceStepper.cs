// One sequence that arrives step by step.
namespace GruMlNet.Engine.Networks;

/// <summary>
/// Carries the recurrent state of one sequence from step to step: after every step the output is that of <see cref="RecurrentNetwork.Predict"/> on the
/// sequence so far. Allocates nothing per step. One thread at a time; any number of steppers may run over one network at once.
/// </summary>
public sealed class SequenceStepper
{
    private readonly NetworkPass _pass;
    private readonly SequenceBatch _batch;
    private readonly float[] _state, _next;

    internal SequenceStepper(RecurrentNetwork network)
    {
        var shape = network.Shape;
        if (shape.Bidirectional || shape.HasExperts || shape.HasDecoder || shape.Pooling is not (SequencePooling.Last or SequencePooling.Whole))
            throw new InvalidOperationException("A stepper needs a network that runs forward only, pools by Last or Whole, and has neither experts nor decoder: this one needs the whole sequence at once. Use Predict.");
        _pass = new NetworkPass(network.Parts, maxSteps: 1, maxRows: 1, training: false);
        _batch = new SequenceBatch(shape, maxSteps: 1, maxRows: 1);
        _state = new float[network.Parts.Recurrent.StateSize * shape.HiddenSize];
        _next = new float[_state.Length];
    }

    /// <summary>Features of the whole sequence, C values, that the network appends to the state; zeros until set.</summary>
    public Span<float> Context => _batch.Context;

    /// <summary>Takes the next step.</summary>
    /// <param name="features">I values.</param>
    /// <returns>O values: the output after this step, valid until the next call.</returns>
    /// <exception cref="ArgumentException">The number of features is not the network's input size.</exception>
    public ReadOnlySpan<float> Step(ReadOnlySpan<float> features) => Step(features, token: -1);

    /// <summary>Takes the next step of a sequence of tokens.</summary>
    /// <param name="token">0 to V − 1, or −1 for none.</param>
    /// <returns>O values: the output after this step, valid until the next call.</returns>
    /// <exception cref="ArgumentException">The token is not in the vocabulary, or the network has features as well.</exception>
    public ReadOnlySpan<float> Step(int token) => Step([], token);

    /// <summary>Takes the next step of a sequence that has features and tokens.</summary>
    /// <param name="features">I values.</param>
    /// <param name="token">0 to V − 1, or −1 for none.</param>
    /// <returns>O values: the output after this step, valid until the next call.</returns>
    /// <exception cref="ArgumentException">The number of features is not the network's input size, or the token is not in the vocabulary.</exception>
    public ReadOnlySpan<float> Step(ReadOnlySpan<float> features, int token)
    {
        if (_batch.Tokens.Length > 0) _batch.Tokens[0] = token;
        else if (token != -1) throw new ArgumentException($"The network has no vocabulary, so that token must be -1, got {token}.", nameof(token));
        if (features.Length != _batch.Inputs.Length) throw new ArgumentException($"A step has {_batch.Inputs.Length} features, got {features.Length}.", nameof(features));
        features.CopyTo(_batch.Inputs);
        var output = _pass.Forward(_batch, dropoutSeed: 0, _state, _next);
        _next.CopyTo(_state, 0);
        return output;
    }

    /// <summary>Forgets the sequence: the next step is the first one of another.</summary>
    public void Reset() => Array.Clear(_state);
}
