using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;
using GruMlNet.Evaluation;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet evaluate: forecasts and what came in, scores out; the forecasts may be anybody's.</summary>
internal sealed class EvaluateCommand : ToolCommand
{
    private readonly Option<string> forecast = new("--forecast", "-f") { Description = "CSV file with the forecasts, as the forecast command writes them", HelpName = "FILE", Required = true };
    private readonly DataOptions actual = new("--actual", "CSV file with what came, in the layout of the data; in the long layout it may hold the past, too");
    private readonly Option<string> history = new("--history") { Description = "CSV file that the forecasts were made from, for scaled scores and baselines", HelpName = "FILE" };
    private readonly Option<string> lower = new("--lower") { Description = "wide layout: file with the lower bounds", HelpName = "FILE" };
    private readonly Option<string> upper = new("--upper") { Description = "wide layout: file with the upper bounds", HelpName = "FILE" };
    private readonly LevelOption level = new();
    private readonly CountOption seasonality = new("--seasonality", "steps of a season for scaled scores and baselines; default: from the times, else 1", 1, 10_000, "-m");
    private readonly ScoreOutputs outputs = new();

    internal EvaluateCommand()
        : base("evaluate", "Scores forecasts against what came, beside simple baselines.")
    {
        Add(forecast);
        actual.AddTo(this);
        foreach (Option option in (Option[])[history, lower, upper, level, seasonality])
            Add(option);
        outputs.AddTo(this);
        Validators.Add(result =>
        {
            if ((result.GetValue(lower) is null) != (result.GetValue(upper) is null))
                result.AddError("--lower and --upper belong together: give both or none.");
        });
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        outputs.Check(parsed, [actual.Input(parsed), .. ((Option<string>[])[forecast, history, lower, upper]).Select(parsed.GetValue)]);
        FileFormat format = actual.Format(parsed);
        Panel came = actual.Read(parsed, format);
        Panel? past = parsed.GetValue(history) is { } path ? DataOptions.Read(path, format) : null;
        IEnumerable<ForecastCase> found = format.Layout == Layout.Wide ? Wide(parsed, came, past) : Long(parsed, format, came, past);
        ForecastCase[] cases = [.. found];
        if (cases.Length == 0)
            throw new Failure($"No series of '{parsed.GetValue(forecast)}' has actual values in '{actual.Input(parsed)}': do both use the same names and times?");
        int season = parsed.GetValue(seasonality) ?? came.Times?.Clock.SeasonalityHint ?? 1;
        ForecastEvaluation evaluation = ForecastEvaluation.Of(cases, season, level.Fraction(parsed)).BesideBaselines(cases, [.. cases.DistinctBy(one => one.Series).Select(one => one.History)]);
        outputs.Write(parsed, Name, parsed.GetValue(forecast)!, came, evaluation);
        ScoreTable.Show(screen, "Scores", "forecast", evaluation);
        return ExitCode.Done;
    }

    private IEnumerable<ForecastCase> Wide(ParseResult parsed, Panel came, Panel? past)
    {
        Dictionary<string, float[]> forecasts = ById(parsed.GetValue(forecast)!)!;
        Dictionary<string, float[]>? lows = ById(parsed.GetValue(lower)), highs = ById(parsed.GetValue(upper));
        Dictionary<string, float[]>? histories = past?.Series.ToDictionary(series => series.Id, series => series.Values, StringComparer.Ordinal);
        foreach (PanelSeries series in came.Series.Where(series => series.Values.Length > 0))
        {
            int steps = series.Values.Length;
            yield return new ForecastCase
            {
                Series = series.Id,
                History = histories is null ? default : Of(histories, parsed.GetValue(history)!, series.Id),
                Actual = series.Values,
                Forecast = Of(forecasts, parsed.GetValue(forecast)!, series.Id).AsMemory(0, steps),
                Lower = lows is null ? default : Of(lows, parsed.GetValue(lower)!, series.Id).AsMemory(0, steps),
                Upper = highs is null ? default : Of(highs, parsed.GetValue(upper)!, series.Id).AsMemory(0, steps),
            };

            float[] Of(Dictionary<string, float[]> values, string path, string id)
            {
                if (!values.TryGetValue(id, out float[]? found))
                    throw new Failure($"'{path}' has no series '{id}', which '{actual.Input(parsed)}' has: both need the same series.");
                return found.Length >= steps || ReferenceEquals(values, histories) ? found
                    : throw new Failure($"'{path}' has {Counted.Of(found.Length, "step")} of series '{id}', but '{actual.Input(parsed)}' has {steps}: forecast as many steps as are to be scored.");
            }
        }

        static Dictionary<string, float[]>? ById(string? path)
            => path is null ? null : WideFile.Read(path, hasHeader: null).Series.ToDictionary(series => series.Id, series => series.Values, StringComparer.Ordinal);
    }

    /// <summary>Series and times are matched; without times, the steps follow each other.</summary>
    private IEnumerable<ForecastCase> Long(ParseResult parsed, FileFormat format, Panel came, Panel? past)
    {
        string path = parsed.GetValue(forecast)!;
        if ((parsed.GetValue(lower) ?? parsed.GetValue(upper)) is not null)
            throw new Failure("--lower and --upper are for the wide layout; in the long layout the bounds are columns of the forecast.", ExitCode.Usage);
        Panel points = Column(LongFile.ForecastColumn);
        string[] columns = CsvReader.Read(path).First().Fields;
        Panel? lows = Bounds(LongFile.LowerAt(level.Fraction(parsed)), LongFile.LowerColumn), highs = Bounds(LongFile.UpperAt(level.Fraction(parsed)), LongFile.UpperColumn);
        Dictionary<string, int> places = came.Series.Select((series, i) => (series.Id, i)).ToDictionary(StringComparer.Ordinal);
        Dictionary<string, float[]>? histories = past?.Series.ToDictionary(series => series.Id, series => series.Values, StringComparer.Ordinal);
        for (int s = 0; s < points.Series.Count; s++)
        {
            string id = points.Series[s].Id;
            if (!places.TryGetValue(id, out int place))
                continue;
            float[] values = came.Series[place].Values;
            int start = came.Times is null ? 0 : came.Times.StepsFromStart(place, values.Length, points.Times!.First(s, points.Series[s].Values.Length));
            int steps = Math.Min(points.Series[s].Values.Length, values.Length - start);
            if (start < 0 || steps <= 0)
                continue;
            yield return new ForecastCase
            {
                Series = id,
                History = histories?.GetValueOrDefault(id) ?? values.AsMemory(0, start),
                Actual = values.AsMemory(start, steps),
                Forecast = points.Series[s].Values.AsMemory(0, steps),
                Lower = lows?.Series[s].Values.AsMemory(0, steps) ?? default,
                Upper = highs?.Series[s].Values.AsMemory(0, steps) ?? default,
            };
        }

        // Of several levels that of --level.
        Panel? Bounds(string atLevel, string only) => columns.Contains(atLevel, StringComparer.Ordinal) ? Column(atLevel) : columns.Contains(only, StringComparer.Ordinal) ? Column(only) : null;

        Panel Column(string name) => LongFile.Read(path, format with { HasHeader = true, Label = name });
    }
}
