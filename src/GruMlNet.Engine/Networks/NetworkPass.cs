// One forward and backward pass of one block through a network.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Layers;

namespace GruMlNet.Engine.Networks;

/// <summary>Owns the activations of one block: belongs to one thread at a time, allocates nothing after construction.</summary>
internal sealed class NetworkPass
{
    private readonly NetworkParts _parts;
    private readonly int _maxSteps, _maxRows;
    private readonly StepInputs _inputs;
    private readonly LayerState _recurrentState;
    private readonly DenseLayer.State[] _headStates;
    private readonly AttentionPooling.State? _attentionState;
    private readonly ExpertMixture.State? _expertsState;
    private readonly FutureDecoder.State? _decoderState;
    private readonly float[] _finalState, _finalGradient;
    private readonly float[] _states, _features, _mixture, _output;
    private readonly float[][] _head;
    private readonly float[] _statesGradient, _featuresGradient, _expertFeaturesGradient, _mixtureGradient, _pooledGradient, _pooled;
    private readonly float[][] _headGradients;
    private ulong _headSeed;

    public NetworkPass(NetworkParts parts, int maxSteps, int maxRows, bool training, bool inputGradient = false)
    {
        (_parts, _maxSteps, _maxRows) = (parts, maxSteps, maxRows);
        var shape = parts.Shape;
        var places = checked(maxSteps * maxRows);
        var rows = shape.Pooling == SequencePooling.Whole ? places : maxRows;
        _inputs = new StepInputs(parts, places, training, inputGradient);
        _recurrentState = parts.Recurrent.CreateState(maxSteps, maxRows, training);
        _headStates = [.. parts.Head.Select(l => l.CreateState(rows, training))];
        _attentionState = parts.Attention?.CreateState(places, training);
        _expertsState = parts.Experts?.CreateState(maxRows, training);
        _decoderState = parts.Decoder?.CreateState(maxRows, training);
        _states = new float[TakesFinalState ? 0 : checked(places * shape.StateFeatures)];
        _finalState = new float[TakesFinalState ? parts.Recurrent.StateSize * maxRows * shape.HiddenSize : 0];
        _finalGradient = new float[training ? _finalState.Length : 0];
        _pooled = new float[shape.Pooling == SequencePooling.Whole ? 0 : maxRows * shape.EncodingSize];
        _features = new float[rows * parts.FeatureSize];
        _head = [.. parts.Head.Select(l => new float[checked(rows * l.OutputSize)])];
        _mixture = new float[maxRows * (parts.Experts?.OutputSize ?? 0)];
        _output = new float[checked(rows * shape.OutputSize)];

        var train = training ? 1 : 0;
        _statesGradient = new float[train * _states.Length];
        _pooledGradient = new float[train * _pooled.Length];
        _featuresGradient = new float[train * _features.Length];
        _expertFeaturesGradient = new float[train * (parts.Experts is null ? 0 : _features.Length)];
        _mixtureGradient = new float[train * _mixture.Length];
        _headGradients = [.. parts.Head.Select(l => new float[train * rows * l.OutputSize])];
    }

    /// <summary>Steps and rows that there is room for, multiplied.</summary>
    public int Places => _maxSteps * _maxRows;

    public bool Fits(SequenceBatch batch) => batch.MaxSteps <= _maxSteps && batch.MaxRows <= _maxRows;

    /// <summary>Runs the block; the result [rows,O] stays valid until the next call. Seed 0: no dropout.</summary>
    public Span<float> Forward(SequenceBatch batch, ulong dropoutSeed) => Forward(batch, dropoutSeed, default, default);

