// What all recurrent layers share: the loop over time, forward and backward; the cells fill in one step.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A recurrent layer in one direction. The input's share of the gates is one product for all steps; then the cell does step by step what
/// depends on the state before. A row's state is frozen after its last valid step; a reversed layer runs over the valid part from its
/// end. A state is one row of <paramref name="stateWidth"/> values, the output h first.
/// </summary>
/// <param name="inputSize">I.</param>
/// <param name="hiddenSize">H.</param>
/// <param name="gateWidth">G: values that a step keeps per row for the backward pass; the input's product fills the first of them.</param>
/// <param name="stateWidth">S: H, or a multiple of it for a cell that carries more than its output.</param>
/// <param name="reverse">Whether to run from the end.</param>
internal abstract class RecurrentLayer(int inputSize, int hiddenSize, int gateWidth, int stateWidth, bool reverse) : SequenceLayer
{
    /// <summary>Up to this many features the input's product is done step by step, while the gates are in the cache anyway; beyond, its weights would be read too often.</summary>
    private const int MaxFusedInputs = 64;

    /// <summary>Places whose weight gradients are summed together: their gates are still in the cache when the steps are done.</summary>
    private const int ChunkPlaces = 128;

    public sealed override int InputSize => inputSize;

    public sealed override int OutputSize => hiddenSize;

    public sealed override int HiddenSize => hiddenSize;

    public sealed override int StateSize => stateWidth / hiddenSize;

    /// <summary>[I, …]: x to the input's share of the gates.</summary>
    protected abstract PackedMatrix InputWeights { get; }

    /// <summary>The transpose: gradients of the first gates to dx.</summary>
    protected abstract PackedMatrix InputWeightsBack { get; }

    /// <summary>One step forward.</summary>
    /// <param name="rows">B.</param>
    /// <param name="gates">[B,G]: in the input's share, out what the backward step needs.</param>
    /// <param name="previous">[B,S]: the state before.</param>
    /// <param name="next">[B,S]: the state after, overwritten; does not overlap <paramref name="previous"/>.</param>
    /// <param name="scratch">Scratch of the block.</param>
    protected abstract void Step(int rows, Span<float> gates, ReadOnlySpan<float> previous, Span<float> next, Scratch scratch);

    /// <summary>One step backward. Rows that have ended get zero gate gradients and keep their state's gradient.</summary>
    /// <param name="shape">The block.</param>
    /// <param name="t">The step.</param>
    /// <param name="gates">[B,G]: in what the forward step kept, out the gradients before the activations.</param>
    /// <param name="previous">[B,S]: the state before the step.</param>
    /// <param name="next">[B,S]: the state after the step.</param>
    /// <param name="dState">[B,S]: in the gradient of the state after the step, out of the one before.</param>
    /// <param name="scratch">Scratch of the block.</param>
    protected abstract void StepBack(BlockShape shape, int t, Span<float> gates, ReadOnlySpan<float> previous, ReadOnlySpan<float> next, Span<float> dState, Scratch scratch);

    /// <summary>Sums the gradients of the weights over some steps, in the scratch: one product over all their places for each matrix, not one per step.</summary>
    /// <param name="places">Steps times B.</param>
    /// <param name="x">[·,B,I].</param>
    /// <param name="gates">[·,B,G]: the gates' gradients.</param>
    /// <param name="previous">[·,B,S]: the states before each step.</param>
    /// <param name="scratch">Its sums are added to.</param>
    protected abstract void SumWeightGradients(int places, ReadOnlySpan<float> x, ReadOnlySpan<float> gates, ReadOnlySpan<float> previous, Scratch scratch);

    /// <summary>Adds the sums to the flat gradient.</summary>
    protected abstract void AddWeightGradients(Span<float> gradient, Scratch scratch);

    public sealed override LayerState CreateState(int maxSteps, int maxRows, bool training) =>
        new Scratch(inputSize, hiddenSize, gateWidth, stateWidth, maxSteps, maxRows, reverse, training);

