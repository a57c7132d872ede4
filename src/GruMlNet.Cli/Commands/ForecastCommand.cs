using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet forecast: data in, forecasts out; by a model from a file, or by one trained on the spot.</summary>
internal sealed class ForecastCommand : ToolCommand
{
    private readonly DataOptions data = new(covariates: new CovariateOptions());
    private readonly CountOption horizon = CountOption.Horizon("steps to forecast; default: those of the model");
    private readonly TrainingSettings training = new();
    private readonly LevelOption level = new(several: true);
    private readonly Option<string> model = new("--model") { Description = "model to forecast with; without it one is trained on the input", HelpName = "FILE" };
    private readonly Option<string> output = new("--output", "-o") { Description = "file for the forecasts (CSV)", HelpName = "FILE", Required = true };
    private readonly Option<string> lower = new("--lower") { Description = "wide layout: file for the lower bounds", HelpName = "FILE" };
    private readonly Option<string> upper = new("--upper") { Description = "wide layout: file for the upper bounds", HelpName = "FILE" };
    private readonly Option<string> saveModel = new("--save-model") { Description = "file to save the trained model to (zip)", HelpName = "FILE" };
    private readonly Option<string> report = new("--report") { Description = "file for a report (JSON)", HelpName = "FILE" };
    private readonly Option<string> chart = new("--chart") { Description = "file for a chart of one series (.png or .svg)", HelpName = "FILE" };
    private readonly Option<string> chartSeries = new("--chart-series") { Description = "series on the chart; default: the first", HelpName = "SERIES" };

    internal ForecastCommand()
        : base("forecast", "Forecasts every series of a file.")
    {
        data.AddTo(this);
        Add(horizon);
        training.AddTo(this);
        Add(level);
        foreach (Option option in (Option[])[model, output, lower, upper, saveModel, report, chart, chartSeries])
            Add(option);
        Validators.Add(result =>
        {
            bool fromFile = result.GetValue(model) is not null;
            if (!fromFile && result.GetResult(horizon) is null)
                result.AddError("--horizon is missing: give the number of steps to forecast, or a trained model with --model.");
            if (fromFile && result.GetValue(saveModel) is not null)
                result.AddError("--save-model saves a model that this command trains: it does not go together with --model.");
        });
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        OutputFiles.Check(((Option<string>[])[output, lower, upper, saveModel, report, chart]).Select(parsed.GetValue), data.Input(parsed), parsed.GetValue(model));
        ForecastChart.CheckName(parsed.GetValue(chart));
        if (parsed.GetValue(model) is not null)
            training.WarnIfGiven(parsed, screen);
        ModelFile? loaded = parsed.GetValue(model) is { } path ? ModelFile.Load(path) : null;
        FileFormat format = data.Format(parsed, loaded?.Settings.Format);
        if (format.Layout == Layout.Long && (parsed.GetValue(lower) ?? parsed.GetValue(upper)) is not null)
            throw new Failure("--lower and --upper are for the wide layout; in the long layout the bounds are columns of the output.", ExitCode.Usage);
        if (format.Layout == Layout.Wide && level.Percent(parsed).Length > 1)
            throw new Failure("--level takes one level in the wide layout, whose files hold one bound of one level each: give one, or use the long layout, where all are columns of the output.", ExitCode.Usage);
        if (format.Layout == Layout.Wide && loaded?.Forecaster.Names is { IsEmpty: false } learnt)
            throw new Failure($"--layout wide: the model has learnt from columns ({Listed(learnt)}) that this layout does not have. Give the data in the long layout.", ExitCode.Usage);
        Panel panel = data.Read(parsed, format, loaded?.Settings.Covariates);
        DoubtfulData.Warn(screen, format, panel);
        int charted = ChartedSeries(parsed, panel);

        int steps = parsed.GetValue(horizon) ?? loaded!.Forecaster.Horizon;
        ModelFile used = loaded ?? training.Train(parsed, panel, format, steps, screen, cancellation);
        if (steps > used.Forecaster.Horizon)
            screen.Warn($"The model was trained for {Counted.Of(used.Forecaster.Horizon, "step")}: the {steps - used.Forecaster.Horizon} beyond are forecast from its own forecasts, and their bounds are too narrow.");
        float[] levels = level.Fractions(parsed);
        if (!used.Forecaster.Names.IsEmpty)
        {
            KnownAhead.Warn(screen, format, panel, steps);
            UnseenValues.Warn(screen, used, panel);
        }

        PanelForecast[] forecasts = used.Forecaster.ForecastAll(panel.ToForecast(steps), steps, levels, training.Threads(parsed));
        foreach (PanelSeries empty in panel.Series.Where(series => !series.Values.AsSpan().ContainsAnyExcept(float.NaN)))
            screen.Warn($"Series '{empty.Id}' has no values: its forecast is blank.");
        foreach ((_, PanelSeries series) in forecasts.Zip(panel.Series).Where(pair => float.IsFinite(pair.First.Point[0]) && float.IsNaN(pair.First.Lower[0][0])))
            screen.Warn($"Series '{series.Id}' has too few values for bounds: they are blank.");

        using var files = new OutputFiles();
        files.AddText(parsed.GetValue(output)!, writer => WriteForecasts(writer, forecast => forecast.Point));
        if (parsed.GetValue(lower) is { } lowerPath)
            files.AddText(lowerPath, writer => WriteForecasts(writer, forecast => forecast.Lower[0]));
        if (parsed.GetValue(upper) is { } upperPath)
            files.AddText(upperPath, writer => WriteForecasts(writer, forecast => forecast.Upper[0]));
        if (parsed.GetValue(saveModel) is { } modelPath)
            files.Add(modelPath, used.Save);
        if (parsed.GetValue(report) is { } reportPath)
        {
            files.AddText(reportPath, writer => Report.Write(writer, new
            {
                Command = Name,
                Data = Report.Of(data.Input(parsed), panel),
                Model = Report.Of(used),
                Horizon = steps,
                Levels = level.Percent(parsed),
            }));
        }

        if (parsed.GetValue(chart) is { } chartPath)
        {
            files.Add(chartPath, stream => ForecastChart.Save(stream, chartPath, panel, charted, forecasts[charted], level.Percent(parsed)));
            if (!ForecastChart.HasText)
                screen.Warn("No font is installed, so the chart has no text.");
        }

        files.Commit();
        screen.Note($"Forecast {Counted.Of(steps, "step")} of {panel.Series.Count} series: {parsed.GetValue(output)}");
        return Finished(used.Forecaster, screen);

        void WriteForecasts(TextWriter writer, Func<PanelForecast, float[]> values)
        {
            if (format.Layout == Layout.Wide)
                WideFile.Write(writer, panel.Series.Select((series, i) => (series.Id, values(forecasts[i]))), steps);
            else
                LongFile.Write(writer, format, panel, forecasts, levels);
        }
    }

    private static string Listed(PanelNames names) => string.Join(", ", ((string[][])[names.Past, names.Known, names.StaticNumbers, names.StaticCategories]).SelectMany(one => one).Select(name => $"'{name}'"));

    private int ChartedSeries(ParseResult parsed, Panel panel)
    {
        if (parsed.GetValue(chartSeries) is not { } name)
            return 0;
        int index = panel.Series.ToList().FindIndex(series => series.Id == name);
        return index >= 0 ? index : throw new Failure($"--chart-series: the data has no series '{name}'.", ExitCode.Usage);
    }
}
