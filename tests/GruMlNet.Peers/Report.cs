// The lines of a run: on the screen, and in a file when asked for.
using System.Globalization;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Peers;

internal sealed class Report
{
    private readonly List<string> _lines = [];

    /// <summary>Cases whose two sides did not compute the same.</summary>
    public int Mismatches { get; private set; }

    public void Line(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        _lines.Add(text);
    }

    /// <summary>A reason as one line, without the folder of the program.</summary>
    public void Skip(string what, string reason)
    {
        var words = reason.Replace(AppContext.BaseDirectory, "", StringComparison.Ordinal).Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        Line($"skipped {what}: {string.Join(' ', words)}");
    }

    /// <summary>Whether the two agree within 1e-4; a line where they do not.</summary>
    public bool Agree(string name, string peer, double ours, double theirs)
    {
        if (Math.Abs(ours - theirs) <= 1e-4) return true; // false for NaN
        Mismatches++;
        Line($"mismatch {name} ours={ours:G9} {peer}={theirs:G9}");
        return false;
    }

    public void Save(string mode)
    {
        var folder = Path.Combine(ProjectFolder(), "Results", Machine.CpuFolder);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{mode}-{32 * MatMul.VectorWidth}bit.txt");
        File.WriteAllLines(file, _lines);
        Console.WriteLine($"saved {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
    }

    private static string ProjectFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GruMlNet.Peers.csproj"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("--save needs the program to lie below its project folder, as dotnet build puts it.");
    }
}
