using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;
using GruMlNet.Evaluation;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet backtest: how good would the forecasts have been?</summary>
internal sealed class BacktestCommand : ToolCommand
{
    private readonly DataOptions data = new(covariates: new CovariateOptions());
    private readonly CountOption horizon = CountOption.Horizon("steps to forecast");
    private readonly TrainingSettings training = new();
    private readonly LevelOption level = new();
    private readonly CountOption windows = new("--windows", "number of origins to forecast from", 1, 1000) { DefaultValueFactory = _ => 1 };
    private readonly CountOption stride = new("--stride", "steps from one origin to the next; default: the horizon", 1, 10_000);
    private readonly Option<bool> refit = new("--refit") { Description = "train again at every origin; otherwise once, on what is known at the first" };
    private readonly ScoreOutputs outputs = new();

    internal BacktestCommand()
        : base("backtest", "Forecasts the end of every series from what is known before, and scores it beside simple baselines.")
    {
        data.AddTo(this);
        horizon.Required = true;
        Add(horizon);
        training.AddTo(this);
        foreach (Option option in (Option[])[level, windows, stride, refit])
            Add(option);
        outputs.AddTo(this);
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        outputs.Check(parsed, data.Input(parsed));
        FileFormat format = data.Format(parsed);
        Panel panel = data.Read(parsed, format);
        DoubtfulData.Warn(screen, format, panel);
        int steps = parsed.GetValue(horizon)!.Value;
        var origins = new RollingOrigin(steps, parsed.GetValue(windows)!.Value, parsed.GetValue(stride) ?? steps);
        PanelForecaster? latest = null;
        ForecastEvaluation evaluation = PanelBacktest.Run(
            panel.Series, origins, parsed.GetValue(refit), level.Fraction(parsed), training.Threads(parsed), training.Seasonality(parsed, panel),
            past =>
            {
                if (cancellation.IsCancellationRequested)
                    throw new Failure("The backtest was interrupted before all origins were forecast: there are no scores, and nothing was written. Without --refit, one training is enough for all of them.", ExitCode.Interrupted);
                return latest = training.Train(parsed, panel with { Series = past }, format, steps, screen, cancellation).Forecaster;
            });
        outputs.Write(parsed, Name, data.Input(parsed), panel, evaluation);
        ScoreTable.Show(screen, "Backtest", "model", evaluation);
        return Finished(latest!, screen);
    }
}
