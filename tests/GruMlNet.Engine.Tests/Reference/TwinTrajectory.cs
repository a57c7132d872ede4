// Runs a reference training case with the twin: network, loss, clipping and optimizer in double precision.

using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

internal static class TwinTrajectory
{
    /// <summary>50 steps of float64 in another order of summation; Adam divides by the gradient's size, which magnifies rounding of small gradients, but not to 1e-10.</summary>
    private const double Tolerance = 1e-10;

    public static void Check(TrainCase c)
    {
        RecurrentTwin recurrent = RecurrentTwin.Create(c.I, c.H, 1, bidirectional: false, ResetMode.After, BiasMode.Both, cell: c.Cell);
        DenseTwin head = new(c.H, c.O, Activation.None);
        (string Name, double[] Values)[] parameters = [.. recurrent.Parameters, ("head.weight", head.Weight), ("head.bias", head.Bias)];
        foreach ((string name, double[] values) in parameters)
            c.Initial[name].CopyTo(values, 0);
        double[] flat = Flatten(parameters);
        OptimizerTwin optimizer = c.CreateTwin(flat.Length);
        int[] lengths = [.. Enumerable.Repeat(c.T, c.B)];

        double[] losses = new double[c.Losses.Length], norms = new double[c.Losses.Length];
        for (int step = 0; step < losses.Length; step++)
        {
            double[] final = recurrent.Forward(c.T, c.B, lengths, c.X, []).Hn;
            double[] last = final[^(c.B * c.H)..];      // the head's input: see TrainCase
            (double sum, double[] d) = LossTwin.Squared().Evaluate(head.Forward(c.B, last), c.Target, [], 1.0 / (c.B * c.O));
            losses[step] = sum / (c.B * c.O);

            RecurrentTwin dRecurrent = recurrent.ZeroGradient();
            DenseTwin dHead = new(c.H, c.O, Activation.None);
            double[] dFinal = [.. new double[final.Length - last.Length], .. head.Backward(c.B, last, d, dHead)];
            _ = recurrent.Backward(c.T, c.B, lengths, c.X, [], [], dFinal, dRecurrent);
            double[] gradient = Flatten([.. dRecurrent.Parameters, ("head.weight", dHead.Weight), ("head.bias", dHead.Bias)]);
            norms[step] = OptimizerTwin.Clip(gradient, c.ClipNorm);

            optimizer.Step(flat, gradient, c.LearningRate);
            int offset = 0;
            foreach ((_, double[] values) in parameters)
            {
                Array.Copy(flat, offset, values, 0, values.Length);
                offset += values.Length;
            }
        }

        Agreement.Check($"{c.Name} twin losses", losses, c.Losses, Tolerance);
        Agreement.Check($"{c.Name} twin gradient norms", norms, c.Norms, Tolerance);
        foreach ((string name, double[] values) in parameters)
            Agreement.Check($"{c.Name} twin final {name}", values, c.Final[name], Tolerance);
    }

    private static double[] Flatten(IEnumerable<(string Name, double[] Values)> tensors) => [.. tensors.SelectMany(t => t.Values)];
}