    /// <summary>Runs the block from given states [S,B,H] and hands out the final ones; both may be empty.</summary>
    public Span<float> Forward(SequenceBatch batch, ulong dropoutSeed, ReadOnlySpan<float> initialState, Span<float> finalState)
    {
        var shape = _parts.Shape;
        _headSeed = SeededRandom.Part(dropoutSeed, 3);
        MakeFeatures(batch, Encode(batch, dropoutSeed, initialState, finalState));

        var rows = batch.OutputRows;
        ReadOnlySpan<float> x = _features;
        for (var i = 0; i < _parts.Head.Length; i++)
        {
            _parts.Head[i].Forward(rows, x, _head[i]);
            x = _head[i];
        }
        var output = _output.AsSpan(0, rows * shape.OutputSize);
        if (shape.HasHead) x[..output.Length].CopyTo(output);
        else output.Clear();
        _parts.Decoder?.Forward(rows, _features, batch.Static, batch.Future, output, _decoderState!);
        if (_parts.Experts is not { } experts) return output;
        experts.Forward(rows, _features, batch.Window, batch.Experts, batch.Priors, _mixture, _expertsState!);
        for (var i = 0; i < output.Length; i++) output[i] += _mixture[i / shape.OutputsPerExpertOutput];
        return output;
    }

    /// <summary>The block's encodings, [B,E] or [T,B,E]: the pooled states, valid until the next call. Seed 0: no dropout.</summary>
    public Span<float> Encode(SequenceBatch batch, ulong dropoutSeed, ReadOnlySpan<float> initialState = default, Span<float> finalState = default)
    {
        var shape = _parts.Shape;
        _recurrentState.DropoutSeed = SeededRandom.Part(dropoutSeed, 1);
        var block = batch.Block;
        if (TakesFinalState && finalState.IsEmpty) finalState = _finalState.AsSpan(0, _parts.Recurrent.StateSize * block.Rows * shape.HiddenSize);
        // What is not finite would survive a product with the zeros that padding contributes to the gradients.
        TimeReversal.ClearPadding(block, shape.InputSize, batch.Inputs);
        _parts.Recurrent.Forward(block, _inputs.Forward(batch, SeededRandom.Part(dropoutSeed, 2)), initialState, _states, finalState, _recurrentState);
        if (shape.Pooling == SequencePooling.Whole) return _states.AsSpan(0, block.Places * shape.StateFeatures);
        var pooled = _pooled.AsSpan(0, block.Rows * shape.EncodingSize);
        if (TakesFinalState) TopOf(finalState, block.Rows).CopyTo(pooled);
        else if (_parts.Attention is { } attention) attention.Forward(block, _states, pooled, _attentionState!);
        else Pooling.Forward(shape.Pooling, block, shape.StateFeatures, ReverseFrom, _states, pooled);
        return pooled;
    }

    /// <summary>Back-propagates from d(loss)/d(output) of the last forward pass.</summary>
    /// <param name="batch">As in the forward pass.</param>
    /// <param name="outputGradient">[rows,O].</param>
    /// <param name="sums">The sums of gradients; added to.</param>
    /// <param name="tokenGradient">[T,B,E]: the gradient of each place's token vector, overwritten; empty if not needed.</param>
    public void Backward(SequenceBatch batch, ReadOnlySpan<float> outputGradient, Span<float> sums, Span<float> tokenGradient = default)
    {
        var rows = batch.OutputRows;
        if (_parts.Shape.HasHead) outputGradient[..(rows * _parts.Shape.OutputSize)].CopyTo(_headGradients[^1]);
        else Array.Clear(_featuresGradient);
        for (var i = _parts.Head.Length - 1; i >= 0; i--)
        {
            var x = i == 0 ? _features : _head[i - 1];
            var dx = i == 0 ? _featuresGradient : _headGradients[i - 1];
            _parts.Head[i].Backward(rows, x, _head[i], _headGradients[i], dx, sums, _headStates[i]);
        }
        if (_parts.Experts is { } experts) ExpertsBackward(experts, batch, outputGradient, sums);
        _parts.Decoder?.Backward(rows, batch.Future, outputGradient, _featuresGradient, sums, _decoderState!);

        var block = batch.Block;
        FeaturesBackward(batch, block, sums);
        var dFinal = TakesFinalState ? _finalGradient.AsSpan(0, _parts.Recurrent.StateSize * block.Rows * _parts.Shape.HiddenSize) : default;
        _parts.Recurrent.Backward(block, _inputs.Of(batch), _statesGradient, dFinal, _inputs.Gradient(block.Places), default, sums, _recurrentState);
        _inputs.Backward(batch, sums, tokenGradient);
    }

