// Inference allocates nothing once everything has been used once.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Networks;

[Collection(nameof(Allocations))]
public sealed class InferenceAllocationTests
{
    [Fact]
    public void Predict_SteadyState_AllocatesNothing()
    {
        NetworkShape shape = SampleShapes.All["everything"];
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
        var batch = new SequenceBatch(shape, 5, 4);
        float[] output = new float[batch.OutputRows * shape.OutputSize];
        network.Predict(batch, output);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++) network.Predict(batch, output);
        }));
    }

    [Fact]
    public void Step_AfterTheFirst_AllocatesNothing()
    {
        SequenceStepper stepper = RecurrentNetwork.Create(new NetworkShape { InputSize = 4, OutputSize = 1, HiddenSize = 32, Layers = 2 }, 1).CreateStepper();
        float[] features = new float[4];
        stepper.Step(features);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++) stepper.Step(features);
        }));
    }
}
