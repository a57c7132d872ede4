// What all recurrent layers share: the loop over time, forward and backward; the cells fill in one step.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// A recurrent layer in one direction. A row's state is frozen after its last valid step; a reversed layer runs over the valid part from its end.
/// Inside, states and gates lie in slabs of <see cref="UnitGroups"/>: [groups, steps, rows, vectors].
/// </summary>
/// <param name="inputSize">I.</param>
/// <param name="hiddenSize">H.</param>
/// <param name="slabs">Slabs of gates to a group of units.</param>
/// <param name="vectors">Vectors of a row of a slab.</param>
/// <param name="cellState">Whether the cell carries a second state beside its output.</param>
/// <param name="reverse">Whether to run from the end.</param>
internal abstract class RecurrentLayer(int inputSize, int hiddenSize, int slabs, int vectors, bool cellState, bool reverse) : SequenceLayer
{
    public sealed override int InputSize => inputSize;

    public sealed override int OutputSize => hiddenSize;

    public sealed override int HiddenSize => hiddenSize;

    public sealed override int StateSize => cellState ? 2 : 1;

    /// <summary>Rate of dropout on the states as the recurrent products read them: one mask for all steps (Gal and Ghahramani 2016).</summary>
    public float RecurrentDropout { get; init; }

    public bool Reverse => reverse;

    /// <summary>Groups of units.</summary>
    public int Groups { get; } = UnitGroups.Of(hiddenSize);

    /// <summary>Slabs of gates of the whole layer.</summary>
    public int Slabs => Groups * slabs;

    /// <summary>Floats of a row of a slab of gates.</summary>
    public int SlabRow { get; } = vectors * MatMul.VectorWidth;

    /// <summary>x to the gates.</summary>
    protected abstract GateWeights Input { get; }

    /// <summary>What the gates' sums start from, in the layout of <see cref="Input"/>.</summary>
    protected abstract Span<float> InputBias { get; }

    /// <summary>One step forward: the gates hold the input's share, with the biases.</summary>
    protected abstract void Step(in RecurrentStep s);

    /// <summary>One step backward: the gates become their gradients, and the gradients of the states go from after the step to before it.</summary>
    protected abstract void StepBack(in RecurrentStep s);

    /// <summary>Adds the gradients of the recurrent weights over some steps: one product over all their places, not one per step.</summary>
    /// <param name="places">Steps times rows.</param>
    /// <param name="h">The states before the steps, one row per unit.</param>
    /// <param name="gates">The gates' gradients.</param>
    /// <param name="sums">Added to.</param>
    protected abstract void AddRecurrentProducts(int places, in LeftOperand h, GateSlabs gates, Span<float> sums);

