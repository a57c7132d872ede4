// What Predict and Encode give, against the double-precision twin.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Networks;

public sealed class NetworkOutputTests
{
    /// <summary>Float32 through at most five layers and five steps.</summary>
    private const double OutputTolerance = 5e-6;

    [Theory]
    [MemberData(nameof(SampleShapes.Cases), MemberType = typeof(SampleShapes))]
    public void Predict_EveryPart_EqualsTwin(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All[name], hasLengths);
        float[] output = new float[batch.OutputRows * network.Shape.OutputSize];
        network.Predict(batch, output);
        Agreement.Check(name, output, new NetworkTwin(network).Forward(batch), OutputTolerance);
    }

    [Theory]
    [MemberData(nameof(SampleShapes.Cases), MemberType = typeof(SampleShapes))]
    public void Encode_EveryPart_EqualsTwin(string name, bool hasLengths)
    {
        (RecurrentNetwork network, SequenceBatch batch) = SampleNetwork.Make(SampleShapes.All[name], hasLengths);
        float[] output = new float[batch.OutputRows * network.Shape.EncodingSize];
        network.Encode(batch, output);
        Agreement.Check(name, output, new NetworkTwin(network).Encode(batch), OutputTolerance);
    }
}
