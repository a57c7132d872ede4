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

    internal static void Write(string folder, string input, FileFormat format, Panel panel, int horizon, int? seasonality, int seed, OutputFiles files)
    {
        string name = Identifier(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), "Model");
        string layout = format.Layout == Layout.Wide ? "wide" : "long";
        (bool hasHeader, char separator, string[] columns) = FirstLine(input, format);
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            // First, because they have places for what follows.
            ["Load"] = Template($"load-{layout}").TrimEnd(),
            ["Print"] = Template("print").TrimEnd(),
            ["Name"] = name,
            ["Horizon"] = Text(horizon),
            ["Level"] = "0.95",
            ["Seed"] = Text(seed),
            ["Seasonality"] = seasonality is { } steps ? Text(steps) : "null",
            ["ScoreSeasonality"] = Text(seasonality ?? 1),
            ["File"] = Literal(Path.GetFullPath(input)),
            ["Separator"] = Literal(separator.ToString()),
            ["HasHeader"] = hasHeader ? "true" : "false",
            ["Version"] = typeof(PanelForecaster).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
        };

        if (format.Layout == Layout.Long)
        {
            foreach ((string place, string value) in new LongCode(format, panel, IndexOf).Values)
                values.Add(place, value);
        }

        _ = Directory.CreateDirectory(folder);
        foreach ((string template, string file) in ((string, string)[])[
            ($"consumption-{layout}", $"{name}.consumption.cs"), ("training", $"{name}.training.cs"), ($"evaluate-{layout}", $"{name}.evaluate.cs"), ("Program", "Program.cs"), ("project", $"{name}.csproj")])
        {
            string text = values.Aggregate(Template(template), (filled, value) => filled.Replace($"@{value.Key}@", value.Value, StringComparison.Ordinal));
            files.AddText(Path.Combine(folder, file), writer => writer.Write(text));
        }

        int IndexOf(string column) => hasHeader && Array.IndexOf(columns, column) is >= 0 and int index ? index : int.Parse(column, CultureInfo.InvariantCulture);
    }

    private static (bool HasHeader, char Separator, string[] Columns) FirstLine(string input, FileFormat format)
    {
        string[] fields = CsvReader.Read(input).First().Fields;
        string line = File.ReadLines(input).First(text => text.Length > 0);
        return (Header.IsHeader(format.HasHeader, fields), CsvReader.SeparatorOf(line), fields);
    }

    /// <summary>Letters and digits of a name, each word with a capital: my-sales becomes MySales. The prefix goes before a name that would start with a digit.</summary>
    internal static string Identifier(string text, string prefix)
    {
        var name = new StringBuilder();
        bool capital = true;
        foreach (char c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                _ = name.Append(capital ? char.ToUpperInvariant(c) : c);
            capital = !char.IsAsciiLetterOrDigit(c);
        }

        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name.ToString() : $"{prefix}{name}";
    }

    private static string Literal(string text) => $"@\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Template(string name)
    {
        using var reader = new StreamReader(typeof(GeneratedCode).Assembly.GetManifestResourceStream($"{name}.txt")!);
        return reader.ReadToEnd();
    }
}
