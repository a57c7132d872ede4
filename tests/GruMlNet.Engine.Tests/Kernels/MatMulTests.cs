// The product against plain loops in double precision, and the promises of its summation order.

using System.Runtime.Intrinsics;
using CsCheck;
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Kernels;

public unsafe class MatMulTests
{
    /// <summary>Random shapes, both strides of both operands, every panel width. Error of a float32 sum: about depth times 6e-8 at worst; 1e-5 of the largest result.</summary>
    [Fact]
    public void Multiply_RandomShapes_EqualsDouble()
        => Gen.Select(Gen.Int[1, 150], Gen.Int[1, 110], Gen.Int[1, 300], Gen.Int[1, 3], Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 2]), Gen.Int[0, 1000]).Sample(
            (rows, columns, depth, panelVectors, options, seed) =>
            {
                (bool transposedLeft, bool transposedRight, int start) = options;
                var random = new Random(seed);
                (int row, int step) = transposedLeft ? (1, rows + 3) : (depth + 2, 1);
                float[] a = Random(random, (rows - 1) * row + (depth - 1) * step + 1), source = Random(random, depth * columns);
                (int bDepth, int bColumn) = transposedRight ? (1, depth) : (columns, 1);
                PackedMatrix b = new(depth + 5, columns, panelVectors);
                b.Pack(source, depth, bDepth, bColumn);
                float[] c = Random(random, rows * columns), before = [.. c], bias = start == 1 ? Random(random, b.PaddedColumns) : [];

                MatMul.Multiply(rows, new LeftOperand(a, row, step, depth), b, bias, c, add: start == 2);

                double[] exact = new double[c.Length];
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        double sum = start == 2 ? before[i * columns + j] : start == 1 ? bias[j] : 0;
                        for (int k = 0; k < depth; k++)
                            sum += (double)a[i * row + k * step] * source[k * bDepth + j * bColumn];
                        exact[i * columns + j] = sum;
                    }
                }
                Assert.InRange(Agreement.RelativeError(Numbers.ToDouble(c), exact), 0, 1e-5);
            },
            iter: 300);

    [Fact]
    public void Multiply_RowsTogetherOrAlone_SameBits()
    {
        const int rows = 15, depth = 37;
        int columns = 7 * MatMul.VectorWidth + 1;
        var random = new Random(1);
        float[] a = Random(random, rows * depth), together = new float[rows * columns], alone = new float[columns];
        PackedMatrix b = new(depth, columns);
        b.Pack(Random(random, depth * columns), depth, columns, 1);
        MatMul.Multiply(rows, new LeftOperand(a, depth, 1, depth), b, default, together);
        for (int i = 0; i < rows; i++)
        {
            MatMul.Multiply(1, new LeftOperand(a.AsSpan(i * depth, depth), depth, 1, depth), b, default, alone);
            Assert.Equal(together[(i * columns)..((i + 1) * columns)], alone);
        }
    }

    [Fact]
    public void Multiply_OperandTooShort_IsRefused()
    {
        PackedMatrix b = new(4, 5);
        b.Pack(new float[20], 4, 5, 1);
        Assert.Throws<ArgumentException>(() => MatMul.Multiply(3, new LeftOperand(new float[11], 4, 1, 4), b, default, new float[15]));
        Assert.Throws<ArgumentException>(() => MatMul.Multiply(3, new LeftOperand(new float[12], 4, 1, 4), b, default, new float[14]));
        Assert.Throws<ArgumentException>(() => MatMul.Multiply(3, new LeftOperand(new float[12], 4, 1, 4), b, new float[1], new float[15]));
        Assert.Throws<ArgumentException>(() => MatMul.Multiply(3, new LeftOperand(new float[3000], 1000, 1, 1000), b, default, new float[15]));
    }

    /// <summary>Every shape of tile and every width of vector, whether or not this machine has such registers.</summary>
    [Fact]
    public void Tile_EveryShapeAndWidth_EqualsDouble()
    {
        Shapes<Lanes1, float>();
        Shapes<Lanes128, Vector128<float>>();
        Shapes<Lanes256, Vector256<float>>();
        Shapes<Lanes512, Vector512<float>>();

        static void Shapes<L, V>() where L : struct, ILanes<V> where V : struct
        {
            Columns<L, V, One>();
            Columns<L, V, Four>();
            Columns<L, V, Eight>();
        }

        static void Columns<L, V, R>() where L : struct, ILanes<V> where V : struct where R : struct, INumber
        {
            Check<L, V, R, One>();
            Check<L, V, R, Two>();
            Check<L, V, R, Three>();
        }

        static void Check<L, V, R, N>() where L : struct, ILanes<V> where V : struct where R : struct, INumber where N : struct, INumber
        {
            const int run = 5, groups = 3, depth = run * groups;
            int w = L.Width, columns = N.Value * w, row = 2, step = 20, group = 150;
            var random = new Random(w);
            float[] a = Random(random, 1000), b = Random(random, depth * (columns + 3)), start = Random(random, 8 * columns), c = new float[8 * 2 * columns];
            fixed (float* pa = a, pb = b, ps = start, pc = c)
                Tile<L, V, R, N>.Multiply(pa, new TileLeft(row, step, run, groups, group), pb, columns + 3, ps, columns, w, pc, 2 * columns, w);
            for (int i = 0; i < R.Value; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    double sum = start[i * columns + j];
                    for (int k = 0; k < depth; k++)
                        sum += (double)a[i * row + k / run * group + k % run * step] * b[k * (columns + 3) + j];
                    Assert.Equal(sum, c[i * 2 * columns + j], 1e-5);
                }
                Assert.All(c.AsSpan(i * 2 * columns + columns, columns).ToArray(), v => Assert.Equal(0f, v));
            }
        }
    }

    private static float[] Random(Random random, int count) => Numbers.ToFloat(Numbers.Uniform(random, count));
}
