using System.CommandLine;
using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Commands;

/// <summary>The options of a training, and the training itself.</summary>
internal sealed class TrainingSettings
{
    private readonly CountOption seasonality = new("--seasonality", "steps of a season: 24 for hours, 12 for months, 1 for none; default: from the times, else found in the data", 1, 10_000, "-m");
    private readonly Option<TrainingBudget> budget = new("--budget") { Description = "how much computation to spend", HelpName = "fast|default|thorough", DefaultValueFactory = _ => TrainingBudget.Default };
    private readonly CountOption seed = new("--seed", "same seed and data, same forecasts", 0, int.MaxValue) { DefaultValueFactory = _ => 1 };
    private readonly CountOption threads = new("--threads", "threads; default: one per processor; the results do not depend on it", 1, 1024);

    internal void AddTo(Command command)
    {
        command.Add(seasonality);
        command.Add(budget);
        command.Add(seed);
        command.Add(threads);
    }

    /// <summary>Says which options do nothing, because the model is trained already.</summary>
    internal void WarnIfGiven(ParseResult parsed, Screen screen)
    {
        foreach (Option option in ((Option[])[seasonality, budget, seed]).Where(option => parsed.GetResult(option) is { Implicit: false }))
            screen.Warn($"{option.Name} counts in training only: the model of --model is trained already, so that it changes nothing.");
    }

    internal int? Threads(ParseResult parsed) => parsed.GetValue(threads);

    internal int? Seasonality(ParseResult parsed, Panel panel) => parsed.GetValue(seasonality) ?? panel.Times?.Clock.SeasonalityHint;

    /// <summary>Trains on all of the panel; on an interruption the best model so far is what comes back.</summary>
    /// <exception cref="OperationCanceledException">Interrupted before there was any model.</exception>
    internal ModelFile Train(ParseResult parsed, Panel panel, FileFormat format, int horizon, Screen screen, CancellationToken cancellation)
    {
        var choices = new List<string>();
        GruForecastModelOptions options = new()
        {
            Horizon = horizon,
            Seasonality = Seasonality(parsed, panel),
            Budget = parsed.GetValue(budget),
            Seed = parsed.GetValue(seed)!.Value,
            Threads = Threads(parsed),
            Log = line =>
            {
                lock (choices)
                    choices.Add(line);
            },
            CancellationToken = cancellation,
        };
        var clock = System.Diagnostics.Stopwatch.StartNew();
        PanelForecaster forecaster = screen.Progress("Training", report =>
        {
            options.Progress = progress =>
            {
                report(progress.Fraction, progress.Stage);
                return true;
            };
            return PanelForecaster.Train(panel.Series, options, panel.Names);
        });
        foreach (string line in choices)
            screen.Note(line);
        screen.Note(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Trained on {panel.Series.Count} series with {panel.Values} values in {clock.Elapsed.TotalSeconds:F1} s."));
        if (!forecaster.IsOverAllSeries && (panel.Names is not null || format.Weight is not null))
            screen.Warn("There is too little data to learn from more than the values: the columns beside them do not count.");
        return new ModelFile(forecaster, new ModelSettings(format, panel.Layout, panel.Series.Count, panel.Values, options.Budget, options.Seed!.Value), [.. choices]);
    }
}
