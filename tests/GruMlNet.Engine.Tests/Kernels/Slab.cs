using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Tests.Kernels;

/// <summary>
/// Values by row, block and unit, [B,N,H], and the same in the slabs that the kernels work on: <c>perGroup</c> slabs to a group of units, with a gap
/// after each, whose values must not change.
/// </summary>
internal sealed class Slab
{
    private const float Mark = 7.25f;
    private readonly int rows, blocks, units, perGroup, vectors;

    public Slab(int rows, int blocks, int units, Func<int, float> value, int perGroup = 1, int gap = 5)
    {
        (this.rows, this.blocks, this.units, this.perGroup, vectors) = (rows, blocks, units, perGroup, blocks / perGroup);
        Group = rows * vectors * MatMul.VectorWidth + gap;
        Plain = [.. Enumerable.Range(0, rows * blocks * units).Select(value)];
        Values = new float[UnitGroups.Of(units) * perGroup * Group];
        for (int i = rows * vectors * MatMul.VectorWidth; i < Values.Length; i += Group)
            Values.AsSpan(i, gap).Fill(Mark);
        for (int b = 0; b < rows; b++)
            for (int n = 0; n < blocks; n++)
                for (int j = 0; j < units; j++)
                    Values[Place(b, n, j)] = Plain[At(b, n, j)];
    }

    public float[] Plain { get; }

    public float[] Values { get; }

    public int Group { get; }

    public ref float this[int b, int n, int j] => ref Plain[At(b, n, j)];

    /// <summary>Both sides hold the same; the gaps and the units beyond H are untouched.</summary>
    public void Check(double tolerance)
    {
        for (int b = 0; b < rows; b++)
            for (int n = 0; n < blocks; n++)
                for (int j = 0; j < units; j++)
                    Assert.Equal(Plain[At(b, n, j)], Values[Place(b, n, j)], tolerance);
        for (int i = rows * vectors * MatMul.VectorWidth; i < Values.Length; i += Group)
            Assert.All(Values[i..Math.Min(Values.Length, i + Group - rows * vectors * MatMul.VectorWidth)], v => Assert.Equal(Mark, v));
    }

    private int At(int b, int n, int j) => (b * blocks + n) * units + j;

    private int Place(int b, int n, int j) =>
        (j / MatMul.VectorWidth * perGroup + n / vectors) * Group + (b * vectors + n % vectors) * MatMul.VectorWidth + j % MatMul.VectorWidth;
}
