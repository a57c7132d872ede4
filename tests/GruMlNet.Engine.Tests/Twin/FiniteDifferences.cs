// Central finite differences: the judge of every analytic gradient.

namespace GruMlNet.Engine.Tests.Twin;

internal static class FiniteDifferences
{
    /// <summary>
    /// Step 1e-5 in double: the cut-off error is about step²/6 times the third derivative (1e-11) and the rounding error about 1e-16/step times the value (1e-11 to 1e-10).
    /// </summary>
    private const double Step = 1e-5;

    /// <summary>Ten times the two errors above for values up to about ten; a wrong term in a gradient is off by 1e-3 or more.</summary>
    public const double Tolerance = 2e-8;

    /// <summary>
    /// Compares <paramref name="gradient"/> with differences of <paramref name="loss"/> at every value of <paramref name="parameters"/>, or at <paramref name="most"/> spread over it.
    /// </summary>
    public static void Check(string what, double[] parameters, double[] gradient, Func<double> loss, int most = int.MaxValue)
    {
        Assert.Equal(parameters.Length, gradient.Length);
        int stride = Math.Max(1, (parameters.Length + most - 1) / most);
        for (int i = 0; i < parameters.Length; i += stride)
        {
            double kept = parameters[i];
            parameters[i] = kept + Step;
            double above = loss();
            parameters[i] = kept - Step;
            double below = loss();
            parameters[i] = kept;
            double difference = (above - below) / (2 * Step);
            double error = Math.Abs(gradient[i] - difference) / Math.Max(1, Math.Abs(difference));
            Assert.True(error <= Tolerance, $"{what}[{i}]: analytic {gradient[i]:G9}, finite difference {difference:G9}, relative error {error:G3}");
        }
    }
}
