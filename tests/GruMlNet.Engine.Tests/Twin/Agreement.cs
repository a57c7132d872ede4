// How two arrays of numbers are compared, and what is said when they differ.

namespace GruMlNet.Engine.Tests.Twin;

internal static class Agreement
{
    /// <summary>
    /// max|a - b| / max|b| over one tensor: the error relative to the tensor's own scale. There is no floor of 1, so small tensors are judged as strictly as large ones; elements far below
    /// their tensor's largest are not judged by their own size, because a float32 sum of large terms that cancel cannot keep it.
    /// </summary>
    public static double RelativeError(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double smallestScale = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0, scale = smallestScale;
        for (int i = 0; i < actual.Length; i++)
        {
            double d = Math.Abs(actual[i] - expected[i]);
            if (double.IsNaN(d))
                return double.NaN;
            difference = Math.Max(difference, d);
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }
        return scale == 0 ? difference : difference / scale;
    }

    public static double Check(string what, ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        double error = RelativeError(actual, expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: relative error {error:E2} (at most {tolerance:E2})");
        Assert.True(error <= tolerance, $"{what}: relative error {error:G4} exceeds {tolerance:G4}");
        return error;
    }

    public static double Check(string what, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance)
        => Check(what, Numbers.ToDouble(actual), expected, tolerance);

    /// <summary>
    /// For random cases by the thousand: without a line in the test's output, and relative to at least 0.1. Values are of size 0.1 to 10 there, and a tensor of one element is now and then
    /// the small rest of terms that cancel, which float32 knows no better than the terms.
    /// </summary>
    public static void CheckRandom(string what, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        double error = RelativeError(Numbers.ToDouble(actual), expected, smallestScale: 0.1);
        Assert.True(error <= tolerance, $"{what}: relative error {error:G4} exceeds {tolerance:G4}");
    }
}
