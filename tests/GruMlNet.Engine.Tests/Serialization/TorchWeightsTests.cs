// Weights from and to PyTorch: that they do what they did there, and that what does not fit or is damaged is refused.

using System.Buffers.Binary;
using System.Text;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;
using GruMlNet.Engine.Tests.Networks;
using GruMlNet.Engine.Tests.Reference;

namespace GruMlNet.Engine.Tests.Serialization;

public sealed class TorchWeightsTests : IDisposable
{
    private static readonly NetworkShape Shape = new() { InputSize = 1, OutputSize = 1, HiddenSize = 2 };

    private readonly string _folder = Directory.CreateTempSubdirectory("grumlnet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("gru_basic")]
    [InlineData("gru_nobias_noh0")]
    [InlineData("gru_2layer_bi")]
    [InlineData("lstm_basic")]
    [InlineData("lstm_2layer_bi")]
    [InlineData("lstm_packed_bi_2layer")]
    [InlineData("rnn_basic")]
    [InlineData("rnn_relu")]
    [InlineData("rnn_packed_bi_2layer")]
    public void Import_GoldenFile_DoesWhatPyTorchDid(string name) => ImportedNetwork.Check(GoldenFiles.Path(name), EngineAgainstReference.Tight);

    public static TheoryData<string> OtherShapes => [.. SampleShapes.All.Where(s => s.Value is not { Cell: RecurrentCell.Gru, Reset: ResetMode.Before }).Select(s => s.Key)];

    [Theory]
    [MemberData(nameof(OtherShapes))]
    public void ExportImport_EveryShape_IsBitExact(string name)
    {
        NetworkShape shape = SampleShapes.All[name];
        RecurrentNetwork network = SampleNetwork.Make(shape, false).Network;
        foreach (string file in new[] { "a.safetensors", "a.json" })
        {
            var modules = new Dictionary<string, string> { [TorchWeights.RecurrentModule] = "encoder.rnn", ["head.output"] = "fc" };
            TorchWeights.Export(network, In(file), modules);
            if (shape.Bias == BiasMode.InputOnly)
            {
                // PyTorch has both vectors or none, so that the file has zeros for the second one.
                Assert.Equal(BiasMode.Both, TorchWeights.ReadShape(In(file)).Bias);
                Assert.Contains("bias_hh_l0", Assert.Throws<InvalidDataException>(() => TorchWeights.Import(network, In(file), modules)).Message, StringComparison.Ordinal);
                continue;
            }
            RecurrentNetwork read = RecurrentNetwork.Create(shape, 3);
            Assert.Empty(TorchWeights.Import(read, In(file), modules));
            Assert.Equal(network.Parameters, read.Parameters);
        }
    }

    /// <summary>As PyTorch's users have it: a module of theirs with a layer and a linear map, written by json.dump.</summary>
    [Fact]
    public void Import_NestedListsInModules_GoWhereTheyBelong()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Shape with { Cell = RecurrentCell.ElmanTanh }, 1);
        string path = Write("model.json", """
            {"rnn.weight_ih_l0": [[1], [2]], "rnn.weight_hh_l0": [[3, 4], [5, 6]], "rnn.bias_ih_l0": [7, 8], "rnn.bias_hh_l0": [9, 1e1],
             "fc.weight": [[-1, -2]], "fc.bias": [-3.5], "epoch": 12, "other.counter": [[1, 2, 3]]}
            """);
        Assert.Equal(["head.output.weight", "head.output.bias"], TorchWeights.Import(network, path));
        Assert.Empty(TorchWeights.Import(network, path, new Dictionary<string, string> { ["head.output"] = "fc" }));
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, -1f, -2f, -3.5f], network.Parameters.ToArray());
        Assert.Equal(Shape with { Cell = RecurrentCell.ElmanTanh }, TorchWeights.ReadShape(path, "rnn"));
    }

    /// <summary>A safetensors file put together by hand, in every type that is read.</summary>
    [Fact]
    public void Import_SafetensorsOfAllTypes_ReadsTheValues()
    {
        string path = Safetensors(
            """
            {"__metadata__":{"format":"pt"},"weight_ih_l0":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},"weight_hh_l0":{"dtype":"F16","shape":[2,2],"data_offsets":[16,24]},
            "bias_ih_l0":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]},"bias_hh_l0":{"dtype":"F32","shape":[2],"data_offsets":[28,36]},"steps":{"dtype":"I64","shape":[],"data_offsets":[36,44]}}
            """,
            [.. Bytes(0.1, 8), .. Bytes(-2.0, 8), .. Bytes((Half)1.5, 2), .. Bytes((Half)(-0.25), 2), .. Bytes((Half)0, 2), .. Bytes((Half)8, 2), 0x80, 0x3F, 0x00, 0xC0, .. Bytes(0.1f, 4), .. Bytes(3f, 4), .. new byte[8]]);
        RecurrentNetwork network = RecurrentNetwork.Create(Shape with { Cell = RecurrentCell.ElmanTanh }, 1);
        _ = TorchWeights.Import(network, path);
        Assert.Equal([0.1f, -2f, 1.5f, -0.25f, 0f, 8f, 1f, -2f, 0.1f, 3f], network.Parameters[..10].ToArray());
    }

    [Theory]
    [InlineData("{\"weight_ih_l0\": [[1], [2]], \"weight_hh_l0\": [[1, 2], [3]]}", "lists of different lengths")]
    [InlineData("{\"weight_ih_l0\": [[1], [\"x\"]]}", "not a number")]
    [InlineData("{\"weight_ih_l0\": {\"shape\": [2000000000, 2000000000], \"data\": [1]}}", "asks for more than")]
    [InlineData("{\"weight_ih_l0\": {\"shape\": [-1], \"data\": [1]}}", "negative size")]
    [InlineData("{\"weight_ih_l0\": {\"shape\": [3], \"data\": [1]}}", "1 values instead of 3")]
    [InlineData("{\"weight_ih_l0\": {\"shape\": [1.5], \"data\": [1]}}", "no whole number")]
    [InlineData("{\"weight_ih_l0\": {\"data\": [1]}}", "neither a list nor an object")]
    [InlineData("[1, 2]", "JSON object")]
    [InlineData("{\"weight_ih_l0\": [[1], ", "not valid JSON")]
    [InlineData("{\"fc.weight\": [[1]]}", "There are: fc.weight")]
    [InlineData("{\"a.weight_ih_l0\": [[1]], \"b.weight_ih_l0\": [[1]]}", "several recurrent modules, 'a', 'b'")]
    [InlineData("{\"weight_ih_l0\": [[1], [2]], \"weight_hh_l0\": [[1, 2], [3, 4]], \"bias_ih_l0\": [1, 2], \"bias_hh_l0\": [1, 1e999]}", "diverged")]
    [InlineData("{\"weight_ih_l0\": [[1], [2]], \"weight_hh_l0\": [[1, 2], [3, 4]], \"bias_ih_l0\": [1, 2, 3], \"bias_hh_l0\": [1, 2]}", "'bias_ih_l0' must be [2] for this network, the file has [3]")]
    [InlineData("{\"weight_ih_l0\": [[1], [2]], \"weight_hh_l0\": [[1, 2], [3, 4]], \"bias_ih_l0\": [1, 2]}", "no 'bias_hh_l0'")]
    [InlineData("{\"weight_ih_l0\": [[1], [2]], \"weight_hh_l0\": [[1, 2], [3, 4]], \"bias_ih_l0\": [1, 2], \"bias_hh_l0\": [1, 2], \"weight_ih_l1\": [[1, 2], [3, 4]]}", "'weight_ih_l1' that the network has no place for")]
    public void Import_JsonThatDoesNotFit_SaysWhyAndChangesNothing(string json, string expected) => Refused(Write("bad.json", json), expected);

    [Theory]
    [InlineData("{\"weight_ih_l0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,9]}}", "2 values of type F32")]
    [InlineData("{\"weight_ih_l0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[4,12]}}", "from 4 to 12 of 8 bytes")]
    [InlineData("{\"weight_ih_l0\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[-8,0]}}", "from -8 to 0")]
    [InlineData("{\"weight_ih_l0\":{\"dtype\":\"F32\",\"shape\":[1000000,1000000],\"data_offsets\":[0,8]}}", "asks for more than")]
    [InlineData("{\"weight_ih_l0\":{\"dtype\":\"F32\",\"shape\":[2,1]}}", "lacks dtype, shape or data_offsets")]
    [InlineData("{\"weight_ih_l0\":7}", "lacks dtype, shape or data_offsets")]
    [InlineData("{\"weight_ih_l0\":", "not valid JSON")]
    [InlineData("[]", "must be a JSON object")]
    public void Import_SafetensorsThatIsDamaged_SaysWhyAndChangesNothing(string header, string expected) => Refused(Safetensors(header, new byte[8]), expected);

    [Theory]
    [InlineData(0, "too short")]
    [InlineData(7, "too short")]
    [InlineData(8, "impossible")]
    [InlineData(20, "impossible")]
    public void Import_SafetensorsCutOff_SaysSo(int length, string expected)
    {
        TorchWeights.Export(RecurrentNetwork.Create(Shape, 1), In("whole.safetensors"));
        File.WriteAllBytes(In("cut.safetensors"), File.ReadAllBytes(In("whole.safetensors"))[..length]);
        Refused(In("cut.safetensors"), expected);
    }

    [Fact]
    public void Import_AbsurdHeaderLength_IsRefusedBeforeAllocating()
    {
        byte[] bytes = [.. Bytes(90_000_000L, 8), .. new byte[100]];
        File.WriteAllBytes(In("absurd.safetensors"), bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => TorchWeights.ReadShape(In("absurd.safetensors")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void ExportImport_ResetBeforeOrUnknownFormat_SaysSo()
    {
        RecurrentNetwork before = RecurrentNetwork.Create(Shape with { Reset = ResetMode.Before }, 1);
        Assert.Contains("ResetMode.Before", Assert.Throws<ArgumentException>(() => TorchWeights.Export(before, In("a.json"))).Message, StringComparison.Ordinal);
        Assert.Contains("ResetMode.Before", Assert.Throws<ArgumentException>(() => TorchWeights.Import(before, GoldenFiles.Path("gru_basic"))).Message, StringComparison.Ordinal);
        Assert.Contains(".safetensors or .json", Assert.Throws<ArgumentException>(() => TorchWeights.Export(RecurrentNetwork.Create(Shape, 1), In("a.pt"))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private static void Refused(string path, string expected)
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Shape with { Cell = RecurrentCell.ElmanTanh }, 1);
        float[] before = network.Parameters.ToArray();
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => TorchWeights.Import(network, path));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, network.Parameters);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private string Safetensors(string header, byte[] values)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(In("made.safetensors"), [.. Bytes((long)text.Length, 8), .. text, .. values]);
        return In("made.safetensors");
    }

    private static byte[] Bytes<T>(T value, int width)
    {
        byte[] bytes = new byte[width];
        switch (value)
        {
            case double v: BinaryPrimitives.WriteDoubleLittleEndian(bytes, v); break;
            case float v: BinaryPrimitives.WriteSingleLittleEndian(bytes, v); break;
            case Half v: BinaryPrimitives.WriteHalfLittleEndian(bytes, v); break;
            case long v: BinaryPrimitives.WriteInt64LittleEndian(bytes, v); break;
        }
        return bytes;
    }
}
