// Reads one reference file: named tensors as flat row-major arrays of doubles.

using System.Text.Json;

namespace GruMlNet.Engine.Tests.Reference;

internal sealed class ReferenceFile(string path)
{
    private readonly JsonElement root = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    public string Name { get; } = Path.GetFileNameWithoutExtension(path);

    public int Int(string name) => root.GetProperty(name).GetInt32();

    public double Number(string name) => root.GetProperty(name).GetDouble();

    public bool Flag(string name) => root.GetProperty(name).GetBoolean();

    public string Text(string name) => root.GetProperty(name).GetString()!;

    public string TextOr(string name, string otherwise) => root.TryGetProperty(name, out JsonElement text) ? text.GetString() ?? otherwise : otherwise;

    public JsonElement Element(string name) => root.GetProperty(name);

    /// <summary>The tensor's values, empty where the file has none.</summary>
    public double[] Tensor(string name) => root.TryGetProperty(name, out JsonElement tensor) ? Data(tensor) : [];

    /// <summary>The tensor's sizes.</summary>
    public int[] Shape(string name) => [.. root.GetProperty(name).GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>A plain list of numbers, or null where the file has none.</summary>
    public double[]? List(string name) => root.GetProperty(name) is { ValueKind: JsonValueKind.Array } list ? Numbers(list) : null;

    /// <summary>A dictionary of tensors, in the order of the file; null tensors are empty.</summary>
    public Dictionary<string, double[]> Tensors(string name) => root.GetProperty(name).EnumerateObject().ToDictionary(p => p.Name, p => Data(p.Value));

    private static double[] Data(JsonElement tensor) => tensor.ValueKind == JsonValueKind.Null ? [] : Numbers(tensor.GetProperty("data"));

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetDouble())];
}
