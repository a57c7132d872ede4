// One parity row per kernel: the fast kernel against its plain twin over sizes around every vector width.

using CsCheck;
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Kernels;

public class KernelParityTests
{
    /// <summary>Around 4, 8, 16 and 48 lanes and panels, and far from them.</summary>
    public static TheoryData<int> Sizes => [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 47, 48, 49, 64, 97];

    /// <summary>Gates are at most 1 and their arguments at most about 4 here: two sigmoids and a tanh of 2e-7 each, then products of them.</summary>
    private const double GateTolerance = 2e-6;

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddScaled_EverySize_EqualsPlainTwin(int count)
    {
        var random = new Random(count);
        float[] source = Random(random, count), target = Random(random, count), plain = [.. target];
        VectorOps.AddScaled(target, source, 0.37f);
        ReferenceKernels.AddScaled(plain, source, 0.37f);
        Equal(plain, target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Multiply_EverySize_EqualsPlainTwin(int count)
    {
        var random = new Random(count);
        float[] a = Random(random, count), b = Random(random, count), target = Random(random, count), plain = [.. target];
        VectorOps.AddProduct(target, a, b);
        ReferenceKernels.AddProduct(plain, a, b);
        Equal(plain, target);
        VectorOps.Multiply(target, target, a);
        ReferenceKernels.Multiply(plain, plain, a);
        Equal(plain, target);
        Assert.Throws<ArgumentException>(() => VectorOps.Multiply(target, a.AsSpan(1), b));
        Assert.Throws<ArgumentException>(() => VectorOps.AddProduct(target, a, b.AsSpan(1)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Adam_EverySize_EqualsPlainTwin(int count)
    {
        var random = new Random(count);
        float[] g = Random(random, count), w = Random(random, count), m = Random(random, count), v = [.. Random(random, count).Select(MathF.Abs)];
        float[] w2 = [.. w], m2 = [.. m], v2 = [.. v];
        VectorOps.Adam(w, g, m, v, 0.9f, 0.999f, 1e-8f, 0.01f, 1.3f, 0.002f);
        ReferenceKernels.Adam(w2, g, m2, v2, 0.9f, 0.999f, 1e-8f, 0.01f, 1.3f, 0.002f);
        Equal(w2, w);
        Equal(m2, m);
        Equal(v2, v);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddRows_EverySize_EqualsPlainTwin(int count)
    {
        var random = new Random(count);
        float[] source = Random(random, 4 * (count + 3)), target = Random(random, count), plain = [.. target];
        VectorOps.AddRows(4, count + 3, source, target);
        ReferenceKernels.AddRows(4, count + 3, 0, source, plain);
        Equal(plain, target);
        Assert.Throws<ArgumentException>(() => VectorOps.AddRows(5, count + 3, source, target));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Transpose_EverySize_MovesEveryValue(int count)
    {
        const int depth = 5;
        float[] source = Random(new Random(count), count * depth), across = new float[depth * count], back = new float[source.Length];
        VectorOps.Transpose(source, depth, 1, count, depth, across, count);
        for (int j = 0; j < count; j++)
            for (int k = 0; k < depth; k++)
                Assert.Equal(source[j * depth + k], across[k * count + j]);
        VectorOps.Transpose(across, count, 1, depth, count, back, depth);
        Assert.Equal(source, back);
        Assert.Throws<ArgumentException>(() => VectorOps.Transpose(source.AsSpan(1), depth, 1, count, depth, across, count));
        Assert.Throws<ArgumentException>(() => VectorOps.Transpose(source, depth, 1, count, depth, across.AsSpan(1), count));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void CopyRows_EverySize_MovesWhatItIsToldAndNothingElse(int count)
    {
        const int rows = 5;
        (int sourceRow, int targetRow) = (count + 3, count + 2);
        float[] source = Random(new Random(count), (rows - 1) * sourceRow + count), target = new float[(rows - 1) * targetRow + count + 9], plain = new float[target.Length];
        VectorOps.CopyRows(rows, count, source, sourceRow, target, targetRow);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < count; j++)
                plain[i * targetRow + j] = source[i * sourceRow + j];
        Assert.Equal(plain, target);
        Assert.Throws<ArgumentException>(() => VectorOps.CopyRows(rows, count, source.AsSpan(1), sourceRow, target, targetRow));
        Assert.Throws<ArgumentException>(() => VectorOps.CopyRows(rows, count, source, sourceRow, target.AsSpan(10), targetRow));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SumOfSquares_EverySize_EqualsPlainSum(int count)
    {
        float[] values = Random(new Random(count), count);
        Assert.Equal(values.Sum(v => (double)v * v), VectorOps.SumOfSquares(values), 1e-12);
        // Squares beyond the range of a float are within that of a double.
        values[^1] = 1e30f;
        Assert.Equal(1.0, VectorOps.SumOfSquares(values) / 1e60, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AllBelow_OneValueTooLargeOrNotANumber_IsSeen(int count)
    {
        float[] values = new float[count];
        Assert.True(VectorOps.AllBelow(values, 1e-30f));
        foreach (float bad in new[] { 1e-30f, -1f, float.NaN, float.PositiveInfinity })
        {
            foreach (int i in new[] { 0, count / 2, count - 1 })
            {
                values[i] = bad;
                Assert.False(VectorOps.AllBelow(values, 1e-30f));
                values[i] = 0f;
            }
        }
    }

    private static void Equal(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], GateTolerance);
    }

    private static float[] Random(Random random, int count) => Numbers.ToFloat(Numbers.Uniform(random, count));
}
