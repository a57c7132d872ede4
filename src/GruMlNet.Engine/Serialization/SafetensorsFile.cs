// Tensors in the safetensors format: a header in JSON, then the values.
using System.Buffers.Binary;
using System.Text.Json;

namespace GruMlNet.Engine.Serialization;

/// <summary>
/// Eight bytes with the header's length, the header {"name": {"dtype", "shape", "data_offsets": [from, to]}}, then the values, all little-endian (Hugging Face's format). Reads
/// F32, F64, F16 and BF16; writes F32.
/// </summary>
internal sealed class SafetensorsFile : TensorFile
{
    /// <summary>The limit that the format's own library sets, too.</summary>
    private const long MaxHeader = 100_000_000;

    private readonly FileStream _stream;
    private readonly long _start;
    private readonly Dictionary<string, Entry> _entries = [];

    private readonly record struct Entry(string Type, int Width, long From, long Count);

    public SafetensorsFile(string path)
    {
        _stream = File.OpenRead(path);
        try
        {
            Span<byte> length = stackalloc byte[8];
            if (_stream.ReadAtLeast(length, 8, throwOnEndOfStream: false) < 8) throw new InvalidDataException($"'{path}' is too short for a safetensors file.");
            var header = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (header < 2 || header > MaxHeader || header > _stream.Length - 8)
                throw new InvalidDataException($"'{path}' is no safetensors file: the header's length it starts with, {header}, is impossible.");
            _start = 8 + header;
            var bytes = new byte[header];
            _stream.ReadExactly(bytes);
            Sizes = ReadHeader(bytes);
        }
        catch (Exception e)
        {
            _stream.Dispose();
            if (e is JsonException) throw new InvalidDataException($"'{path}' is no safetensors file: its header is not valid JSON ({e.Message}).", e);
            throw;
        }
    }

    public override IReadOnlyDictionary<string, int[]> Sizes { get; }

    public override void Read(string name, Span<float> values)
    {
        if (!_entries.TryGetValue(name, out var entry)) throw new InvalidDataException($"The tensor '{name}' has another type than F32, F64, F16 and BF16: convert it before exporting.");
        _stream.Position = _start + entry.From;
        var bytes = new byte[Math.Min(1 << 16, entry.Count * entry.Width)];
        var perChunk = bytes.Length / entry.Width;
        for (var done = 0; done < values.Length; done += perChunk)
        {
            var count = Math.Min(perChunk, values.Length - done);
            _stream.ReadExactly(bytes, 0, count * entry.Width);
            for (var i = 0; i < count; i++) values[done + i] = Value(entry.Type, bytes.AsSpan(i * entry.Width));
        }
    }

    public override void Dispose() => _stream.Dispose();

    public static void Write(Stream stream, IReadOnlyList<(string Name, int[] Sizes, ReadOnlyMemory<float> Values)> tensors)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt"); // what PyTorch's loader asks for
            json.WriteEndObject();
            var from = 0L;
            foreach (var (name, sizes, values) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in sizes) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(from);
                json.WriteNumberValue(from += 4L * values.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (header.Length % 8 != 0) header.WriteByte((byte)' '); // the values start aligned
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(header.Length);
        writer.Write(header.GetBuffer(), 0, (int)header.Length);
        foreach (var (_, _, values) in tensors)
            foreach (var value in values.Span) writer.Write(value);
    }

    private Dictionary<string, int[]> ReadHeader(byte[] bytes)
    {
        var sizes = new Dictionary<string, int[]>();
        using var document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("The header of a safetensors file must be a JSON object.");
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__") continue;
            if (!sizes.TryAdd(property.Name, ReadEntry(property.Name, property.Value))) throw Bad(property.Name, "is there twice");
        }
        return sizes;
    }

    private int[] ReadEntry(string name, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !entry.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !entry.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2
            || !offsets[0].TryGetInt64(out var from) || !offsets[1].TryGetInt64(out var to))
            throw Bad(name, "lacks dtype, shape or data_offsets");
        var sizes = new int[shape.GetArrayLength()];
        for (var i = 0; i < sizes.Length; i++)
            if (!shape[i].TryGetInt32(out sizes[i])) throw Bad(name, "has a size that is no whole number");
        var width = dtype.GetString() switch { "F64" => 8, "F32" => 4, "F16" or "BF16" => 2, _ => 0 };
        var count = CountOf(name, sizes);
        // Other types, such as counters, may be in the file, but are not read.
        if (width > 0 && (from < 0 || to < from || to > _stream.Length - _start || to - from != count * width))
            throw Bad(name, $"has {count} values of type {dtype.GetString()}, which is not what lies from {from} to {to} of {_stream.Length - _start} bytes");
        if (width > 0) _entries[name] = new Entry(dtype.GetString()!, width, from, count);
        return sizes;
    }

    private static float Value(string type, ReadOnlySpan<byte> bytes) => type switch
    {
        "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes) << 16),
    };
}
