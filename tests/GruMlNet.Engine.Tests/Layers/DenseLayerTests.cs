// The dense layer against its double-precision twin.

using CsCheck;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Layers;

public class DenseLayerTests
{
    /// <summary>Sums of at most 80 products in float32, then an activation good to 2e-7.</summary>
    private const double Tolerance = 5e-6;

    [Fact]
    public void ForwardBackward_RandomShapesAndActivations_EqualTwin()
        => Gen.Select(Gen.Int[1, 20], Gen.Int[1, 80], Gen.Int[1, 80], Gen.Enum<Activation>(), Gen.Bool, Gen.Int[0, 9999]).Sample(
            (rows, I, O, activation, bias, seed) =>
            {
                var random = new Random(seed);
                DenseTwin twin = new(I, O, activation, bias), expected = new(I, O, activation, bias);
                Numbers.Fill(random, twin.Weight, 0.5);
                Numbers.Fill(random, twin.Bias, 0.5);
                double[] x = Numbers.Uniform(random, rows * I), dy = Numbers.Uniform(random, rows * O);
                // Relu's gradient jumps where its argument is 0: leave out what float32 could put on the other side.
                if (activation == Activation.Relu && Arguments(twin, rows, x).Any(a => Math.Abs(a) < 1e-5))
                    return;
                double[] y = twin.Forward(rows, x);
                double[] dx = twin.Backward(rows, x, dy, expected);

                var layout = new ParameterLayout();
                var layer = new DenseLayer(layout, "d", I, O, activation, bias);
                Assert.Equal(bias ? ["d.weight", "d.bias"] : ["d.weight"], layout.Slices.Select(s => s.Name));
                float[] parameters = Numbers.ToFloat([.. twin.Weight, .. twin.Bias]), gradient = new float[layout.Count];
                float[] actualY = new float[rows * O], actualDx = [.. Enumerable.Repeat(float.NaN, rows * I)];
                layer.Pack(parameters);
                layer.Forward(rows, Numbers.ToFloat(x), actualY);
                layer.Backward(rows, Numbers.ToFloat(x), actualY, Numbers.ToFloat(dy), actualDx, gradient, layer.CreateState(rows, training: true));

                Agreement.CheckRandom("y", actualY, y, Tolerance);
                Agreement.CheckRandom("dx", actualDx, dx, Tolerance);
                Agreement.CheckRandom("dweight", gradient.AsSpan(0, O * I), expected.Weight, Tolerance);
                Agreement.CheckRandom("dbias", gradient.AsSpan(O * I), expected.Bias, Tolerance);
            },
            iter: 200);

    private static double[] Arguments(DenseTwin twin, int rows, double[] x) => twin.Linear().Forward(rows, x);

    [Fact]
    public void Backward_CalledTwice_AddsToTheGradient()
    {
        var layout = new ParameterLayout();
        var layer = new DenseLayer(layout, "d", 2, 1, Activation.None);
        layer.Pack([2f, 3f, 1f]);
        float[] gradient = new float[3], dx = new float[2];
        for (int i = 0; i < 2; i++)
            layer.Backward(1, [5f, 7f], [32f], [10f], dx, gradient, layer.CreateState(1, training: true));
        Assert.Equal([100f, 140f, 20f], gradient);
        Assert.Equal([20f, 30f], dx);
    }
}
