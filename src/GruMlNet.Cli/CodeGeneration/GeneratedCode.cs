using System.Globalization;
using System.Reflection;
using System.Text;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;

namespace GruMlNet.Cli.CodeGeneration;

/// <summary>Writes a small program that trains, evaluates and uses the same kind of model through the public components, laid out as ML.NET's Model Builder does.</summary>
internal static class GeneratedCode
{
    /// <exception cref="Failure">The folder is a file, cannot be made, or has such files already.</exception>
    internal static void Check(string? folder)
    {
        if (folder is null)
            return;
        if (File.Exists(folder))
            throw new Failure($"--generate-code: '{folder}' is a file; give the name of a folder.", ExitCode.Output);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new Failure($"--generate-code: '{folder}' is not empty; give the name of a new folder, so that nothing of yours is overwritten.", ExitCode.Output);
    }

    internal static void Write(string folder, string input, FileFormat format, int horizon, int? seasonality, int seed, OutputFiles files)
    {
        string name = Identifier(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
        (bool hasHeader, char separator, string[] columns) = FirstLine(input, format);
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["Load"] = Template(format.Layout == Layout.Wide ? "load-wide" : "load-long").TrimEnd(),
            ["Name"] = name,
            ["Horizon"] = Text(horizon),
            ["Level"] = "0.95",
            ["Seed"] = Text(seed),
            ["Seasonality"] = seasonality is { } steps ? Text(steps) : "null",
            ["ScoreSeasonality"] = Text(seasonality ?? 1),
            ["File"] = Literal(Path.GetFullPath(input)),
            ["Separator"] = Literal(separator.ToString()),
            ["HasHeader"] = hasHeader ? "true" : "false",
            ["LabelColumn"] = Column(format.Label),
            ["TimeColumn"] = Column(format.Time),
            ["SeriesColumn"] = Column(format.Series),
            ["Version"] = typeof(PanelForecaster).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
        };

        _ = Directory.CreateDirectory(folder);
        foreach ((string template, string file) in ((string, string)[])[
            ("consumption", $"{name}.consumption.cs"), ("training", $"{name}.training.cs"), ("evaluate", $"{name}.evaluate.cs"), ("Program", "Program.cs"), ("project", $"{name}.csproj")])
        {
            string text = values.Aggregate(Template(template), (filled, value) => filled.Replace($"@{value.Key}@", value.Value, StringComparison.Ordinal));
            files.AddText(Path.Combine(folder, file), writer => writer.Write(text));
        }

        string Column(string? column) => column is null ? "null" : hasHeader && Array.IndexOf(columns, column) is >= 0 and int index ? Text(index) : column;
    }

    private static (bool HasHeader, char Separator, string[] Columns) FirstLine(string input, FileFormat format)
    {
        string[] fields = CsvReader.Read(input).First().Fields;
        string line = File.ReadLines(input).First(text => text.Length > 0);
        return (Header.IsHeader(format.HasHeader, fields), CsvReader.SeparatorOf(line), fields);
    }

    /// <summary>Letters and digits of a folder's name, each word with a capital: my-sales becomes MySales.</summary>
    private static string Identifier(string folder)
    {
        var name = new StringBuilder();
        bool capital = true;
        foreach (char c in folder)
        {
            if (char.IsAsciiLetterOrDigit(c))
                _ = name.Append(capital ? char.ToUpperInvariant(c) : c);
            capital = !char.IsAsciiLetterOrDigit(c);
        }

        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name.ToString() : $"Model{name}";
    }

    private static string Literal(string text) => $"@\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Template(string name)
    {
        using var reader = new StreamReader(typeof(GeneratedCode).Assembly.GetManifestResourceStream($"{name}.txt")!);
        return reader.ReadToEnd();
    }
}