    public sealed override void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state)
    {
        var s = (Scratch)state;
        int T = shape.Steps, B = shape.Rows, slab = B * stateWidth;
        if (reverse)
        {
            TimeReversal.Copy(shape, inputSize, x, s.ReversedInput);
            x = s.ReversedInput;
        }
        var fused = inputSize <= MaxFusedInputs;
        if (!fused) MatMul.Multiply(shape.Places, x, inputSize, 1, InputWeights, s.Gates, gateWidth, accumulate: false);

        var states = s.States[..((T + 1) * slab)];
        if (h0.IsEmpty) states[..slab].Clear();
        else FromSlabs(B, h0, states);
        for (var t = 0; t < T; t++)
        {
            var previous = states.Slice(t * slab, slab);
            var next = states.Slice((t + 1) * slab, slab);
            var gates = s.Gates.Slice(t * B * gateWidth, B * gateWidth);
            if (fused) MatMul.Multiply(B, x[(t * B * inputSize)..], inputSize, 1, InputWeights, gates, gateWidth, accumulate: false);
            Step(B, gates, previous, next, s);
            FreezeEnded(shape, t, previous, next);
        }

        var outputs = states.Slice(slab, T * slab);
        if (reverse)
        {
            TakeOutputs(shape.Places, outputs, s.ReversedOutput);
            TimeReversal.Copy(shape, hiddenSize, s.ReversedOutput, y);
        }
        else
        {
            TakeOutputs(shape.Places, outputs, y);
        }
        TimeReversal.ClearPadding(shape, hiddenSize, y);
        if (!hn.IsEmpty) ToSlabs(B, states.Slice(T * slab, slab), hn);
    }

    public sealed override void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> gradient, LayerState state)
    {
        var s = (Scratch)state;
        int T = shape.Steps, B = shape.Rows, slab = B * stateWidth;
        if (reverse)
        {
            x = s.ReversedInput;
            if (!dy.IsEmpty)
            {
                TimeReversal.Copy(shape, hiddenSize, dy, s.ReversedOutput);
                dy = s.ReversedOutput;
            }
        }
        var dState = s.StateGradient[..slab];
        if (dhn.IsEmpty) dState.Clear();
        else FromSlabs(B, dhn, dState);
        var target = dx.IsEmpty ? default : reverse ? s.ReversedInputGradient : dx;
        s.ClearSums();
        for (int end = T, start; end > 0; end = start)
        {
            start = Math.Max(0, end - Math.Max(1, ChunkPlaces / B));
            for (var t = end - 1; t >= start; t--)
            {
                AddOutputGradient(shape, t, dy, dState);
                StepBack(shape, t, s.Gates.Slice(t * B * gateWidth, B * gateWidth), s.States.Slice(t * slab, slab), s.States.Slice((t + 1) * slab, slab), dState, s);
            }
            var places = (end - start) * B;
            var gates = s.Gates.Slice(start * B * gateWidth, places * gateWidth);
            SumWeightGradients(places, x[(start * B * inputSize)..], gates, s.States[(start * slab)..], s);
            if (!dx.IsEmpty) MatMul.Multiply(places, gates, gateWidth, 1, InputWeightsBack, target[(start * B * inputSize)..], inputSize, accumulate: false);
        }
        if (!dh0.IsEmpty) ToSlabs(B, dState, dh0);
        AddWeightGradients(gradient, s);
        if (dx.IsEmpty) return;
        if (reverse) TimeReversal.Copy(shape, inputSize, target, dx);
        TimeReversal.ClearPadding(shape, inputSize, dx);
    }

    /// <summary>sum += aᵀ·g over some places.</summary>
    /// <param name="places">Rows of a and g.</param>
    /// <param name="a">Row i at i·aStride, <paramref name="aWidth"/> values.</param>
    /// <param name="aWidth">Values of a row of a.</param>
    /// <param name="aStride">Distance between rows of a.</param>
    /// <param name="gates">The gates' gradients, from the first column that takes part.</param>
    /// <param name="count">Columns of the gates that take part.</param>
    /// <param name="sum">[aWidth,count].</param>
    /// <param name="scratch">Scratch of the block.</param>
    protected void AddGateProduct(int places, ReadOnlySpan<float> a, int aWidth, int aStride, ReadOnlySpan<float> gates, int count, Span<float> sum, Scratch scratch)
    {
        scratch.PackedGates.Pack(gates, places, count, gateWidth, 1);
        MatMul.Multiply(aWidth, a, 1, aStride, scratch.PackedGates, sum, count, accumulate: true);
    }

    private void FreezeEnded(BlockShape shape, int t, ReadOnlySpan<float> previous, Span<float> next)
    {
        for (var b = 0; b < shape.Lengths.Length; b++)
            if (t >= shape.Lengths[b]) previous.Slice(b * stateWidth, stateWidth).CopyTo(next[(b * stateWidth)..]);
    }

    private void AddOutputGradient(BlockShape shape, int t, ReadOnlySpan<float> dy, Span<float> dState)
    {
        if (dy.IsEmpty) return;
        for (var b = 0; b < shape.Rows; b++)
            if (t < shape.LengthOf(b)) VectorOps.AddScaled(dState.Slice(b * stateWidth, hiddenSize), dy.Slice((t * shape.Rows + b) * hiddenSize, hiddenSize), 1f);
    }

    /// <summary>[places,S] to the outputs [places,H].</summary>
    private void TakeOutputs(int places, ReadOnlySpan<float> states, Span<float> outputs)
    {
        if (stateWidth == hiddenSize)
        {
            states[..(places * hiddenSize)].CopyTo(outputs);
            return;
        }
        for (var i = 0; i < places; i++) states.Slice(i * stateWidth, hiddenSize).CopyTo(outputs[(i * hiddenSize)..]);
    }

    /// <summary>[S/H,B,H], as states come and go, to rows [B,S].</summary>
    private void FromSlabs(int rows, ReadOnlySpan<float> slabs, Span<float> states)
    {
        for (var k = 0; k < StateSize; k++)
            for (var b = 0; b < rows; b++)
                slabs.Slice((k * rows + b) * hiddenSize, hiddenSize).CopyTo(states[(b * stateWidth + k * hiddenSize)..]);
    }

    private void ToSlabs(int rows, ReadOnlySpan<float> states, Span<float> slabs)
    {
        for (var k = 0; k < StateSize; k++)
            for (var b = 0; b < rows; b++)
                states.Slice(b * stateWidth + k * hiddenSize, hiddenSize).CopyTo(slabs[((k * rows + b) * hiddenSize)..]);
    }

    /// <summary>Saved activations and scratch of one block.</summary>
    protected sealed class Scratch(int I, int H, int G, int S, int maxSteps, int maxRows, bool reverse, bool training) : LayerState
    {
        private readonly AlignedBuffer _gates = new(checked(maxSteps * maxRows * G));
        private readonly AlignedBuffer _states = new(checked((maxSteps + 1) * maxRows * S));
        private readonly AlignedBuffer _product = new(maxRows * 3 * H);
        private readonly float[] _reversedInput = reverse ? new float[maxSteps * maxRows * I] : [];
        private readonly float[] _reversedOutput = reverse ? new float[maxSteps * maxRows * H] : [];
        private readonly float[] _reversedInputGradient = reverse && training ? new float[maxSteps * maxRows * I] : [];
        private readonly AlignedBuffer _stateGradient = new(training ? maxRows * S : 0);
        private readonly AlignedBuffer _inputSums = new(training ? checked(I * G) : 0);
        private readonly AlignedBuffer _recurrentSums = new(training ? checked(H * G) : 0);
        private readonly float[] _biasSums = new float[training ? G : 0];

        /// <summary>[T,B,G]: gates after the forward pass; their gradients after the backward pass.</summary>
        public Span<float> Gates => _gates.Span;

        /// <summary>[T+1,B,S]: the initial state, then the state after each step.</summary>
        public Span<float> States => _states.Span;

        /// <summary>[B,3H]: the recurrent product of one step.</summary>
        public Span<float> Product => _product.Span;

        public Span<float> ReversedInput => _reversedInput;

        public Span<float> ReversedOutput => _reversedOutput;

        public Span<float> ReversedInputGradient => _reversedInputGradient;

        /// <summary>[B,S]: the state's gradient while going back through time.</summary>
        public Span<float> StateGradient => _stateGradient.Span;

        /// <summary>[I,·]: the transposed gradient of the input weights.</summary>
        public Span<float> InputSums => _inputSums.Span;

        /// <summary>[H,·]: the transposed gradient of the recurrent weights; up to G columns, in as many parts as the cell has.</summary>
        public Span<float> RecurrentSums => _recurrentSums.Span;

        /// <summary>[G]: sums of the gates' gradients.</summary>
        public Span<float> BiasSums => _biasSums;

        /// <summary>Gate gradients of some places, as the right operand of the weight gradients.</summary>
        public PackedMatrix PackedGates { get; } = new(training ? Math.Min(maxSteps * maxRows, Math.Max(ChunkPlaces, maxRows)) : 0, G);

        public void ClearSums()
        {
            InputSums.Clear();
            RecurrentSums.Clear();
            BiasSums.Clear();
        }
    }
}
