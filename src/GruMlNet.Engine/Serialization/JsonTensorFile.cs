// Tensors as JSON: an object of nested lists, which any language can write in a line.
using System.Text.Json;

namespace GruMlNet.Engine.Serialization;

/// <summary>
/// {"name": [[…], …], …}, as Python's json.dump({k: v.tolist() for k, v in module.state_dict().items()}) writes it; a tensor may also be {"shape": […], "data": [flat]}, and the
/// whole may be the value of "state_dict" or "weights" in an object that holds other things.
/// </summary>
internal sealed class JsonTensorFile : TensorFile
{
    private readonly JsonDocument _document;
    private readonly Dictionary<string, JsonElement> _values = [];
    private readonly Dictionary<string, int[]> _sizes = [];

    public JsonTensorFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            _document = JsonDocument.Parse(stream);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is not valid JSON: {e.Message}", e);
        }
        try
        {
            ReadSizes(path);
        }
        catch
        {
            _document.Dispose();
            throw;
        }
    }

    public override IReadOnlyDictionary<string, int[]> Sizes => _sizes;

    public override void Read(string name, Span<float> values)
    {
        var at = 0;
        Flatten(_values[name], values, ref at);
    }

    public override void Dispose() => _document.Dispose();

    public static void Write(Stream stream, IReadOnlyList<(string Name, int[] Sizes, ReadOnlyMemory<float> Values)> tensors)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        foreach (var (name, sizes, values) in tensors)
        {
            json.WritePropertyName(name);
            WriteNested(json, sizes, values.Span);
        }
        json.WriteEndObject();
    }

    private static void WriteNested(Utf8JsonWriter json, ReadOnlySpan<int> sizes, ReadOnlySpan<float> values)
    {
        json.WriteStartArray();
        for (var i = 0; i < sizes[0]; i++)
        {
            if (sizes.Length == 1) json.WriteNumberValue(values[i]);
            else WriteNested(json, sizes[1..], values.Slice(i * (values.Length / sizes[0]), values.Length / sizes[0]));
        }
        json.WriteEndArray();
    }

    private void ReadSizes(string path)
    {
        var root = _document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"'{path}' must hold a JSON object of tensors, not a {root.ValueKind}.");
        foreach (var name in new[] { "state_dict", "weights" })
            if (root.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object) root = inner;
        foreach (var property in root.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)) continue; // a remark beside the tensors
            if (!_sizes.TryAdd(property.Name, SizesOf(property.Name, property.Value, out var values))) throw Bad(property.Name, "is there twice");
            _values[property.Name] = values;
        }
    }

    private static int[] SizesOf(string name, JsonElement tensor, out JsonElement values)
    {
        values = tensor;
        if (tensor.ValueKind == JsonValueKind.Array)
        {
            var nested = new List<int>();
            for (var e = tensor; e.ValueKind == JsonValueKind.Array; e = e[0])
            {
                nested.Add(e.GetArrayLength());
                if (nested[^1] == 0) break;
            }
            int[] sizes = [.. nested];
            CountOf(name, sizes);
            Check(name, tensor, sizes);
            return sizes;
        }
        if (!tensor.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array || !tensor.TryGetProperty("data", out values) || values.ValueKind != JsonValueKind.Array)
            throw Bad(name, "is neither a list nor an object with shape and data");
        var given = new int[shape.GetArrayLength()];
        for (var i = 0; i < given.Length; i++)
            if (shape[i].ValueKind != JsonValueKind.Number || !shape[i].TryGetInt32(out given[i])) throw Bad(name, "has a size that is no whole number");
        var count = CountOf(name, given);
        if (values.GetArrayLength() != count) throw Bad(name, $"has {values.GetArrayLength()} values instead of {count}");
        Check(name, values, [(int)count]);
        return given;
    }

    /// <summary>Every list must be as long as its neighbours, and every value a number.</summary>
    private static void Check(string name, JsonElement list, ReadOnlySpan<int> sizes)
    {
        if (sizes.IsEmpty)
        {
            if (list.ValueKind != JsonValueKind.Number) throw Bad(name, "holds something that is not a number");
            return;
        }
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != sizes[0]) throw Bad(name, "has lists of different lengths");
        foreach (var element in list.EnumerateArray()) Check(name, element, sizes[1..]);
    }

    private static void Flatten(JsonElement element, Span<float> values, ref int at)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            values[at++] = (float)element.GetDouble();
            return;
        }
        foreach (var inner in element.EnumerateArray()) Flatten(inner, values, ref at);
    }
}
