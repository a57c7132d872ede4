// From what a step brings, features and a token, to what the first recurrent layer reads.
using GruMlNet.Engine.Layers;

namespace GruMlNet.Engine.Networks;

/// <summary>
/// [features ; the token's vector] → dense layer with ReLU → dropout, each where the shape has it. The buffers of one block; belongs to one thread at a time.
/// </summary>
internal sealed class StepInputs
{
    private readonly NetworkParts _parts;
    private readonly DenseLayer.State? _embeddingState;
    private readonly float[] _joined, _steps, _joinedGradient, _stepsGradient;
    private ulong _seed;

    /// <summary>Makes the buffers; the gradient of the inputs themselves is there only where it is wanted.</summary>
    public StepInputs(NetworkParts parts, int places, bool training, bool inputGradient = false)
    {
        _parts = parts;
        var shape = parts.Shape;
        var (dense, tokens) = (parts.Embedding is not null, parts.Tokens is not null);
        var (joined, steps) = (checked(places * shape.StepInputSize), checked(places * parts.Recurrent.InputSize));
        _embeddingState = parts.Embedding?.CreateState(places, training);
        _joined = new float[tokens && dense ? joined : 0];
        _steps = new float[tokens || dense || shape.InputDropout > 0f ? steps : 0];
        _joinedGradient = new float[training && dense && (tokens || inputGradient) ? joined : 0];
        _stepsGradient = new float[training && (tokens || dense || inputGradient) ? steps : 0];
    }

    /// <summary>[T,B,·]: what the recurrent layers read. Seed 0: no dropout.</summary>
    public ReadOnlySpan<float> Forward(SequenceBatch batch, ulong seed)
    {
        _seed = seed;
        var places = batch.Block.Places;
        if (_parts.Tokens is not null) Join(batch, places, _parts.Embedding is null ? _steps : _joined);
        if (_parts.Embedding is { } embedding) embedding.Forward(places, BeforeEmbedding(batch), _steps);
        else if (_parts.Tokens is null && _steps.Length > 0) batch.Inputs.AsSpan(0, places * _parts.Shape.InputSize).CopyTo(_steps);
        DropoutLayer.Apply(Active(_steps, places), _parts.Shape.InputDropout, seed);
        return Of(batch);
    }

    /// <summary>What the last forward pass gave.</summary>
    public ReadOnlySpan<float> Of(SequenceBatch batch) => _steps.Length > 0 ? _steps : batch.Inputs;

    /// <summary>[T,B,·]: where the recurrent layers put their gradient; empty where no parameter lies below them.</summary>
    public Span<float> Gradient(int places) => Active(_stepsGradient, places);

    /// <summary>Back-propagates <see cref="Gradient"/>.</summary>
    /// <param name="batch">As in the forward pass.</param>
    /// <param name="sums">Added to.</param>
    /// <param name="tokenGradient">[T,B,E]: the gradient of each place's token vector, overwritten; empty if not needed.</param>
    public void Backward(SequenceBatch batch, Span<float> sums, Span<float> tokenGradient)
    {
        if (_stepsGradient.Length == 0) return;
        var places = batch.Block.Places;
        var d = Gradient(places);
        DropoutLayer.Apply(d, _parts.Shape.InputDropout, _seed);
        if (_parts.Embedding is { } embedding)
        {
            var below = Active(_joinedGradient, places, _parts.Shape.StepInputSize);
            embedding.Backward(places, BeforeEmbedding(batch), _steps, d, below, sums, _embeddingState!);
            d = below;
        }
        if (tokenGradient.IsEmpty) return;
        int I = _parts.Shape.InputSize, E = _parts.Shape.TokenEmbeddingSize;
        for (var i = 0; i < places; i++) d.Slice(i * (I + E) + I, E).CopyTo(tokenGradient[(i * E)..]);
    }

    /// <summary>[T,B,I]: after a backward pass, the gradient of the features; for buffers that were made for it.</summary>
    public void CopyInputGradient(int places, Span<float> target)
    {
        int I = _parts.Shape.InputSize, stride = _parts.Shape.StepInputSize;
        ReadOnlySpan<float> d = _parts.Embedding is null ? _stepsGradient : _joinedGradient;
        for (var i = 0; i < places; i++) d.Slice(i * stride, I).CopyTo(target[(i * I)..]);
    }

    private ReadOnlySpan<float> BeforeEmbedding(SequenceBatch batch) => _joined.Length > 0 ? _joined : batch.Inputs;

    private void Join(SequenceBatch batch, int places, Span<float> target)
    {
        int I = _parts.Shape.InputSize, stride = _parts.Shape.StepInputSize;
        for (var i = 0; i < places; i++) batch.Inputs.AsSpan(i * I, I).CopyTo(target[(i * stride)..]);
        _parts.Tokens!.Forward(batch, target, stride);
    }

    private Span<float> Active(float[] values, int places) => Active(values, places, _parts.Recurrent.InputSize);

    private static Span<float> Active(float[] values, int places, int size) => values.Length == 0 ? default : values.AsSpan(0, places * size);
}
