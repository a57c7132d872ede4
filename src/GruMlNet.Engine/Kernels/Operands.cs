// How the operands of a product lie in memory.
namespace GruMlNet.Engine.Kernels;

/// <summary>
/// The left operand [rows, Run·Groups]: element (i, k) with k = g·Run + j lies at i·Row + g·Group + j·Step of the values.
/// One group and Step 1 are the rows of an ordinary matrix; one group and Row 1 are its columns.
/// </summary>
/// <param name="values">From the first element on.</param>
/// <param name="row">From one row to the next.</param>
/// <param name="step">From one element of a run to the next.</param>
/// <param name="run">Elements of a run.</param>
/// <param name="groups">Runs of a row; 0: the product adds nothing.</param>
/// <param name="group">From one run to the next.</param>
internal readonly ref struct LeftOperand(ReadOnlySpan<float> values, int row, int step, int run, int groups = 1, int group = 0)
{
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>How a tile walks along its rows.</summary>
    public readonly TileLeft Strides = new(row, step, run, groups, group);

    public int Depth { get; } = run * groups;

    /// <summary>Rows that lie <c>Row</c> apart, before a jump to the next bundle of them; all of them unless said otherwise.</summary>
    public int BundleRows { get; init; } = int.MaxValue;

    /// <summary>From one bundle of rows to the next.</summary>
    public int Bundle { get; init; }

    private nint RowStart(int i) => i < BundleRows ? i * Strides.Row : i / BundleRows * (nint)Bundle + i % BundleRows * Strides.Row;

    /// <summary>The operand from row <paramref name="i"/> on; for operands in one bundle.</summary>
    public LeftOperand From(int i)
    {
        var s = Strides;
        return new LeftOperand(Depth == 0 ? default : Values[(int)RowStart(i)..], (int)s.Row, (int)s.Step, (int)s.Run, (int)s.Groups, (int)s.Group);
    }

    public void Check(int rows)
    {
        if (Depth == 0) return;
        var s = Strides;
        var last = RowStart(rows - 1) + (s.Groups - 1) * s.Group + (s.Run - 1) * s.Step;
        if (last >= Values.Length) throw new ArgumentException($"The left operand of a product needs {last + 1} values, got {Values.Length}.", nameof(rows));
    }
}

/// <summary>
/// The right operand [depth, columns] in panels of some vectors side by side (1 to 3); the last panel may have fewer.
/// </summary>
/// <param name="values">From the first vector on.</param>
/// <param name="panels">Number of panels.</param>
/// <param name="vectors">Vectors of a panel.</param>
/// <param name="lastVectors">Vectors of the last one.</param>
/// <param name="row">From one element of the summed dimension to the next, in a panel.</param>
/// <param name="panel">From one panel to the next.</param>
internal readonly ref struct RightOperand(ReadOnlySpan<float> values, int panels, int vectors, int lastVectors, int row, int panel)
{
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>The same panels in 16 bits, two by two in the place of one (<see cref="BFloat16Pair"/>), where a single row is to read those; else empty.</summary>
    public ReadOnlySpan<float> Pairs { get; init; }

    public int Panels { get; } = panels;

    public int Vectors { get; } = vectors;

    public int LastVectors { get; } = lastVectors;

    public nint Row { get; } = row;

    public nint Panel { get; } = panel;

    public int VectorsOf(int p) => p == Panels - 1 ? LastVectors : Vectors;

    /// <summary>Checks that there are so many panels of so many vectors, each <paramref name="depth"/> deep.</summary>
    public void CheckPanels(int panels, int vectors, int depth)
    {
        if (Panels != panels || Vectors != vectors || LastVectors != vectors)
            throw new ArgumentException($"A step of one row needs {panels} panels of {vectors} vectors, got {Panels} of {Vectors} and {LastVectors} in the last.", nameof(panels));
        Check(depth);
    }

    public void Check(int depth)
    {
        if (depth == 0) return;
        var last = (Panels - 1) * Panel + (depth - 1) * Row + LastVectors * MatMul.VectorWidth - 1;
        if (last >= Values.Length || (!Pairs.IsEmpty && Pairs.Length < Panels / 2 * Panel)) throw new ArgumentException($"The right operand of a product needs {last + 1} values, got {Values.Length}.", nameof(depth));
    }
}

/// <summary>Where the vectors of a result lie, or what they start from: row i, vector v of panel p at i·Row + p·Panel + v·Column.</summary>
/// <param name="values">From the first vector on.</param>
/// <param name="row">From one row to the next; 0 for a start that all rows share.</param>
/// <param name="panel">From one panel of the right operand to the next.</param>
/// <param name="column">From one vector of a panel to the next.</param>
internal readonly ref struct VectorGrid(Span<float> values, int row, int panel, int column)
{
    public Span<float> Values { get; } = values;

    public nint Row { get; } = row;

    public nint Panel { get; } = panel;

    public nint Column { get; } = column;

    public void Check(int rows, in RightOperand b, string what)
    {
        if (b.Panels == 0) return;
        var whole = b.Panels > 1 ? (b.Panels - 2) * Panel + (b.Vectors - 1) * Column : 0;
        var last = (rows - 1) * Row + Math.Max(whole, (b.Panels - 1) * Panel + (b.LastVectors - 1) * Column) + MatMul.VectorWidth - 1;
        if (last >= Values.Length) throw new ArgumentException($"The {what} of a product needs {last + 1} values, got {Values.Length}.", nameof(rows));
    }
}
