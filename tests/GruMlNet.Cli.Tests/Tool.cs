// Runs the command line tool in this process, in a folder of its own.

using System.Globalization;
using GruMlNet.Tests.Support;

namespace GruMlNet.Cli.Tests;

/// <summary>What a command printed and returned.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error);

internal sealed class Tool : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string this[string name] => folder.File(name);

    public void Write(string name, params string[] lines)
    {
        File.WriteAllLines(folder.File(name), lines);
    }

    public string[] Lines(string name)
    {
        return File.ReadAllLines(folder.File(name));
    }

    public string[] FileNames => [.. Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>Three series of 40 steps with a season of 4, of different length and size.</summary>
    public void WriteWide(string name = "wide.csv")
    {
        Write(name, ["id,V1,V2", .. Enumerable.Range(0, 3).Select(s => $"S{s}," + string.Join(',', Enumerable.Range(0, 40 - 2 * s).Select(t => Value(s, t))) + new string(',', 2 * s))]);
    }

    /// <summary>The same series, one row per month.</summary>
    public void WriteLong(string name = "long.csv")
    {
        Write(name, ["shop,month,sales", .. Enumerable.Range(0, 3).SelectMany(s => Enumerable.Range(0, 40 - 2 * s).Select(t => $"S{s},{new DateTime(2020, 1, 1).AddMonths(t):yyyy-MM-dd},{Value(s, t)}"))]);
    }

    /// <summary>Runs a command line; each word that names a file of the folder, or one to be made there, starts with @.</summary>
    public Outcome Run(string line, CancellationToken? cancellation = null)
    {
        string[] args = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word[0] == '@' ? folder.File(word[1..]) : word)];
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        int exitCode = CommandLine.RunAsync(args, output, error, cancellation ?? TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return new Outcome(exitCode, output.ToString(), error.ToString());
    }

    public Outcome RunWell(string line)
    {
        Outcome outcome = Run(line);
        Assert.True(outcome.ExitCode == ExitCode.Done, $"Exit code {outcome.ExitCode} of: {line}\n{outcome.Output}\n{outcome.Error}");
        return outcome;
    }

    public void Dispose()
    {
        folder.Dispose();
    }

    private static string Value(int series, int step)
    {
        return ((1 + series) * (100 + step + 20 * Math.Sin(step * Math.PI / 2) + 3 * Math.Sin(step * 1.7))).ToString("F2", CultureInfo.InvariantCulture);
    }
}
