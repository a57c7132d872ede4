// Runs a reference training case with the engine's parts: recurrent layer, dense layer, loss, clipping, optimizer.

using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Layers;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

internal static class EngineTrajectory
{
    /// <summary>
    /// Elementwise relative error of each of the 50 losses and gradient norms. A step's float32 error (about 1e-6) moves the weights and so all later losses, which fall to a quarter or
    /// a hundredth of the first: 4e-6 was measured with fused multiply-add, 1.3e-5 without. A wrong moment, decay or clip shows at the second or third step with 1e-3.
    /// </summary>
    public const double Tolerance = 5e-5;

    public static void Check(TrainCase c)
    {
        var layout = new ParameterLayout();
        SequenceLayer recurrent = EngineRun.MakeCell(layout, CellTwin.Create(c.Cell, c.I, c.H), "l0");
        var head = new DenseLayer(layout, "head", c.H, c.O, Activation.None);
        float[] parameters = new float[layout.Count], gradient = new float[layout.Count], sums = new float[layout.SumCount];
        Assert.Equal(c.Initial.Keys.Order(), layout.Slices.Select(s => s.Name).Order());
        foreach ((string name, double[] values) in c.Initial)
            Numbers.ToFloat(values).CopyTo(layout.Find(name).Of(parameters.AsSpan()));

        Optimizer optimizer = c.Optimizer == "SGD"
            ? new SgdOptimizer(layout.Count, (float)c.Momentum)
            : new AdamOptimizer(layout.Count, weightDecay: (float)c.WeightDecay);
        float[] x = Numbers.ToFloat(c.X), target = Numbers.ToFloat(c.Target);
        LayerState state = recurrent.CreateState(c.T, c.B, training: true);
        DenseLayer.State headState = head.CreateState(c.B, training: true);
        float[] y = new float[c.T * c.B * c.H], final = new float[recurrent.StateSize * c.B * c.H], dFinal = new float[final.Length], output = new float[c.B * c.O], dOutput = new float[c.B * c.O];
        int last = final.Length - c.B * c.H;      // where the head's input begins: see TrainCase

        double worst = 0;
        for (int step = 0; step < c.Losses.Length; step++)
        {
            recurrent.Pack(parameters);
            head.Pack(parameters);
            recurrent.Forward(new BlockShape(c.T, c.B), x, [], y, final, state);
            head.Forward(c.B, final.AsSpan(last), output);
            double loss = new SquaredLoss().Evaluate(c.B, output, target, [], 1f / (c.B * c.O), dOutput) / (c.B * c.O);
            Array.Clear(sums);
            head.Backward(c.B, final.AsSpan(last), output, dOutput, dFinal.AsSpan(last), sums, headState);
            recurrent.Backward(new BlockShape(c.T, c.B), x, [], dFinal, [], [], sums, state);
            layout.Collect(sums, gradient);
            double norm = GradientClipping.ClipByGlobalNorm(gradient, (float)c.ClipNorm);
            optimizer.Step(parameters, gradient, (float)c.LearningRate);

            worst = Math.Max(worst, Follow("loss", step, loss, c.Losses[step]));
            worst = Math.Max(worst, Follow("gradient norm", step, norm, c.Norms[step]));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{c.Name} engine losses and norms: relative error {worst:E2}");
        foreach ((string name, double[] expected) in c.Final)
            Agreement.Check($"{c.Name} engine final {name}", layout.Find(name).Of(parameters.AsSpan()), expected, Tolerance);
    }

    private static double Follow(string what, int step, double actual, double expected)
    {
        double error = Math.Abs(actual - expected) / Math.Abs(expected);
        Assert.True(error <= Tolerance, $"{what} before step {step}: {actual:G9} instead of {expected:G9}, relative error {error:G3}");
        return error;
    }
}
