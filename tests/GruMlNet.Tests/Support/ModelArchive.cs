// The saved form of a model: the entries of ML.NET's zip file, compared and damaged.

using System.IO.Compression;
using Microsoft.ML;

namespace GruMlNet.Tests.Support;

internal static class ModelArchive
{
    public static byte[] Save(MLContext ml, ITransformer model, DataViewSchema? schema)
    {
        using MemoryStream stream = new();
        ml.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    public static ITransformer Load(MLContext ml, byte[] archive)
    {
        return Load(ml, archive, out _);
    }

    public static ITransformer Load(MLContext ml, byte[] archive, out DataViewSchema schema)
    {
        using MemoryStream stream = new(archive, writable: false);
        return ml.Model.Load(stream, out schema);
    }

    public static SortedDictionary<string, byte[]> Entries(byte[] archive)
    {
        using ZipArchive zip = new(new MemoryStream(archive, writable: false));
        SortedDictionary<string, byte[]> entries = new(StringComparer.Ordinal);
        // ML.NET's normalizer adds a summary for humans, written in the current culture.
        foreach (ZipArchiveEntry entry in zip.Entries.Where(entry => !entry.FullName.EndsWith("Normalizer.txt", StringComparison.Ordinal)))
        {
            using Stream content = entry.Open();
            using MemoryStream copy = new();
            content.CopyTo(copy);
            entries.Add(entry.FullName, copy.ToArray());
        }
        return entries;
    }

    /// <summary>The entries that the transformers themselves wrote, without ML.NET's schema and version entries.</summary>
    public static SortedDictionary<string, byte[]> TransformerEntries(byte[] archive)
    {
        SortedDictionary<string, byte[]> entries = Entries(archive);
        foreach (string name in entries.Keys.Where(name => !IsTransformerEntry(name)).ToArray())
            entries.Remove(name);
        Assert.NotEmpty(entries);
        return entries;
    }

    public static bool IsTransformerEntry(string name)
    {
        return name.StartsWith("TransformerChain", StringComparison.Ordinal);
    }

    public static byte[] Pack(IReadOnlyDictionary<string, byte[]> entries)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>Fails with the first entry and byte where the two saved models differ.</summary>
    public static void AssertSame(byte[] expected, byte[] actual, string what)
    {
        AssertSame(Entries(expected), Entries(actual), what);
    }

    public static void AssertSame(SortedDictionary<string, byte[]> expected, SortedDictionary<string, byte[]> actual, string what)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string name, byte[] content) in expected)
        {
            int same = content.AsSpan().CommonPrefixLength(actual[name]);
            Assert.True(same == content.Length && same == actual[name].Length, $"{what}: '{name}' differs at byte {same} ({content.Length} bytes against {actual[name].Length}).");
        }
    }

    public static bool AreSame(SortedDictionary<string, byte[]> one, SortedDictionary<string, byte[]> other)
    {
        return one.Keys.SequenceEqual(other.Keys) && one.All(entry => entry.Value.AsSpan().SequenceEqual(other[entry.Key]));
    }
}
