using System.CommandLine;
using System.Globalization;
using GruMlNet.Cli.Csv;
using GruMlNet.Data;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet info: what is in a model or a data file.</summary>
internal sealed class InfoCommand : ToolCommand
{
    private readonly DataOptions data = new(isRequired: false, covariates: new CovariateOptions());
    private readonly Option<string> model = new("--model") { Description = "model to describe", HelpName = "FILE" };

    internal InfoCommand()
        : base("info", "Describes a model, or a data file as the other commands read it.")
    {
        Add(model);
        data.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(model) is null && !data.IsGiven(result))
                result.AddError("Give the file to describe: --model FILE or --input FILE.");
        });
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        FileFormat? trained = null;
        CovariateLayout? layout = null;
        if (parsed.GetValue(model) is { } path)
        {
            ModelFile file = ModelFile.Load(path);
            (trained, layout) = (file.Settings.Format, file.Settings.Covariates);
            screen.List(path,
            [
                ["horizon", Text(file.Forecaster.Horizon)],
                ["seasonality", Text(file.Forecaster.Seasonality)],
                ["trained on", $"{Text(file.Settings.Series)} series, {Text(file.Settings.Values)} values"],
                ["budget, seed", $"{file.Settings.Budget}, {Text(file.Settings.Seed)}"],
                ["layout", trained.Layout.ToString()],
                .. ColumnRows(trained, layout),
            ]);
        }

        if (!data.IsGiven(parsed.CommandResult))
            return ExitCode.Done;
        FileFormat format = data.Format(parsed, trained);
        Panel panel = data.Read(parsed, format, layout);
        int[] lengths = [.. panel.Series.Select(series => series.Values.Length).Order()];
        screen.List(data.Input(parsed),
        [
            ["series", Text(panel.Series.Count)],
            ["values", Text(panel.Values)],
            ["missing", Text(panel.Missing)],
            ["length", $"{lengths[0]} to {lengths[^1]}, median {lengths[lengths.Length / 2]}"],
            ["smallest, largest", $"{Text(Observed().Min())}, {Text(Observed().Max())}"],
            .. panel.Times is { } times ? (string[][])[["time", times.Clock.ToString()], ["season by time", times.Clock.SeasonalityHint is { } season ? $"{season} steps" : "none"]] : [],
            .. trained is null ? ColumnRows(format, panel.Layout) : [],
            .. OtherColumns(parsed, format),
        ]);
        return ExitCode.Done;

        IEnumerable<float> Observed() => panel.Series.SelectMany(series => series.Values).Where(value => !float.IsNaN(value));
    }

    /// <summary>The columns of the long layout, as far as there are any.</summary>
    private static string[][] ColumnRows(FileFormat format, CovariateLayout layout)
    {
        IEnumerable<string> statics = format.Static.Select((name, i) => $"{name} ({(layout.StaticIsNumber[i] ? "number" : "category")})");
        string holiday = format.Holiday is null ? "" : layout.HolidayKinds is { Count: > 0 } kinds ? $"{format.Holiday} ({string.Join(", ", kinds)})" : format.Holiday;
        return [.. ((string[][])
        [
            ["forecast column", format.Label ?? ""],
            ["time column", format.Time ?? ""],
            ["series column", format.Series ?? ""],
            ["known beforehand", string.Join(", ", format.Known)],
            ["known up to now", string.Join(", ", format.Past)],
            ["static", string.Join(", ", statics)],
            ["holidays", holiday],
            ["weights", format.Weight ?? ""],
            ["calendar", layout.Calendar == CalendarFeatures.None ? "" : layout.Calendar.ToString()],
        ]).Where(row => row[1].Length > 0)];
    }

    /// <summary>The columns that have no role, to find out what more there is.</summary>
    private string[][] OtherColumns(ParseResult parsed, FileFormat format)
    {
        if (format.Layout == Layout.Wide)
            return [];
        string[] fields = CsvReader.Read(data.Input(parsed)).First().Fields;
        if (!Header.IsHeader(format.HasHeader, fields))
            return [];
        var columns = LongColumns.Find(format, fields, isHeader: true, data.Input(parsed));
        string[] others = [.. fields.Where((_, i) => !columns.Used.Contains(i))];
        return others.Length == 0 ? [] : [["not used", string.Join(", ", others)]];
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
