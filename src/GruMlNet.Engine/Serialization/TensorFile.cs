// A file of named tensors, looked at before any of its values is read.
namespace GruMlNet.Engine.Serialization;

/// <summary>Names, sizes and values of tensors in float32; what opens it has checked that the file holds as many values as the sizes say.</summary>
internal abstract class TensorFile : IDisposable
{
    /// <summary>Most values of one tensor: what fits an array.</summary>
    protected const long MaxValues = 1L << 30;

    /// <summary>Sizes by name.</summary>
    public abstract IReadOnlyDictionary<string, int[]> Sizes { get; }

    /// <summary>Opens a file by the format that its name ends in.</summary>
    public static TensorFile Open(string path) => Format(path) == ".json" ? new JsonTensorFile(path) : new SafetensorsFile(path);

    /// <summary>The values, row-major, into a span of the right length.</summary>
    public abstract void Read(string name, Span<float> values);

    public abstract void Dispose();

    /// <summary>Writes tensors in the format that the name ends in; the file is there whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<(string Name, int[] Sizes, ReadOnlyMemory<float> Values)> tensors)
    {
        var json = Format(path) == ".json";
        AtomicFile.Write(path, stream =>
        {
            if (json) JsonTensorFile.Write(stream, tensors);
            else SafetensorsFile.Write(stream, tensors);
        });
    }

    private static string Format(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var extension = Path.GetExtension(path).ToLowerInvariant();
        return extension is ".json" or ".safetensors" ? extension : throw new ArgumentException($"The name must end in .safetensors or .json, which says the format; got '{path}'.", nameof(path));
    }

    /// <summary>The number of values that sizes ask for, or a refusal.</summary>
    protected static long CountOf(string name, ReadOnlySpan<int> sizes)
    {
        var count = 1L;
        foreach (var size in sizes)
        {
            if (size < 0) throw Bad(name, $"has a negative size, {size}");
            count = count > MaxValues ? count : count * size; // cannot overflow: both are below 2^31
        }
        return count <= MaxValues ? count : throw Bad(name, $"asks for more than {MaxValues} values");
    }

    protected static InvalidDataException Bad(string name, string what, Exception? inner = null) => new($"The tensor '{name}' {what}: the file is damaged or no such file. Export it again.", inner);
}
