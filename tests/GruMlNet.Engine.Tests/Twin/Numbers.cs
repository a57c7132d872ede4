// Random test data from explicit seeds, and conversions between the twin's doubles and the engine's floats.

namespace GruMlNet.Engine.Tests.Twin;

internal static class Numbers
{
    /// <summary>Uniform in [-scale, scale], rounded to float so that engine and twin start from equal values.</summary>
    public static double[] Uniform(Random random, int count, double scale = 1)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(scale * (2 * random.NextDouble() - 1));
        return values;
    }

    public static void Fill(Random random, double[] values, double scale = 1) => Uniform(random, values.Length, scale).CopyTo(values, 0);

    public static float[] ToFloat(double[] values) => Array.ConvertAll(values, v => (float)v);

    public static double[] ToDouble(ReadOnlySpan<float> values)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = values[i];
        return result;
    }

    public static double Dot(double[] a, double[] b) => a.Zip(b, (u, v) => u * v).Sum();
}
