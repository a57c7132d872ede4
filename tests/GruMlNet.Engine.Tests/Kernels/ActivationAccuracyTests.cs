// The vectorised sigmoid and tanh keep the maximum errors that their documentation states.

using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Tests.Kernels;

public class ActivationAccuracyTests
{
    /// <summary>Stated in the documentation of <see cref="Activations"/>.</summary>
    private const double MaximumError = 2e-7;

    [Fact]
    public void Sigmoid_WholeFloatRange_WithinTheStatedError()
        => CheckError(Activations.Sigmoid, x => 1 / (1 + Math.Exp(-x)));

    [Fact]
    public void Tanh_WholeFloatRange_WithinTheStatedError() => CheckError(Activations.Tanh, Math.Tanh);

    /// <summary>A tanh formed as 1 - 2/(e^2x + 1) would lose all digits here. Four roundings of 6e-8 and the polynomial's own of up to 6e-7 of the result.</summary>
    [Fact]
    public void Tanh_SmallArguments_KeepsRelativePrecision()
    {
        float[] x = [.. Enumerable.Range(0, 4000).Select(i => (i % 2 == 0 ? 1 : -1) * MathF.Pow(10, -6f + 6f * i / 4000))];
        float[] y = [.. x];
        Activations.Tanh(y);
        for (int i = 0; i < x.Length; i++)
            Assert.InRange(Math.Abs(y[i] / Math.Tanh(x[i]) - 1), 0, 1e-6);
    }

    [Theory]
    [InlineData(float.PositiveInfinity, 1f, 1f)]
    [InlineData(float.NegativeInfinity, 0f, -1f)]
    [InlineData(float.MaxValue, 1f, 1f)]
    [InlineData(float.MinValue, 0f, -1f)]
    [InlineData(0f, 0.5f, 0f)]
    [InlineData(float.NaN, float.NaN, float.NaN)]
    public void SigmoidTanh_SpecialValues_SaturateOrStayNaN(float x, float sigmoid, float tanh)
    {
        // 37 values: whole vectors of every width, and a remainder.
        float[] s = [.. Enumerable.Repeat(x, 37)], t = [.. s];
        Activations.Sigmoid(s);
        Activations.Tanh(t);
        // The smallest value the vector code gives is 1/(1 + e^87).
        Assert.All(s, v => Assert.Equal(sigmoid, v, 1e-37f));
        Assert.All(t, v => Assert.Equal(tanh, v));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(2, 33)]
    public void Softmax_LargeArguments_SumsToOneInDoubleProportions(int rows, int columns)
    {
        var random = new Random(columns);
        // Arguments around ±1000 overflow unless the largest is taken away first.
        float[] x = [.. Enumerable.Range(0, rows * columns).Select(i => (i % rows == 0 ? 1000f : -1000f) + 10 * random.NextSingle())];
        float[] y = [.. x];
        Activations.Softmax(rows, columns, y);
        for (int b = 0; b < rows; b++)
        {
            double[] e = [.. x.AsSpan(b * columns, columns).ToArray().Select(v => Math.Exp(v - x.Skip(b * columns).Take(columns).Max()))];
            for (int c = 0; c < columns; c++)
                // MathF.Exp and one division: a few roundings of 6e-8 of a value of at most 1.
                Assert.Equal(e[c] / e.Sum(), y[b * columns + c], 5e-7);
        }
    }

    private delegate void Kernel(Span<float> values);

    private static void CheckError(Kernel kernel, Func<double, double> exact)
    {
        float[] x = [.. Sweep()];
        float[] y = [.. x];
        kernel(y);
        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Math.Abs(y[i] - exact(x[i]));
            if (!(error <= worst))      // a NaN, too
                (worst, worstAt) = (error, x[i]);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"maximum error {worst:E3} at {worstAt:R} with vectors of {MatMul.VectorWidth} floats");
        Assert.DoesNotContain(y, float.IsNaN);
        Assert.True(worst <= MaximumError, $"error {worst:G3} at {worstAt:R}");
    }

    /// <summary>A fine grid where the functions bend, coarser beyond, and every exponent of both signs.</summary>
    private static IEnumerable<float> Sweep()
    {
        for (int i = -400_000; i <= 400_000; i++)
            yield return i * 5e-5f;
        for (int i = -20_000; i <= 20_000; i++)
            yield return i * 0.01f;
        for (int bits = 0; bits < 255 << 23; bits += 1 << 17)
        {
            yield return BitConverter.Int32BitsToSingle(bits);
            yield return -BitConverter.Int32BitsToSingle(bits);
        }
    }
}
