using System.Text;

namespace GruMlNet.Cli.Output;

/// <summary>
/// The files that a command writes. They are written under temporary names beside their places and moved when all are complete: a command that fails leaves nothing half done.
/// </summary>
internal sealed class OutputFiles : IDisposable
{
    private readonly List<(string Temporary, string Path)> written = [];

    /// <summary>Fails early, before a long training, where a file could not be written.</summary>
    /// <param name="outputs">The files to write; null for none.</param>
    /// <param name="inputs">The files that are read, which no output may take the place of.</param>
    /// <exception cref="Failure">A name stands twice, the folder is missing or not writable, or the file must not be replaced.</exception>
    internal static void Check(IEnumerable<string?> outputs, params IEnumerable<string?> inputs)
    {
        var read = inputs.OfType<string>().Select(Target).ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in outputs.OfType<string>())
        {
            string target = Target(path);
            if (read.Contains(target))
                throw new Failure($"'{path}' is an input, too, and would be lost: give the output a name of its own.", ExitCode.Usage);
            if (!seen.Add(target))
                throw new Failure($"'{path}' is named for two outputs: give each its own file.", ExitCode.Usage);
            if (target.StartsWith("/dev/", StringComparison.Ordinal))
                throw new Failure($"'{path}' is a device: give the name of a file.", ExitCode.Output);
            if (File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
                throw new Failure($"'{path}' is read-only: give another name, or allow writing to it.", ExitCode.Output);
            if (Directory.Exists(path))
                throw new Failure($"'{path}' is a folder: give the name of a file.", ExitCode.Output);
            Try(path, () =>
            {
                string probe = Temporary(target);
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
        string target = Target(path), temporary = Temporary(target);
        written.Add((temporary, target));
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
        foreach ((string temporary, _) in written.Where(file => File.Exists(file.Temporary)))
            File.Delete(temporary);
    }

    /// <summary>The file itself, where the name is a link to it: a link stays one.</summary>
    private static string Target(string path) => Path.GetFullPath(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);

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
