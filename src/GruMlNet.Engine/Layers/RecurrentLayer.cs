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
    /// <summary>Up to this many features the input's product is done step by step, while the gates are in the cache anyway; beyond, its weights would be read too often.</summary>
    private const int MaxFusedInputs = 64;

    /// <summary>From this many rows on: fewer rows of one step do not fill a tile, those of several steps together do.</summary>
    private const int MinFusedRows = 8;

    /// <summary>Places (steps times rows) whose gates are worked on together outside of the steps: few enough to be in the cache still.</summary>
    private const int ChunkPlaces = 128;

    /// <summary>Gradients this small can move no weight: the backward pass ends there, and spares the slow arithmetic of denormal numbers.</summary>
    private const float NegligibleGradient = 1e-30f;

    public sealed override int InputSize => inputSize;

    public sealed override int OutputSize => hiddenSize;

    public sealed override int HiddenSize => hiddenSize;

    public sealed override int StateSize => cellState ? 2 : 1;

    /// <summary>Rate of dropout on the states as the recurrent products read them: one mask for all steps (Gal and Ghahramani 2016).</summary>
    public float RecurrentDropout { get; init; }

    protected int Groups { get; } = UnitGroups.Of(hiddenSize);

    /// <summary>Slabs of gates of the whole layer.</summary>
    protected int Slabs => Groups * slabs;

    /// <summary>Floats of a row of a slab of gates.</summary>
    protected int SlabRow { get; } = vectors * MatMul.VectorWidth;

    /// <summary>x to the gates.</summary>
    protected abstract GateWeights Input { get; }

    /// <summary>What the gates' sums start from, in the layout of <see cref="Input"/>.</summary>
    protected abstract Span<float> InputBias { get; }

    /// <summary>One step forward: the gates hold the input's share, with the biases.</summary>
    protected abstract void Step(in StepData s);

    /// <summary>One step backward: the gates become their gradients, and the gradients of the states go from after the step to before it.</summary>
    protected abstract void StepBack(in StepData s);

    /// <summary>Adds the gradients of the recurrent weights over some steps: one product over all their places, not one per step.</summary>
    /// <param name="places">Steps times rows.</param>
    /// <param name="h">The states before the steps, one row per unit.</param>
    /// <param name="gates">The gates' gradients.</param>
    /// <param name="gateGroup">From one slab of them to the next.</param>
    /// <param name="sums">Added to.</param>
    protected abstract void AddRecurrentProducts(int places, in LeftOperand h, ReadOnlySpan<float> gates, int gateGroup, Span<float> sums);

    /// <summary>Adds the biases' gradients.</summary>
    /// <param name="gates">[slabs, row]: the gates' gradients, summed over the block.</param>
    /// <param name="sums">Added to.</param>
    protected abstract void AddBiasGradient(ReadOnlySpan<float> gates, Span<float> sums);

    private bool Fused(int rows) => inputSize <= MaxFusedInputs && rows >= MinFusedRows;

    public sealed override LayerState CreateState(int maxSteps, int maxRows, bool training) => new Scratch(this, maxSteps, maxRows, training);

    public sealed override void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state)
    {
        var s = (Scratch)state;
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
            if (s.InputSteps == 1 || t % s.InputSteps == 0) InputProduct(x[(t * B * inputSize)..], Math.Min(s.InputSteps, T - t) * B, s.GatesFrom(t), s);
            s.MaskState(t);
            var step = s.At(t);
            Step(step);
            FreezeEnded(shape, t, step);
            if (!outputs.IsEmpty) UnitGroups.Gather(B, H, step.Next, s.StateGroup, outputs[(t * B * H)..]);
        }
        if (!hn.IsEmpty) s.GetStates(T, hn);
        if (y.IsEmpty) return;
        if (reverse) TimeReversal.Copy(shape, H, outputs, y);
        TimeReversal.ClearPadding(shape, H, y);
    }

    public sealed override void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> sums, LayerState state)
    {
        var s = (Scratch)state;
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
            if (end < T && s.StateGradientNegligible && VectorOps.AllBelow(dy.IsEmpty ? dy : dy[..(end * B * H)], NegligibleGradient))
            {
                s.ClearStateGradient();
                if (!target.IsEmpty) target[..(end * B * inputSize)].Clear();
                break;
            }
            start = Math.Max(0, end - Math.Max(1, ChunkPlaces / B));
            for (var t = end - 1; t >= start; t--)
            {
                var step = s.At(t);
                AddOutputGradient(shape, t, dy, step);
                HoldEnded(shape, t, step, s.Held, hold: true);
                StepBack(step);
                HoldEnded(shape, t, step, s.Held, hold: false);
            }
            AddWeightGradients(start, end - start, x, target, sums, s);
        }
        if (!dh0.IsEmpty) s.GetStateGradient(dh0);
        AddBiasGradient(s.BiasSums, sums);
        if (dx.IsEmpty) return;
        if (reverse) TimeReversal.Copy(shape, inputSize, target, dx);
        TimeReversal.ClearPadding(shape, inputSize, dx);
    }

    /// <summary>Where a product over groups of units puts its result in slabs: panels of <paramref name="w"/>'s forward operand.</summary>
    protected VectorGrid GateGrid(GateWeights w, Span<float> gates, int gateGroup) => w.Forward.PanelVectors == w.Vectors
        ? new VectorGrid(gates, SlabRow, gateGroup, MatMul.VectorWidth)
        : new VectorGrid(gates, SlabRow, w.Forward.PanelVectors * gateGroup, gateGroup); // single gates: a panel covers several groups

    /// <summary>Some vectors of every slab's rows, as the left operand of a backward product.</summary>
    protected LeftOperand GateRows(ReadOnlySpan<float> gates, int gateGroup, int count) => new(gates, SlabRow, 1, count * MatMul.VectorWidth, Slabs, gateGroup);

    /// <summary>sums += aᵀ·g: weight gradients over some places.</summary>
    /// <param name="rows">Rows of the transposed a.</param>
    /// <param name="a">One row per input.</param>
    /// <param name="gates">The gates' gradients, from the first vector that takes part.</param>
    /// <param name="gateGroup">From one slab to the next.</param>
    /// <param name="w">The weights.</param>
    /// <param name="sums">Their part of the sums; added to.</param>
    protected void AddGateProduct(int rows, in LeftOperand a, ReadOnlySpan<float> gates, int gateGroup, GateWeights w, Span<float> sums)
    {
        var grid = w.SumGrid(sums);
        MatMul.Multiply(rows, a, new RightOperand(gates, Slabs, w.Vectors, w.Vectors, SlabRow, gateGroup), grid, grid);
    }

    /// <summary>Adds Uᵀ·(gradients of the gates) to the gradient of the state before the step, through the mask where there is one.</summary>
    protected static void AddStateGradient(in StepData s, in LeftOperand gates, GateWeights w)
    {
        if (s.Mask.IsEmpty)
        {
            var gradient = s.GradientGrid(s.Gradient, w.Back);
            MatMul.Multiply(s.Rows, gates, w.Back.Right, gradient, gradient);
            return;
        }
        MatMul.Multiply(s.Rows, gates, w.Back.Right, MatMul.FromZero, s.GradientGrid(s.Product, w.Back));
        VectorOps.AddProduct(s.Gradient[..s.Mask.Length], s.Product[..s.Mask.Length], s.Mask);
    }

    private void InputProduct(ReadOnlySpan<float> x, int places, Span<float> gates, Scratch s)
    {
        var start = Input.Forward.PanelVectors == Input.Vectors
            ? new VectorGrid(InputBias, 0, Input.Vectors * MatMul.VectorWidth, MatMul.VectorWidth)
            : new VectorGrid(InputBias, 0, Input.Forward.PanelVectors * MatMul.VectorWidth, MatMul.VectorWidth);
        MatMul.Multiply(places, new LeftOperand(x, inputSize, 1, inputSize), Input.Forward.Right, start, GateGrid(Input, gates, s.GateGroup));
    }

    private void AddWeightGradients(int start, int steps, ReadOnlySpan<float> x, Span<float> dx, Span<float> sums, Scratch s)
    {
        int B = s.Rows, places = steps * B;
        var gates = s.GatesFrom(start);
        AddGateProduct(inputSize, new LeftOperand(x[(start * B * inputSize)..], 1, inputSize, places), gates, s.GateGroup, Input, Input.SumsOf(sums));
        var skip = start == 0 && s.FromZero ? 1 : 0; // a state of zeros adds nothing
        if (steps > skip)
        {
            int w = MatMul.VectorWidth, count = (steps - skip) * B;
            var h = new LeftOperand(s.RecurrentFrom(start + skip), 1, w, count) { BundleRows = w, Bundle = s.StateGroup };
            AddRecurrentProducts(count, h, s.GatesFrom(start + skip), s.GateGroup, sums);
        }
        for (var g = 0; g < Slabs; g++) VectorOps.AddRows(places, SlabRow, gates[(g * s.GateGroup)..], s.BiasSums.Slice(g * SlabRow, SlabRow));
        if (!dx.IsEmpty) MatMul.Multiply(places, GateRows(gates, s.GateGroup, Input.Vectors), Input.Back, default, dx[(start * B * inputSize)..]);
    }

    private void FreezeEnded(BlockShape shape, int t, in StepData s)
    {
        for (var b = 0; b < shape.Lengths.Length; b++)
        {
            if (t < shape.Lengths[b]) continue;
            UnitGroups.CopyRow(b, Groups, s.Previous, s.StateGroup, s.Next, s.StateGroup);
            if (cellState) UnitGroups.CopyRow(b, Groups, s.PreviousCell, s.StateGroup, s.NextCell, s.StateGroup);
        }
    }

    /// <summary>Rows that have ended hand their state's gradient through unchanged: it is kept aside while the step sees zeros, which touch no weight.</summary>
    private void HoldEnded(BlockShape shape, int t, in StepData s, Span<float> held, bool hold)
    {
        var group = shape.Rows * MatMul.VectorWidth;
        for (var b = 0; b < shape.Lengths.Length; b++)
        {
            if (t < shape.Lengths[b]) continue;
            Hold(b, s.Gradient, held);
            if (cellState) Hold(b, s.CellGradient, held[(Groups * group)..]);
        }

        void Hold(int b, Span<float> gradient, Span<float> aside)
        {
            if (!hold)
            {
                UnitGroups.CopyRow(b, Groups, aside, group, gradient, group);
                return;
            }
            UnitGroups.CopyRow(b, Groups, gradient, group, aside, group);
            UnitGroups.ClearRow(b, Groups, gradient, group);
        }
    }

    private void AddOutputGradient(BlockShape shape, int t, ReadOnlySpan<float> dy, StepData s)
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

    /// <summary>What one step works on: views into the scratch, each from the step's first value on.</summary>
    protected readonly ref struct StepData
    {
        public int Rows { get; init; }

        /// <summary>Slabs of gates, <see cref="GateGroup"/> apart.</summary>
        public Span<float> Gates { get; init; }

        public int GateGroup { get; init; }

        /// <summary>Slab of h before the step.</summary>
        public Span<float> Previous { get; init; }

        /// <summary>Slab of h before the step as the recurrent products read it: masked by dropout, where there is any.</summary>
        public Span<float> Recurrent { get; init; }

        /// <summary>Slab without gaps: the mask; empty without dropout.</summary>
        public ReadOnlySpan<float> Mask { get; init; }

        /// <summary>Slab of h after the step.</summary>
        public Span<float> Next { get; init; }

        /// <summary>Slab of the second state before the step.</summary>
        public Span<float> PreviousCell { get; init; }

        /// <summary>Slab of the second state after the step.</summary>
        public Span<float> NextCell { get; init; }

        public int StateGroup { get; init; }

        /// <summary>Slab without gaps: the gradient of h.</summary>
        public Span<float> Gradient { get; init; }

        /// <summary>Slab without gaps: the gradient of the second state.</summary>
        public Span<float> CellGradient { get; init; }

        /// <summary>Slab without gaps, for the cell's own use.</summary>
        public Span<float> Product { get; init; }

        /// <summary>Whether the state before is all zeros: its product can be left out.</summary>
        public bool FromZero { get; init; }

        /// <summary>Whether this is one row whose gates nobody will ask for: inference on a single sequence.</summary>
        public bool Alone { get; init; }

        /// <summary>h as a left operand of a recurrent product.</summary>
        public LeftOperand State(int groups) => new(Recurrent, MatMul.VectorWidth, 1, MatMul.VectorWidth, FromZero ? 0 : groups, StateGroup);

        /// <summary>Where a product puts gradients of h, panel by panel of <paramref name="back"/>.</summary>
        public VectorGrid GradientGrid(Span<float> slab, PackedMatrix back)
        {
            var group = Rows * MatMul.VectorWidth;
            return new VectorGrid(slab, MatMul.VectorWidth, back.PanelVectors * group, group);
        }
    }

    /// <summary>Saved activations and scratch of one block. For inference alone only what the present step needs is kept.</summary>
    protected sealed class Scratch : LayerState
    {
        private readonly RecurrentLayer _layer;
        private readonly bool _training;
        private readonly AlignedBuffer _gates, _states, _cells, _gradient, _product, _held, _masked, _mask;
        private readonly float[] _maskRows, _biasSums, _reversedInput, _reversedOutput, _reversedInputGradient;

        public Scratch(RecurrentLayer layer, int maxSteps, int maxRows, bool training)
        {
            (_layer, _training) = (layer, training);
            int I = layer.InputSize, H = layer.HiddenSize, slab = layer.Groups * maxRows * MatMul.VectorWidth;
            var places = training ? checked(maxSteps * maxRows) : Math.Min(checked(maxSteps * maxRows), ChunkPlaces + maxRows);
            _gates = new AlignedBuffer(checked(layer.Slabs * (places * layer.SlabRow + 16)));
            _states = new AlignedBuffer(checked(layer.Groups * (((training ? maxSteps : 1) + 1) * maxRows * MatMul.VectorWidth + 16)));
            _cells = new AlignedBuffer(layer.StateSize > 1 ? _states.Length : 0);
            _product = new AlignedBuffer(slab);
            _gradient = new AlignedBuffer(training ? layer.StateSize * slab : 0);
            _held = new AlignedBuffer(training ? layer.StateSize * slab : 0);
            var dropout = training && layer.RecurrentDropout > 0f;
            _masked = new AlignedBuffer(dropout ? _states.Length : 0);
            _mask = new AlignedBuffer(dropout ? slab : 0);
            _maskRows = new float[dropout ? maxRows * H : 0];
            _biasSums = new float[training ? layer.Slabs * layer.SlabRow : 0];
            _reversedInput = layer.Reverse ? new float[maxSteps * maxRows * I] : [];
            _reversedOutput = layer.Reverse ? new float[maxSteps * maxRows * H] : [];
            _reversedInputGradient = layer.Reverse && training ? new float[maxSteps * maxRows * I] : [];
        }

        public int Rows { get; private set; }

        /// <summary>Steps whose gates are kept at a time.</summary>
        public int GateSteps { get; private set; }

        /// <summary>Steps that the input's product is done for at a time.</summary>
        public int InputSteps { get; private set; }

        public int GateGroup { get; private set; }

        public int StateGroup { get; private set; }

        /// <summary>Whether the sequence starts from a state of zeros.</summary>
        public bool FromZero { get; private set; }

        public Span<float> ReversedInput => _reversedInput;

        public Span<float> ReversedOutput => _reversedOutput;

        public Span<float> ReversedInputGradient => _reversedInputGradient;

        public Span<float> Held => _held.Span;

        /// <summary>[slabs, row].</summary>
        public Span<float> BiasSums => _biasSums;

        /// <summary>Slab without gaps: what the states are multiplied with before the recurrent products; empty without dropout.</summary>
        private Span<float> Mask => _mask.Length > 0 && DropoutSeed != 0 ? _mask.Span[..(_layer.Groups * StateRow)] : default;

        public bool StateGradientNegligible => VectorOps.AllBelow(StateGradient, NegligibleGradient);

        private int StateRow => Rows * MatMul.VectorWidth;

        private Span<float> StateGradient => _gradient.Span[..(_layer.StateSize * _layer.Groups * StateRow)];

        /// <summary>Takes the strides of a block.</summary>
        public void Begin(BlockShape shape, bool fromZero)
        {
            (Rows, FromZero) = (shape.Rows, fromZero);
            InputSteps = shape.Steps <= 1 || _layer.Fused(Rows) ? 1 : Math.Min(shape.Steps, (ChunkPlaces + Rows - 1) / Rows);
            GateSteps = _training ? Math.Max(1, shape.Steps) : InputSteps;
            GateGroup = UnitGroups.Stride(GateSteps * Rows * _layer.SlabRow);
            StateGroup = UnitGroups.Stride(((_training ? shape.Steps : 1) + 1) * StateRow);
            if (Mask.IsEmpty) return;
            var ones = _maskRows.AsSpan(0, Rows * _layer.HiddenSize);
            ones.Fill(1f);
            DropoutLayer.Apply(ones, _layer.RecurrentDropout, DropoutSeed);
            Mask.Clear();
            UnitGroups.Scatter(Rows, _layer.HiddenSize, ones, Mask, StateRow);
        }

        /// <summary>Makes what the recurrent products read of the state before step t; nothing without dropout.</summary>
        public void MaskState(int t)
        {
            var mask = Mask;
            if (mask.IsEmpty) return;
            var at = StatePlace(t) * StateRow;
            for (var g = 0; g < _layer.Groups; g++)
                VectorOps.Multiply(_masked.Span.Slice(g * StateGroup + at, StateRow), _states.Span.Slice(g * StateGroup + at, StateRow), mask.Slice(g * StateRow, StateRow));
        }

        public Span<float> GatesFrom(int t) => _gates.Span[((t < GateSteps ? t : t % GateSteps) * Rows * _layer.SlabRow)..];

        /// <summary>The states before step t and on, as the recurrent products read them.</summary>
        public Span<float> RecurrentFrom(int t) => (Mask.IsEmpty ? _states : _masked).Span[(StatePlace(t) * StateRow)..];

        /// <summary>The views of step t.</summary>
        public StepData At(int t)
        {
            int previous = StatePlace(t) * StateRow, next = StatePlace(t + 1) * StateRow, slab = _layer.Groups * StateRow;
            var cells = _cells.Length > 0;
            return new StepData
            {
                Rows = Rows,
                Gates = GatesFrom(t),
                GateGroup = GateGroup,
                Previous = _states.Span[previous..],
                Recurrent = RecurrentFrom(t),
                Mask = Mask,
                Next = _states.Span[next..],
                PreviousCell = cells ? _cells.Span[previous..] : default,
                NextCell = cells ? _cells.Span[next..] : default,
                StateGroup = StateGroup,
                Gradient = _training ? _gradient.Span[..slab] : default,
                CellGradient = _training && cells ? _gradient.Span.Slice(slab, slab) : default,
                Product = _product.Span,
                FromZero = FromZero && t == 0,
                Alone = Rows == 1 && !_training,
            };
        }

        /// <summary>Sets the states before step t from [S,B,H]; empty: zeros.</summary>
        public void SetStates(int t, ReadOnlySpan<float> source)
        {
            for (var k = 0; k < _layer.StateSize; k++)
            {
                var states = (k == 0 ? _states : _cells).Span[(StatePlace(t) * StateRow)..];
                if (source.IsEmpty || _layer.HiddenSize < _layer.Groups * MatMul.VectorWidth) // what is not written stays zero
                    for (var g = 0; g < _layer.Groups; g++) states.Slice(g * StateGroup, StateRow).Clear();
                if (!source.IsEmpty) UnitGroups.Scatter(Rows, _layer.HiddenSize, source[(k * Rows * _layer.HiddenSize)..], states, StateGroup);
            }
        }

        /// <summary>The states before step t as [S,B,H].</summary>
        public void GetStates(int t, Span<float> target)
        {
            for (var k = 0; k < _layer.StateSize; k++)
                UnitGroups.Gather(Rows, _layer.HiddenSize, (k == 0 ? _states : _cells).Span[(StatePlace(t) * StateRow)..], StateGroup, target[(k * Rows * _layer.HiddenSize)..]);
        }

        /// <summary>Starts a backward pass from the gradient of the last states [S,B,H]; empty: zeros.</summary>
        public void BeginBack(ReadOnlySpan<float> source)
        {
            BiasSums.Clear();
            ClearStateGradient();
            if (source.IsEmpty) return;
            for (var k = 0; k < _layer.StateSize; k++)
                UnitGroups.Scatter(Rows, _layer.HiddenSize, source[(k * Rows * _layer.HiddenSize)..], StateGradient[(k * _layer.Groups * StateRow)..], StateRow);
        }

        public void ClearStateGradient() => StateGradient.Clear();

        public void GetStateGradient(Span<float> target)
        {
            for (var k = 0; k < _layer.StateSize; k++)
                UnitGroups.Gather(Rows, _layer.HiddenSize, StateGradient[(k * _layer.Groups * StateRow)..], StateRow, target[(k * Rows * _layer.HiddenSize)..]);
        }

        /// <summary>Without training, two places serve in turn.</summary>
        private int StatePlace(int t) => _training ? t : t & 1;
    }

    private bool Reverse => reverse;
}
