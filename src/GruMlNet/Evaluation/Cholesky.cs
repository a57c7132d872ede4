using System.Numerics.Tensors;

namespace GruMlNet.Evaluation;

internal static class Cholesky
{
    /// <summary>
    /// Solves A·X = B in place of B. A is symmetric and positive definite, its lower triangle row by row, and is overwritten by its factor; B has <paramref name="columns"/> columns, row by row.
    /// </summary>
    internal static void Solve(Span<double> a, int size, Span<double> b, int columns)
    {
        for (int i = 0; i < size; i++)
        {
            Span<double> row = a.Slice(i * size, i + 1);
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> other = a.Slice(j * size, j + 1);
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], other[..j])) / other[j];
            }

            row[i] = Math.Sqrt(row[i] - TensorPrimitives.SumOfSquares<double>(row[..i]));
        }

        for (int i = 0; i < size; i++)
        {
            Span<double> row = b.Slice(i * columns, columns);
            for (int j = 0; j < i; j++)
                TensorPrimitives.MultiplyAdd(b.Slice(j * columns, columns), -a[i * size + j], row, row);
            TensorPrimitives.Divide(row, a[i * size + i], row);
        }

        for (int i = size - 1; i >= 0; i--)
        {
            Span<double> row = b.Slice(i * columns, columns);
            TensorPrimitives.Divide(row, a[i * size + i], row);
            for (int j = 0; j < i; j++)
                TensorPrimitives.MultiplyAdd(row, -a[i * size + j], b.Slice(j * columns, columns), b.Slice(j * columns, columns));
        }
    }
}
