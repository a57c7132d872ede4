// ONNX Runtime's own GRU cases: three directions, both resets, initial states, lengths down to 0.

using System.Text.Json;
using GruMlNet.Engine;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Acceptance.Reference;

public class OnnxRuntimeTests
{
    private const string Folder = "ort-gru-tests";
    private const string FileName = "ort_gru_cases.json";

    /// <summary>The expected values are printed with 6 to 9 digits; both sides are float32.</summary>
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Names
    {
        get
        {
            if (SharedReference.Names(Folder, FileName)[0] != FileName)
                return ["(no reference values)"];
            return [.. Cases().Select(c => c.GetProperty("name").GetString()!)];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Engine_Case_GivesItsOutputs(string name)
    {
        JsonElement c = Cases().Single(e => e.GetProperty("name").GetString() == name);
        string[] activations = [.. c.GetProperty("activations").EnumerateArray().Select(a => a.GetString()!)];
        Assert.SkipUnless(activations is ["sigmoid", "tanh"], $"The engine's GRU has sigmoid gates and a tanh candidate, as trained models have; this case asks for {string.Join(" and ", activations)}.");

        (int T, int B, int I, int H) = (c.GetProperty("seq_length").GetInt32(), c.GetProperty("batch").GetInt32(), c.GetProperty("input_size").GetInt32(), c.GetProperty("hidden_size").GetInt32());
        OnnxLayer gru = new(
            RecurrentCell.Gru, T, B, I, H, c.GetProperty("direction").GetString()!, c.GetProperty("linear_before_reset").GetInt32() != 0,
            Floats(c, "X"), Floats(c, "W"), Floats(c, "R"), Floats(c, "B"), Floats(c, "initial_h"), [.. Floats(c, "sequence_lens").Select(l => (int)l)]);
        (float[] y, float[] yh) = gru.Evaluate();
        Assert.True(Floats(c, "Y").Length + Floats(c, "Y_h").Length > 0, "there is nothing to compare with");
        if (Floats(c, "Y") is { Length: > 0 } expectedY)
            Agreement.Check(name + " Y", y, Numbers.ToDouble(expectedY), Tolerance);
        if (Floats(c, "Y_h") is { Length: > 0 } expectedYh)
            Agreement.Check(name + " Y_h", yh, Numbers.ToDouble(expectedYh), Tolerance);
    }

    private static JsonElement[] Cases()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(SharedReference.Path(Folder, FileName)));
        return [.. file.RootElement.GetProperty("cases").Clone().EnumerateArray()];
    }

    private static float[] Floats(JsonElement c, string name)
        => c.GetProperty(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(e => e.GetSingle())] : [];
}
