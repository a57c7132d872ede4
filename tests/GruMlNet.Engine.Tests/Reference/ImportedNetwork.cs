// Imports the weights of a reference case as a user would, and checks that the network does what PyTorch did.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

internal static class ImportedNetwork
{
    public static void Check(string path, double tolerance)
    {
        RecurrentCase c = RecurrentCase.Read(path);
        NetworkShape shape = TorchWeights.ReadShape(path) with { Pooling = SequencePooling.Whole };
        if (RecurrentCase.CellOf(new ReferenceFile(path)) == RecurrentCell.ElmanRelu)
            shape = shape with { Cell = RecurrentCell.ElmanRelu };  // which the weights cannot tell
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
        Assert.Equal(["head.output.weight", "head.output.bias"], TorchWeights.Import(network, path));
        CheckStates(c, network, tolerance);

        string folder = Directory.CreateTempSubdirectory("grumlnet-").FullName;
        try
        {
            foreach (string format in new[] { ".safetensors", ".json" })
            {
                string file = Path.Combine(folder, "exported" + format);
                TorchWeights.Export(network, file);
                RecurrentNetwork again = RecurrentNetwork.Create(shape, 2);
                Assert.Empty(TorchWeights.Import(again, file));
                Assert.Equal(network.Parameters, again.Parameters);
                Assert.Equal(shape with { Cell = TorchWeights.ReadShape(file).Cell }, TorchWeights.ReadShape(file) with { Pooling = SequencePooling.Whole });
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void CheckStates(RecurrentCase c, RecurrentNetwork network, double tolerance)
    {
        var batch = new SequenceBatch(network.Shape, c.T, c.B) { HasLengths = true };
        Numbers.ToFloat(c.X).CopyTo(batch.Inputs, 0);
        c.Lengths.CopyTo(batch.Lengths);
        var pass = new NetworkPass(network.Parts, c.T, c.B, training: false);
        float[] final = new float[c.Hn.Length];
        Span<float> y = pass.Encode(batch, 0, Numbers.ToFloat(c.H0), final);
        Agreement.Check($"{c.Name} imported y", y, c.Y, tolerance);
        Agreement.Check($"{c.Name} imported hn", final, c.Hn, tolerance);
    }
}
