using System.CommandLine;
using System.Globalization;
using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet info: what is in a model or a data file.</summary>
internal sealed class InfoCommand : ToolCommand
{
    private readonly DataOptions data = new(isRequired: false);
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
        if (parsed.GetValue(model) is { } path)
        {
            ModelFile file = ModelFile.Load(path);
            trained = file.Settings.Format;
            screen.List(path,
            [
                ["horizon", Text(file.Forecaster.Horizon)],
                ["seasonality", Text(file.Forecaster.Seasonality)],
                ["trained on", $"{Text(file.Settings.Series)} series, {Text(file.Settings.Values)} values"],
                ["budget, seed", $"{file.Settings.Budget}, {Text(file.Settings.Seed)}"],
                ["layout", trained.Layout.ToString()],
            ]);
        }

        if (!data.IsGiven(parsed.CommandResult))
            return ExitCode.Done;
        Panel panel = data.Read(parsed, data.Format(parsed, trained));
        int[] lengths = [.. panel.Series.Select(series => series.Values.Length).Order()];
        screen.List(data.Input(parsed),
        [
            ["series", Text(panel.Series.Count)],
            ["values", Text(panel.Values)],
            ["missing", Text(panel.Missing)],
            ["length", $"{lengths[0]} to {lengths[^1]}, median {lengths[lengths.Length / 2]}"],
            ["smallest, largest", $"{Text(Observed().Min())}, {Text(Observed().Max())}"],
            .. panel.Times is { } times ? (string[][])[["time", times.Clock.ToString()], ["season by time", times.Clock.SeasonalityHint is { } season ? $"{season} steps" : "none"]] : [],
        ]);
        return ExitCode.Done;

        IEnumerable<float> Observed() => panel.Series.SelectMany(series => series.Values).Where(value => !float.IsNaN(value));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
