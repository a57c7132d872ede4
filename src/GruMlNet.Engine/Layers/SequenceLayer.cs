// What every layer over sequences offers: shapes, a forward pass, a backward pass.
namespace GruMlNet.Engine.Layers;

/// <summary>
/// The shape of one block of sequences: <see cref="Rows"/> sequences of up to <see cref="Steps"/> steps. Buffers are
/// [T,B,·], time first; a row's steps from its length on are padding: layers write zeros there,
/// and what they read there does not matter as long as it is finite.
/// </summary>
internal readonly ref struct BlockShape(int steps, int rows, ReadOnlySpan<int> lengths = default)
{
    public int Steps { get; } = steps;

    public int Rows { get; } = rows;

    /// <summary>Valid steps of each row, 0 to <see cref="Steps"/>; empty where every row is full.</summary>
    public ReadOnlySpan<int> Lengths { get; } = lengths;

    /// <summary>All T·B places of the block.</summary>
    public int Places => Steps * Rows;

    public int LengthOf(int row) => Lengths.IsEmpty ? Steps : Lengths[row];
}

/// <summary>Scratch and saved activations of one layer for one block; belongs to one thread at a time.</summary>
internal abstract class LayerState
{
    /// <summary>Picks the dropout masks of the next pass, those of layers within included; 0 switches dropout off, as for inference.</summary>
    public virtual ulong DropoutSeed { protected get; set; }
}

/// <summary>
/// A layer from sequences to sequences. It owns no parameters, only their places in a flat array and copies packed for
/// the kernels; after <see cref="Pack"/> it is read-only, so any number of threads can use it, each with a state of its own.
/// </summary>
internal abstract class SequenceLayer
{
    /// <summary>Features per step coming in, I.</summary>
    public abstract int InputSize { get; }

    /// <summary>Features per step going out.</summary>
    public abstract int OutputSize { get; }

    /// <summary>Width of a recurrent state, H.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Number of [B,H] slabs in the initial and the final state: layer by layer, forward before reverse, all slabs of a cell together (an LSTM's h, then its c).</summary>
    public abstract int StateSize { get; }

    /// <summary>Takes over changed parameters. Not thread-safe: call it while no pass is running.</summary>
    public abstract void Pack(ReadOnlySpan<float> parameters);

    /// <summary>After <see cref="Pack"/> of weights rounded to bfloat16: lets single rows read them in 16 bits.</summary>
    public abstract void KeepPairs();

    /// <summary>Makes the scratch for blocks of up to the given size.</summary>
    public abstract LayerState CreateState(int maxSteps, int maxRows, bool training);

    /// <summary>Runs the block and keeps in <paramref name="state"/> what the backward pass needs.</summary>
    /// <param name="shape">Steps, rows and lengths.</param>
    /// <param name="x">[T,B,I].</param>
    /// <param name="h0">[S,B,H], or empty for zeros.</param>
    /// <param name="y">[T,B,OutputSize], overwritten; or empty if only the final state is wanted, of layers that run in one direction.</param>
    /// <param name="hn">[S,B,H], the state after each row's last valid step, overwritten; or empty.</param>
    /// <param name="state">From <see cref="CreateState"/>.</param>
    public abstract void Forward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> h0, Span<float> y, Span<float> hn, LayerState state);

    /// <summary>Back-propagates through the block that <paramref name="state"/> last ran forward.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="x">As in the forward pass.</param>
    /// <param name="dy">[T,B,OutputSize], or empty for zeros; padding is ignored.</param>
    /// <param name="dhn">[S,B,H], or empty for zeros.</param>
    /// <param name="dx">[T,B,I], overwritten; or empty if not needed.</param>
    /// <param name="dh0">[S,B,H], overwritten; or empty if not needed.</param>
    /// <param name="sums">The sums of gradients (<see cref="Networks.ParameterLayout.SumCount"/>); this layer's part is added to.</param>
    /// <param name="state">The state of the forward pass; its activations are used up.</param>
    public abstract void Backward(BlockShape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> dhn, Span<float> dx, Span<float> dh0, Span<float> sums, LayerState state);
}
