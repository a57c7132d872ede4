// One forward and backward pass of one block through a network.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Layers;

namespace GruMlNet.Engine.Networks;

/// <summary>Owns the activations of one block: belongs to one thread at a time, allocates nothing after construction.</summary>
internal sealed class NetworkPass
{
    private readonly NetworkParts _parts;
    private readonly int _maxSteps, _maxRows;
    private readonly DenseLayer.State? _embeddingState;
    private readonly LayerState _recurrentState;
    private readonly DenseLayer.State[] _headStates;
    private readonly ExpertMixture.State? _expertsState;
    private readonly FutureDecoder.State? _decoderState;
    private readonly float[] _finalState, _finalGradient;
    private readonly float[] _embedded, _states, _features, _mixture, _output;
    private readonly float[][] _head;
    private readonly float[] _embeddedGradient, _statesGradient, _featuresGradient, _expertFeaturesGradient, _mixtureGradient, _pooledGradient, _pooled;
    private readonly float[][] _headGradients;
    private ulong _inputSeed, _headSeed;

    public NetworkPass(NetworkParts parts, int maxSteps, int maxRows, bool training)
    {
        (_parts, _maxSteps, _maxRows) = (parts, maxSteps, maxRows);
        var shape = parts.Shape;
        var places = checked(maxSteps * maxRows);
        var rows = shape.Pooling == SequencePooling.Whole ? places : maxRows;
        var inputSize = parts.Embedding?.OutputSize ?? shape.InputSize;
        _embeddingState = parts.Embedding?.CreateState(places, training);
        _recurrentState = parts.Recurrent.CreateState(maxSteps, maxRows, training);
        _headStates = [.. parts.Head.Select(l => l.CreateState(rows, training))];
        _expertsState = parts.Experts?.CreateState(maxRows, training);
        _decoderState = parts.Decoder?.CreateState(maxRows, training);
        _embedded = new float[parts.Embedding is null && shape.InputDropout == 0f ? 0 : checked(places * inputSize)];
        _states = new float[TakesFinalState ? 0 : checked(places * shape.StateFeatures)];
        _finalState = new float[TakesFinalState ? parts.Recurrent.StateSize * maxRows * shape.HiddenSize : 0];
        _finalGradient = new float[training ? _finalState.Length : 0];
        _pooled = new float[shape.Pooling == SequencePooling.Whole ? 0 : maxRows * shape.StateFeatures];
        _features = new float[rows * parts.FeatureSize];
        _head = [.. parts.Head.Select(l => new float[checked(rows * l.OutputSize)])];
        _mixture = new float[maxRows * (parts.Experts?.OutputSize ?? 0)];
        _output = new float[checked(rows * shape.OutputSize)];

        var train = training ? 1 : 0;
        _embeddedGradient = new float[train * (parts.Embedding is null ? 0 : places * inputSize)];
        _statesGradient = new float[train * _states.Length];
        _pooledGradient = new float[train * _pooled.Length];
        _featuresGradient = new float[train * _features.Length];
        _expertFeaturesGradient = new float[train * (parts.Experts is null ? 0 : _features.Length)];
        _mixtureGradient = new float[train * _mixture.Length];
        _headGradients = [.. parts.Head.Select(l => new float[train * rows * l.OutputSize])];
    }

    public bool Fits(SequenceBatch batch) => batch.MaxSteps <= _maxSteps && batch.MaxRows <= _maxRows;

    /// <summary>Runs the block; the result [rows,O] stays valid until the next call. Seed 0: no dropout.</summary>
    public Span<float> Forward(SequenceBatch batch, ulong dropoutSeed) => Forward(batch, dropoutSeed, default, default);

    /// <summary>Runs the block from given states [S,B,H] and hands out the final ones; both may be empty.</summary>
    public Span<float> Forward(SequenceBatch batch, ulong dropoutSeed, ReadOnlySpan<float> initialState, Span<float> finalState)
    {
        var shape = _parts.Shape;
        SetSeeds(dropoutSeed);
        var block = batch.Block;
        if (TakesFinalState && finalState.IsEmpty) finalState = _finalState.AsSpan(0, _parts.Recurrent.StateSize * block.Rows * shape.HiddenSize);
        // What is not finite would survive a product with the zeros that padding contributes to the gradients.
        TimeReversal.ClearPadding(block, shape.InputSize, batch.Inputs);
        _parts.Recurrent.Forward(block, StepInputs(batch, block), initialState, _states, finalState, _recurrentState);
        MakeFeatures(batch, block, finalState);

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

    /// <summary>Back-propagates from d(loss)/d(output) [rows,O] of the last forward pass; adds to the sums of gradients.</summary>
    public void Backward(SequenceBatch batch, ReadOnlySpan<float> outputGradient, Span<float> sums)
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
        FeaturesBackward(batch, block);
        var embedding = _parts.Embedding;
        var dSteps = embedding is null ? default : _embeddedGradient.AsSpan(0, block.Places * embedding.OutputSize);
        ReadOnlySpan<float> inputs = _embedded.Length > 0 ? _embedded : batch.Inputs;
        var dFinal = TakesFinalState ? _finalGradient.AsSpan(0, _parts.Recurrent.StateSize * block.Rows * _parts.Shape.HiddenSize) : default;
        _parts.Recurrent.Backward(block, inputs, _statesGradient, dFinal, dSteps, default, sums, _recurrentState);
        if (embedding is null) return;
        DropoutLayer.Apply(dSteps, _parts.Shape.InputDropout, _inputSeed);
        embedding.Backward(block.Places, batch.Inputs, _embedded, dSteps, default, sums, _embeddingState!);
    }