    /// <summary>Adds the biases' gradients.</summary>
    /// <param name="gates">[slabs, row]: the gates' gradients, summed over the block.</param>
    /// <param name="sums">Added to.</param>
    protected abstract void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums);

    public sealed override LayerState CreateState(int maxSteps, int maxRows, bool training) => new RecurrentScratch(this, maxSteps, maxRows, training);

    public sealed override void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state)
    {
        var s = (RecurrentScratch)state;
        s.Begin(shape, h0.IsEmpty);
        int T = shape.Steps, B = shape.Rows, H = hiddenSize;
        if (reverse)
        {
            TimeReversal.Copy(shape, inputSize, x, s.ReversedInput);
            x = s.ReversedInput;
        }
        s.SetStates(0, h0);
        var outputs = y.IsEmpty ? y : reverse ? s.ReversedOutput : y;
        for (var t = 0; t < T; t++)
        {
            if (s.InputSteps == 1 || t % s.InputSteps == 0) InputProduct(x[(t * B * inputSize)..], Math.Min(s.InputSteps, T - t) * B, s.GatesFrom(t));
            s.MaskState(t);
            var step = s.At(t);
            Step(step);
            EndedRows.Freeze(shape, t, step);
            if (!outputs.IsEmpty) UnitGroups.Gather(B, H, step.Next, s.StateGroup, outputs[(t * B * H)..]);
        }
        if (!hn.IsEmpty) s.GetStates(T, hn);
        if (y.IsEmpty) return;
        if (reverse) TimeReversal.Copy(shape, H, outputs, y);
        TimeReversal.ClearPadding(shape, H, y);
    }

    public sealed override void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> sums, LayerState state)
    {
        var s = (RecurrentScratch)state;
        int T = shape.Steps, B = shape.Rows, H = hiddenSize;
        if (reverse)
        {
            x = s.ReversedInput;
            if (!dy.IsEmpty)
            {
                TimeReversal.Copy(shape, H, dy, s.ReversedOutput);
                dy = s.ReversedOutput;
            }
        }
        s.BeginBack(dhn);
        var target = dx.IsEmpty ? default : reverse ? s.ReversedInputGradient : dx;
        for (int end = T, start; end > 0; end = start)
        {
            if (end < T && s.Negligible(dy.IsEmpty ? dy : dy[..(end * B * H)]))
            {
                s.ClearStateGradient();
                if (!target.IsEmpty) target[..(end * B * inputSize)].Clear();
                break;
            }
            start = Math.Max(0, end - s.GradientSteps);
            for (var t = end - 1; t >= start; t--)
            {
                var step = s.At(t);
                AddOutputGradient(shape, t, dy, step);
                EndedRows.Hold(shape, t, step, s.Held);
                StepBack(step);
                EndedRows.Release(shape, t, step, s.Held);
            }
            AddWeightGradients(start, end - start, x, target, sums, s);
        }
        if (!dh0.IsEmpty) s.GetStateGradient(dh0);
        AddBiasGradient(s.BiasSums, sums);
        if (dx.IsEmpty) return;
        if (reverse) TimeReversal.Copy(shape, inputSize, target, dx);
        TimeReversal.ClearPadding(shape, inputSize, dx);
    }

    private void InputProduct(ReadOnlySpan<float> x, int places, GateSlabs gates)
    {
        var start = new VectorGrid(InputBias, 0, Input.Forward.PanelVectors * MatMul.VectorWidth, MatMul.VectorWidth);
        MatMul.Multiply(places, new LeftOperand(x, inputSize, 1, inputSize), Input.Forward.Right, start, gates.Grid(Input));
    }

    private void AddWeightGradients(int start, int steps, ReadOnlySpan<float> x, Span<float> dx, Span<float> sums, RecurrentScratch s)
    {
        int B = s.Rows, places = steps * B;
        var gates = s.GatesFrom(start);
        gates.AddWeightGradient(inputSize, new LeftOperand(x[(start * B * inputSize)..], 1, inputSize, places), Input, Input.SumsOf(sums));
        var skip = start == 0 && s.FromZero ? 1 : 0; // a state of zeros adds nothing
        if (steps > skip)
        {
            int w = MatMul.VectorWidth, count = (steps - skip) * B;
            var h = new LeftOperand(s.RecurrentFrom(start + skip), 1, w, count) { BundleRows = w, Bundle = s.StateGroup };
            AddRecurrentProducts(count, h, s.GatesFrom(start + skip), sums);
        }
        gates.AddSums(places, s.BiasSums);
        if (!dx.IsEmpty) MatMul.Multiply(places, gates.Rows(Input.Vectors), Input.Back, default, dx[(start * B * inputSize)..]);
    }

    private void AddOutputGradient(BlockShape shape, int t, ReadOnlySpan<float> dy, in RecurrentStep s)
    {
        if (dy.IsEmpty) return;
        int B = shape.Rows, H = hiddenSize, group = B * MatMul.VectorWidth;
        if (shape.Lengths.IsEmpty)
        {
            UnitGroups.AddRows(B, H, dy[(t * B * H)..], s.Gradient, group);
            return;
        }
        for (var b = 0; b < B; b++)
            if (t < shape.Lengths[b]) UnitGroups.AddRows(1, H, dy[((t * B + b) * H)..], s.Gradient[(b * MatMul.VectorWidth)..], group);
    }
}