    /// <summary>[T,B,I]: after a backward pass, the gradient of the features; for a pass that was made for it.</summary>
    public void CopyInputGradient(SequenceBatch batch, Span<float> target) => _inputs.CopyInputGradient(batch.Block.Places, target);

    /// <summary>The first feature that comes from the layer that runs backwards; all of them if there is none.</summary>
    private int ReverseFrom => _parts.Shape.Bidirectional ? _parts.Shape.HiddenSize : _parts.Shape.StateFeatures;

    /// <summary>Whether the pooled state is the top layer's final one: then the states on the way are neither written nor read.</summary>
    private bool TakesFinalState => _parts.Shape is { Pooling: SequencePooling.Last, Bidirectional: false, LayerNorm: false };

    /// <summary>The top layer's output among the final states [S,B,H], whose last layer has h first, then what else the cell carries.</summary>
    private Span<float> TopOf(Span<float> finalState, int rows)
    {
        var size = rows * _parts.Shape.HiddenSize;
        return finalState.Slice((_parts.Recurrent.StateSize - _parts.Recurrent.StateSize / _parts.Shape.Layers) * size, size);
    }

    /// <summary>[pooled state after dropout ; context], one row per output row.</summary>
    private void MakeFeatures(SequenceBatch batch, Span<float> encoding)
    {
        int E = _parts.Shape.EncodingSize, C = _parts.Shape.ContextSize, F = _parts.FeatureSize;
        if (_parts.Shape.Pooling == SequencePooling.Whole)
        {
            encoding.CopyTo(_features); // the states themselves are needed as they are, for the backward pass
            DropoutLayer.Apply(_features.AsSpan(0, encoding.Length), _parts.Shape.HeadDropout, _headSeed);
            return;
        }
        DropoutLayer.Apply(encoding, _parts.Shape.HeadDropout, _headSeed);
        for (var b = 0; b < batch.Rows; b++)
        {
            encoding.Slice(b * E, E).CopyTo(_features.AsSpan(b * F));
            batch.Context.AsSpan(b * C, C).CopyTo(_features.AsSpan(b * F + E));
        }
    }

    private void ExpertsBackward(ExpertMixture experts, SequenceBatch batch, ReadOnlySpan<float> outputGradient, Span<float> sums)
    {
        var rows = batch.OutputRows;
        var mixture = _mixtureGradient.AsSpan(0, rows * experts.OutputSize);
        mixture.Clear();
        for (var i = 0; i < rows * _parts.Shape.OutputSize; i++) mixture[i / _parts.Shape.OutputsPerExpertOutput] += outputGradient[i];
        experts.Backward(rows, _features, batch.Window, batch.Experts, mixture, _expertFeaturesGradient, sums, _expertsState!);
        VectorOps.AddScaled(_featuresGradient.AsSpan(0, rows * _parts.FeatureSize), _expertFeaturesGradient.AsSpan(0, rows * _parts.FeatureSize), 1f);
    }

    private void FeaturesBackward(SequenceBatch batch, BlockShape block, Span<float> sums)
    {
        var shape = _parts.Shape;
        int E = shape.EncodingSize, F = _parts.FeatureSize;
        if (shape.Pooling == SequencePooling.Whole)
        {
            _featuresGradient.AsSpan(0, block.Places * E).CopyTo(_statesGradient);
            DropoutLayer.Apply(_statesGradient.AsSpan(0, block.Places * E), shape.HeadDropout, _headSeed);
            return;
        }
        var pooled = _pooledGradient.AsSpan(0, batch.Rows * E);
        for (var b = 0; b < block.Rows; b++) _featuresGradient.AsSpan(b * F, E).CopyTo(pooled[(b * E)..]);
        DropoutLayer.Apply(pooled, shape.HeadDropout, _headSeed);
        if (TakesFinalState)
        {
            Array.Clear(_finalGradient); // a block of other rows has left its values elsewhere
            pooled.CopyTo(TopOf(_finalGradient, block.Rows));
        }
        else if (_parts.Attention is { } attention) attention.Backward(block, _states, pooled, _statesGradient, sums, _attentionState!);
        else Pooling.Backward(shape.Pooling, block, shape.StateFeatures, ReverseFrom, _states, pooled, _statesGradient);
    }
}
