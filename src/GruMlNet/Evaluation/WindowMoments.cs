namespace GruMlNet.Evaluation;

/// <summary>
/// Sums and products over all windows of a width: what a regression on sliding windows needs. Neighbouring products differ by their first and last term only,
/// so a series costs width·(length + width) instead of width²·length.
/// </summary>
internal sealed class WindowMoments(int width)
{
    private readonly double[] products = new double[width * width];
    private readonly double[] sums = new double[width];

    /// <summary>How many windows were added.</summary>
    internal long Count { get; private set; }

    internal void Add(ReadOnlySpan<double> values)
    {
        int windows = values.Length - width + 1;
        Count += windows;
        double sum = 0;
        for (int t = 0; t < windows; t++)
            sum += values[t];
        for (int i = 0; i < width; i++)
        {
            sums[i] += sum;
            if (i + 1 < width)
                sum += values[windows + i] - values[i];
        }

        for (int distance = 0; distance < width; distance++)
        {
            double product = System.Numerics.Tensors.TensorPrimitives.Dot(values[..windows], values.Slice(distance, windows));
            for (int i = 0; i + distance < width; i++)
            {
                products[(i + distance) * width + i] += product;
                if (i + distance + 1 < width)
                    product += values[windows + i] * values[windows + i + distance] - values[i] * values[i + distance];
            }
        }
    }

    /// <summary>Sum over the windows of (xᵢ − x₀)(xⱼ − x₀), 0 being the place <paramref name="origin"/>, less what their means explain.</summary>
    internal double OfDifferences(int i, int j, int origin)
        => Product(i, j) - Product(i, origin) - Product(j, origin) + Product(origin, origin) - Count * MeanDifference(i, origin) * MeanDifference(j, origin);

    /// <summary>Mean over the windows of xᵢ − x₀.</summary>
    internal double MeanDifference(int i, int origin) => (sums[i] - sums[origin]) / Count;

    private double Product(int i, int j) => products[Math.Max(i, j) * width + Math.Min(i, j)];
}
