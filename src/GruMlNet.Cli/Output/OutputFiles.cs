using System.Text;

namespace GruMlNet.Cli.Output;

/// <summary>
/// The files that a command writes. They are written under temporary names beside their places and moved when all are complete: a command that fails leaves nothing half done.
/// </summary>
internal sealed class OutputFiles : IDisposable
{
    private readonly List<(string Temporary, string Path)> written = [];

    /// <summary>Fails early, before a long training, where a file could not be written.</summary>
    /// <exception cref="Failure">The folder is missing or not writable.</exception>
    internal static void Check(params IEnumerable<string?> paths)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths.OfType<string>())
        {
            if (!seen.Add(Path.GetFullPath(path)))
                throw new Failure($"'{path}' is named for two outputs: give each its own file.", ExitCode.Usage);
            if (Directory.Exists(path))
                throw new Failure($"'{path}' is a folder: give the name of a file.", ExitCode.Output);
            Try(path, () =>
            {
                string probe = Temporary(path);
                File.Create(probe).Dispose();
                File.Delete(probe);
            });
        }
    }

    internal void AddText(string path, Action<TextWriter> write) => Add(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        write(writer);
    });

    internal void Add(string path, Action<Stream> write) => Try(path, () =>
    {
        string temporary = Temporary(path);
        written.Add((temporary, path));
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
        write(stream);
    });

    /// <summary>Puts all files in their places, over what was there.</summary>
    internal void Commit()
    {
        foreach ((string temporary, string path) in written)
            Try(path, () => File.Move(temporary, path, overwrite: true));
        written.Clear();
    }

    public void Dispose()
    {
        foreach ((string temporary, _) in written)
            File.Delete(temporary);
    }

    private static string Temporary(string path) => $"{path}.{Guid.NewGuid():N}.tmp";

    private static void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new Failure($"'{path}' cannot be written: {(e is DirectoryNotFoundException ? "its folder does not exist." : e.Message)}", ExitCode.Output, e);
        }
    }
}
