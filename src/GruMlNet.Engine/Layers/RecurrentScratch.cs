// What a recurrent layer remembers of a block: states, gates and gradients, where they lie, and how many steps are worked on at a time.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>Saved activations and scratch of one block. For inference alone only what the present step needs is kept.</summary>
internal sealed class RecurrentScratch : LayerState
{
    /// <summary>Up to this many features the input's product is done step by step, while the gates are in the cache anyway; beyond, its weights would be read too often.</summary>
    private const int MaxFusedInputs = 64;

    /// <summary>From this many rows on: fewer rows of one step do not fill a tile, those of several steps together do.</summary>
    private const int MinFusedRows = 8;

    /// <summary>Places (steps times rows) whose gates are worked on together outside of the steps: few enough to be in the cache still.</summary>
    private const int ChunkPlaces = 128;

    /// <summary>Gradients this small can move no weight: the backward pass ends there, and spares the slow arithmetic of denormal numbers.</summary>
    private const float NegligibleGradient = 1e-30f;

    private readonly RecurrentLayer _layer;
    private readonly bool _training;
    private readonly AlignedBuffer _gates, _states, _cells, _gradient, _product, _held, _masked, _mask;
    private readonly float[] _maskRows, _biasSums, _reversedInput, _reversedOutput, _reversedInputGradient;
    private int _gateSteps, _gateGroup; // steps whose gates are kept at a time, and from one slab of them to the next

    public RecurrentScratch(RecurrentLayer layer, int maxSteps, int maxRows, bool training)
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

    /// <summary>Steps that the input's product is done for at a time.</summary>
    public int InputSteps { get; private set; }

    /// <summary>Steps that the weights' gradients are gathered over at a time.</summary>
    public int GradientSteps => Math.Max(1, ChunkPlaces / Rows);

    /// <summary>From one group of a slab of states to the next.</summary>
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

    private bool Fused => _layer.InputSize <= MaxFusedInputs && Rows >= MinFusedRows;

    private int StateRow => Rows * MatMul.VectorWidth;

    private Span<float> StateGradient => _gradient.Span[..(_layer.StateSize * _layer.Groups * StateRow)];

    /// <summary>Takes the strides of a block.</summary>
    public void Begin(BlockShape shape, bool fromZero)
    {
        (Rows, FromZero) = (shape.Rows, fromZero);
        InputSteps = shape.Steps <= 1 || Fused ? 1 : Math.Min(shape.Steps, (ChunkPlaces + Rows - 1) / Rows);
        _gateSteps = _training ? Math.Max(1, shape.Steps) : InputSteps;
        _gateGroup = UnitGroups.Stride(_gateSteps * Rows * _layer.SlabRow);
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

    /// <summary>The gates of step t and on.</summary>
    public GateSlabs GatesFrom(int t) => new(_gates.Span[((t < _gateSteps ? t : t % _gateSteps) * Rows * _layer.SlabRow)..], _layer.Slabs, _layer.SlabRow, _gateGroup);

    /// <summary>The states before step t and on, as the recurrent products read them.</summary>
    public Span<float> RecurrentFrom(int t) => (Mask.IsEmpty ? _states : _masked).Span[(StatePlace(t) * StateRow)..];

    /// <summary>The views of step t.</summary>
    public RecurrentStep At(int t)
    {
        int previous = StatePlace(t) * StateRow, next = StatePlace(t + 1) * StateRow, slab = _layer.Groups * StateRow;
        var cells = _cells.Length > 0;
        return new RecurrentStep
        {
            Rows = Rows,
            Groups = _layer.Groups,
            Gates = GatesFrom(t),
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

    /// <summary>Whether the gradients of the states, and those of the outputs <paramref name="dy"/>, are too small to be carried on.</summary>
    public bool Negligible(ReadOnlySpan<float> dy) => VectorOps.AllBelow(StateGradient, NegligibleGradient) && VectorOps.AllBelow(dy, NegligibleGradient);

    public void ClearStateGradient() => StateGradient.Clear();

    /// <summary>The gradient of the states as [S,B,H].</summary>
    public void GetStateGradient(Span<float> target)
    {
        for (var k = 0; k < _layer.StateSize; k++)
            UnitGroups.Gather(Rows, _layer.HiddenSize, StateGradient[(k * _layer.Groups * StateRow)..], StateRow, target[(k * Rows * _layer.HiddenSize)..]);
    }

    /// <summary>Without training, two places serve in turn.</summary>
    private int StatePlace(int t) => _training ? t : t & 1;
}
