// The dense twin's gradients by finite differences.

namespace GruMlNet.Engine.Tests.Twin;

public class DenseTwinGradientTests
{
    [Theory]
    [InlineData(Activation.None, true, 1, 1, 1)]
    [InlineData(Activation.Relu, true, 5, 7, 3)]
    [InlineData(Activation.Tanh, true, 1, 33, 7)]
    [InlineData(Activation.Sigmoid, true, 3, 7, 33)]
    [InlineData(Activation.None, false, 2, 3, 5)]
    public void Backward_EveryActivation_MatchesFiniteDifferences(Activation activation, bool bias, int rows, int I, int O)
    {
        var random = new Random(O);
        DenseTwin twin = new(I, O, activation, bias), gradient = new(I, O, activation, bias);
        Numbers.Fill(random, twin.Weight);
        Numbers.Fill(random, twin.Bias);
        double[] x = Numbers.Uniform(random, rows * I);
        double[] dy = Numbers.Uniform(random, rows * O);
        double Loss() => Numbers.Dot(twin.Forward(rows, x), dy);

        double[] dx = twin.Backward(rows, x, dy, gradient);
        FiniteDifferences.Check("x", x, dx, Loss);
        FiniteDifferences.Check("weight", twin.Weight, gradient.Weight, Loss);
        FiniteDifferences.Check("bias", twin.Bias, gradient.Bias, Loss);
    }
}
