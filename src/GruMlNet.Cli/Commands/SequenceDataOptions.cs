using System.CommandLine;
using GruMlNet.Cli.Sequences;

namespace GruMlNet.Cli.Commands;

/// <summary>The options that say how files of sequences are read: .ts files need none, CSV files have one row per sequence and step.</summary>
internal sealed class SequenceDataOptions
{
    private readonly Option<string> series = new("--series-col") { Description = "CSV: column that tells the sequences apart", HelpName = "COLUMN" };
    private readonly Option<string> label = new("--label-col") { Description = "CSV: column with the class", HelpName = "COLUMN" };
    private readonly Option<string> time = new("--time-col") { Description = "CSV: column with the time (dates or numbers); without it rows are in order of time", HelpName = "COLUMN" };
    private readonly Option<string> values = new("--value-cols") { Description = "CSV: columns with the values, separated by commas; default: all others", HelpName = "COLUMNS" };

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[series, label, time, values])
            command.Add(option);
    }

    /// <summary>Reads a file whose sequences have classes.</summary>
    /// <exception cref="Failure">It has none, or cannot be read.</exception>
    internal LabelledSequences ReadLabelled(ParseResult parsed, string path)
    {
        if (!IsTs(path) && parsed.GetValue(series) is not null && parsed.GetValue(label) is null)
            throw new Failure("--label-col is missing: name the column with the class of each sequence.", ExitCode.Usage);
        return Read(parsed, path).WithLabels(path);
    }

    internal LabelledSequences Read(ParseResult parsed, string path)
    {
        if (IsTs(path))
            return TsFile.Read(path);
        string id = parsed.GetValue(series) ?? throw new Failure($"'{path}' is not a .ts file, so it is read as CSV with one row per sequence and step: name the column that tells the sequences apart with --series-col.", ExitCode.Usage);
        return StepFile.Read(path, id, parsed.GetValue(label), parsed.GetValue(time), parsed.GetValue(values)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool IsTs(string path) => Path.GetExtension(path).Equals(".ts", StringComparison.OrdinalIgnoreCase);
}
