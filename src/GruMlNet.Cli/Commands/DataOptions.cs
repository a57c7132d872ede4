using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Data;

namespace GruMlNet.Cli.Commands;

/// <summary>The options that say which file is read, and how.</summary>
internal sealed class DataOptions(string name = "--input", string description = "CSV file with the series", bool isRequired = true, CovariateOptions? covariates = null)
{
    private readonly Option<string> input = new(name) { Description = description, HelpName = "FILE", Required = isRequired };
    private readonly Option<Layout?> layout = new("--layout") { Description = "long: one row per series and time (default); wide: one row per series, its name first, then its values", HelpName = "long|wide" };
    private readonly Option<bool?> hasHeader = new("--has-header") { Description = "whether the first line names the columns; default: as it looks", HelpName = "true|false" };
    private readonly Option<string> label = new("--label-col") { Description = "long layout: column to forecast, by name or number from 0", HelpName = "COLUMN" };
    private readonly Option<string> time = new("--time-col") { Description = "long layout: column with the time (dates or numbers); without it rows are in order of time", HelpName = "COLUMN" };
    private readonly Option<string> series = new("--series-col") { Description = "long layout: column that tells several series apart", HelpName = "COLUMN" };

    internal string Input(ParseResult parsed) => parsed.GetValue(input)!;

    internal bool IsGiven(System.CommandLine.Parsing.CommandResult result) => result.GetValue(input) is not null;

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[input, layout, hasHeader, label, time, series])
            command.Add(option);
        covariates?.AddTo(command);
    }

    /// <summary>As the options say, else as the model was trained.</summary>
    internal FileFormat Format(ParseResult parsed, FileFormat? trained = null)
    {
        Layout chosen = parsed.GetValue(layout) ?? trained?.Layout ?? Layout.Long;
        if (chosen == Layout.Wide && (parsed.GetValue(label) ?? parsed.GetValue(time) ?? parsed.GetValue(series)) is not null)
            throw new Failure("--label-col, --time-col and --series-col are for the long layout: leave them out, or leave out --layout wide.", ExitCode.Usage);
        FileFormat format = chosen == Layout.Wide
            ? new FileFormat(Layout.Wide, parsed.GetValue(hasHeader), null, null, null)
            : new FileFormat(Layout.Long, parsed.GetValue(hasHeader), parsed.GetValue(label) ?? trained?.Label, parsed.GetValue(time) ?? trained?.Time, parsed.GetValue(series) ?? trained?.Series);
        return covariates is null ? format : covariates.AddTo(format, parsed, trained);
    }

    internal Panel Read(ParseResult parsed, FileFormat format, CovariateLayout? trained = null) => Read(Input(parsed), format, trained);

    internal static Panel Read(string path, FileFormat format, CovariateLayout? trained = null)
        => format.Layout == Layout.Wide ? WideFile.Read(path, format.HasHeader) : LongFile.Read(path, format, trained);
}
