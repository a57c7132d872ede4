using System.CommandLine;
using GruMlNet.Cli.CodeGeneration;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet train: data in, model file out.</summary>
internal sealed class TrainCommand : ToolCommand
{
    private readonly DataOptions data = new(covariates: new CovariateOptions());
    private readonly CountOption horizon = CountOption.Horizon("steps to forecast");
    private readonly TrainingSettings training = new();
    private readonly Option<string> model = new("--model") { Description = "file to save the model to (zip)", HelpName = "FILE", Required = true };
    private readonly Option<string> report = new("--report") { Description = "file for a report (JSON)", HelpName = "FILE" };

    private readonly Option<string> generateCode = new("--generate-code") { Description = "new folder for a C# project that trains, evaluates and uses such a model", HelpName = "FOLDER" };

    internal TrainCommand()
        : base("train", "Trains one model on all series of a file and saves it.")
    {
        data.AddTo(this);
        horizon.Required = true;
        Add(horizon);
        training.AddTo(this);
        Add(model);
        Add(report);
        Add(generateCode);
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        string modelPath = parsed.GetValue(model)!;
        string? reportPath = parsed.GetValue(report);
        OutputFiles.Check([modelPath, reportPath], data.Input(parsed));
        GeneratedCode.Check(parsed.GetValue(generateCode));
        FileFormat format = data.Format(parsed);
        Panel panel = data.Read(parsed, format);
        DoubtfulData.Warn(screen, format, panel);
        ModelFile trained = training.Train(parsed, panel, format, parsed.GetValue(horizon)!.Value, screen, cancellation);

        using var files = new OutputFiles();
        files.Add(modelPath, trained.Save);
        if (reportPath is not null)
            files.AddText(reportPath, writer => Report.Write(writer, new { Command = Name, Data = Report.Of(data.Input(parsed), panel), Model = Report.Of(trained) }));
        if (parsed.GetValue(generateCode) is { } folder)
            GeneratedCode.Write(folder, data.Input(parsed), format, panel, trained.Forecaster.Horizon, training.Seasonality(parsed, panel), trained.Settings.Seed, files);
        files.Commit();
        screen.Note($"Model: {modelPath}");
        return Finished(trained.Forecaster, screen);
    }
}
