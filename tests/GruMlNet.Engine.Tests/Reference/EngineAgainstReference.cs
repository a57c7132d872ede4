// Checks the engine's recurrent layers against a reference case.

using GruMlNet.Engine.Tests.Layers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

internal static class EngineAgainstReference
{
    /// <summary>
    /// What the product promises: 1e-5 for outputs and 1e-4 for gradients. Errors are relative to each tensor's largest value (see <see cref="Agreement.RelativeError"/>), which is stricter
    /// than relative to max(1, ·) wherever that value is below 1. Long sequences, and references that are float32 themselves, need this much.
    /// </summary>
    public const double PromisedForward = 1e-5;

    public const double PromisedGradient = 1e-4;

    /// <summary>
    /// What holds for up to ten steps against a float64 reference: float32 rounds at 6e-8, sigmoid and tanh are good to 2e-7, and a few such errors add up. Four times the largest
    /// error measured with any instruction set, so that a loss of precision in a kernel shows.
    /// </summary>
    public const double Tight = 3e-6;

    public static void Check(RecurrentCase c, double forwardTolerance, double gradientTolerance)
    {
        var engine = new EngineRun(c.Twin);
        EngineResult r = engine.Run(c.T, c.B, c.Lengths, c.X, c.H0, c.Dy, c.Dhn);

        Agreement.Check($"{c.Name} engine y", r.Y, c.Y, forwardTolerance);
        Agreement.Check($"{c.Name} engine hn", r.Hn, c.Hn, forwardTolerance);
        Agreement.Check($"{c.Name} engine dx", r.Dx, c.Dx, gradientTolerance);
        if (c.Dh0.Length > 0)
            Agreement.Check($"{c.Name} engine dh0", r.Dh0, c.Dh0, gradientTolerance);
        foreach ((string name, double[] expected) in c.Gradients)
            Agreement.Check($"{c.Name} engine d{name}", engine.Find(r.Gradient, name), expected, gradientTolerance);
    }
}
