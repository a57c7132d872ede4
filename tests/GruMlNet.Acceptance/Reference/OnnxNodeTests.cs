// The GRU, LSTM and RNN node tests that ONNX published.

using System.Text.Json;
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Acceptance.Reference;

public class OnnxNodeTests
{
    private const string Folder = "onnx-node-tests";
    private const string FileName = "onnx_rnn_node_tests.json";

    /// <summary>ONNX's own tests allow 1e-3; these values are float32 and of size 1, and only a tolerance well below 4e-3 sees where the reset gate is applied.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>
    /// Among them test_gru_seq_length, the only GRU whose weights differ from each other and so the one that sees the gate order. No LSTM does: its gate order is judged by the engine's own tests of
    /// <see cref="GateOrder"/>.
    /// </summary>
    public static TheoryData<string> Names
    {
        get
        {
            if (SharedReference.Names(Folder, FileName)[0] != FileName)
                return ["(no reference values)"];
            return [.. Read().EnumerateObject().Select(t => t.Name)];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Engine_NodeTest_GivesItsOutputs(string name)
    {
        JsonElement test = Read().GetProperty(name);
        Assert.SkipUnless(Tensor(test, "inputs", "P").Data.Length == 0, "The engine's LSTM has no peepholes.");
        RecurrentCell cell = test.GetProperty("op").GetString() switch
        {
            "GRU" => RecurrentCell.Gru,
            "LSTM" => RecurrentCell.Lstm,
            "RNN" => RecurrentCell.ElmanTanh,
            string op => throw new InvalidDataException($"Unknown operator '{op}'."),
            null => throw new InvalidDataException("The test names no operator."),
        };
        JsonElement attributes = test.GetProperty("attributes");
        Assert.Empty(attributes.EnumerateObject().Select(a => a.Name).Except(["hidden_size", "layout"]));
        bool batchFirst = attributes.TryGetProperty("layout", out JsonElement axes) && axes.GetInt32() == 1;

        (int[] shape, float[] x) = Tensor(test, "inputs", "X");
        (int T, int B, int I) = batchFirst ? (shape[1], shape[0], shape[2]) : (shape[0], shape[1], shape[2]);
        int H = attributes.GetProperty("hidden_size").GetInt32();
        OnnxLayer layer = new(
            cell, T, B, I, H, "forward", LinearBeforeReset: false, batchFirst ? GateOrder.SwapFirstTwoAxes<float>(x, B, T, I) : x,
            Tensor(test, "inputs", "W").Data, Tensor(test, "inputs", "R").Data, Tensor(test, "inputs", "B").Data, Tensor(test, "inputs", "initial_h").Data, []);
        (float[] y, float[] yh) = layer.Evaluate();

        // One direction: batch-first Y is [B,T,1,H], and Y_h [B,1,H] has the order of [1,B,H].
        if (Tensor(test, "outputs", "Y").Data is { Length: > 0 } expectedY)
            Agreement.Check(name + " Y", batchFirst ? GateOrder.SwapFirstTwoAxes<float>(y, T, B, H) : y, Numbers.ToDouble(expectedY), Tolerance);
        Agreement.Check(name + " Y_h", yh, Numbers.ToDouble(Tensor(test, "outputs", "Y_h").Data), Tolerance);
    }

    private static JsonElement Read()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(SharedReference.Path(Folder, FileName)));
        return file.RootElement.Clone();
    }

    private static (int[] Shape, float[] Data) Tensor(JsonElement test, string list, string name)
    {
        foreach (JsonElement tensor in test.GetProperty(list).EnumerateArray())
        {
            if (tensor.GetProperty("name").GetString() == name)
                return ([.. tensor.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())], [.. tensor.GetProperty("data").EnumerateArray().Select(e => e.GetSingle())]);
        }
        return ([], []);
    }
}