    /// <summary>The first feature that comes from the layer that runs backwards; all of them if there is none.</summary>
    private int ReverseFrom => _parts.Shape.Bidirectional ? _parts.Shape.HiddenSize : _parts.Shape.StateFeatures;

    /// <summary>Whether the pooled state is the top layer's final one: then the states on the way are neither written nor read.</summary>
    private bool TakesFinalState => _parts.Shape is { Pooling: SequencePooling.Last, Bidirectional: false };

    /// <summary>The top layer's output among the final states [S,B,H], whose last layer has h first, then what else the cell carries.</summary>
    private Span<float> TopOf(Span<float> finalState, int rows)
    {
        var size = rows * _parts.Shape.HiddenSize;
        return finalState.Slice((_parts.Recurrent.StateSize - _parts.Recurrent.StateSize / _parts.Shape.Layers) * size, size);
    }

    private void SetSeeds(ulong seed)
    {
        _recurrentState.DropoutSeed = seed == 0 ? 0 : SeededRandom.Combine(seed, 1) | 1;
        _inputSeed = seed == 0 ? 0 : SeededRandom.Combine(seed, 2) | 1;
        _headSeed = seed == 0 ? 0 : SeededRandom.Combine(seed, 3) | 1;
    }

    private ReadOnlySpan<float> StepInputs(SequenceBatch batch, BlockShape block)
    {
        if (_embedded.Length == 0) return batch.Inputs;
        var size = block.Places * (_parts.Embedding?.OutputSize ?? _parts.Shape.InputSize);
        if (_parts.Embedding is { } embedding) embedding.Forward(block.Places, batch.Inputs, _embedded);
        else batch.Inputs.AsSpan(0, size).CopyTo(_embedded);
        DropoutLayer.Apply(_embedded.AsSpan(0, size), _parts.Shape.InputDropout, _inputSeed);
        return _embedded;
    }

    /// <summary>[pooled state after dropout ; context], one row per output row.</summary>
    private void MakeFeatures(SequenceBatch batch, BlockShape block, Span<float> finalState)
    {
        int H = _parts.Shape.StateFeatures, C = _parts.Shape.ContextSize, F = _parts.FeatureSize;
        if (_parts.Shape.Pooling == SequencePooling.Whole)
        {
            _states.AsSpan(0, block.Places * H).CopyTo(_features);
            DropoutLayer.Apply(_features.AsSpan(0, block.Places * H), _parts.Shape.HeadDropout, _headSeed);
            return;
        }
        var pooled = _pooled.AsSpan(0, block.Rows * H);
        if (TakesFinalState) TopOf(finalState, block.Rows).CopyTo(pooled);
        else Pooling.Forward(_parts.Shape.Pooling, block, H, ReverseFrom, _states, pooled);
        DropoutLayer.Apply(pooled, _parts.Shape.HeadDropout, _headSeed);
        for (var b = 0; b < block.Rows; b++)
        {
            pooled.Slice(b * H, H).CopyTo(_features.AsSpan(b * F));
            batch.Context.AsSpan(b * C, C).CopyTo(_features.AsSpan(b * F + H));
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

    private void FeaturesBackward(SequenceBatch batch, BlockShape block)
    {
        int H = _parts.Shape.StateFeatures, F = _parts.FeatureSize;
        if (_parts.Shape.Pooling == SequencePooling.Whole)
        {
            _featuresGradient.AsSpan(0, block.Places * H).CopyTo(_statesGradient);
            DropoutLayer.Apply(_statesGradient.AsSpan(0, block.Places * H), _parts.Shape.HeadDropout, _headSeed);
            return;
        }
        var pooled = _pooledGradient.AsSpan(0, batch.Rows * H);
        for (var b = 0; b < block.Rows; b++) _featuresGradient.AsSpan(b * F, H).CopyTo(pooled[(b * H)..]);
        DropoutLayer.Apply(pooled, _parts.Shape.HeadDropout, _headSeed);
        if (TakesFinalState)
        {
            Array.Clear(_finalGradient); // a block of other rows has left its values elsewhere
            pooled.CopyTo(TopOf(_finalGradient, block.Rows));
            return;
        }
        Pooling.Backward(_parts.Shape.Pooling, block, H, ReverseFrom, _states, pooled, _statesGradient);
    }
}
