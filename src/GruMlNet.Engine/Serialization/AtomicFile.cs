// Writes a file so that it is there whole or not at all.
namespace GruMlNet.Engine.Serialization;

internal static class AtomicFile
{
    /// <summary>Writes into a temporary file in the same folder, then moves it over <paramref name="path"/>; on failure the old file stays as it was.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write)) write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
