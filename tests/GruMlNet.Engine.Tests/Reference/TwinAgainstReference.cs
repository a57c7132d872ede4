// Checks the double-precision twin against a reference case.

using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

internal static class TwinAgainstReference
{
    /// <summary>
    /// Two float64 evaluations in different orders of summation differ by 1e-15 to 1e-13 here; 1e-10 leaves no room for a different formula.
    /// Against a reference computed in float32 over 200 steps, its own rounding decides: 200 steps of 6e-8 each, partly adding up.
    /// </summary>
    public static void Check(RecurrentCase c)
    {
        double tolerance = c.SinglePrecision ? 1e-5 : 1e-10;
        RecurrentTwin gradient = c.Twin.ZeroGradient();
        (double[] y, double[] hn) = c.Twin.Forward(c.T, c.B, c.Lengths, c.X, c.H0);
        (double[] dx, double[] dh0) = c.Twin.Backward(c.T, c.B, c.Lengths, c.X, c.H0, c.Dy, c.Dhn, gradient);

        Agreement.Check($"{c.Name} twin y", y, c.Y, tolerance);
        Agreement.Check($"{c.Name} twin hn", hn, c.Hn, tolerance);
        Agreement.Check($"{c.Name} twin dx", dx, c.Dx, tolerance);
        if (c.Dh0.Length > 0)
            Agreement.Check($"{c.Name} twin dh0", dh0, c.Dh0, tolerance);
        foreach ((string name, double[] values) in gradient.Parameters)
            Agreement.Check($"{c.Name} twin d{name}", values, c.Gradients[name], tolerance);
    }
}
