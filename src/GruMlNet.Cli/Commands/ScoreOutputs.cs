using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;
using GruMlNet.Evaluation;

namespace GruMlNet.Cli.Commands;

/// <summary>The files that scores are written to.</summary>
internal sealed class ScoreOutputs
{
    private readonly Option<string> report = new("--report") { Description = "file for all scores, also per step (JSON)", HelpName = "FILE" };
    private readonly Option<string> perSeries = new("--per-series") { Description = "file for the scores of each series (CSV)", HelpName = "FILE" };

    internal void AddTo(Command command)
    {
        command.Add(report);
        command.Add(perSeries);
    }

    internal void Check(ParseResult parsed, params IEnumerable<string?> inputs) => OutputFiles.Check([parsed.GetValue(report), parsed.GetValue(perSeries)], inputs);

    internal void Write(ParseResult parsed, string command, string input, Panel panel, ForecastEvaluation evaluation)
    {
        using var files = new OutputFiles();
        if (parsed.GetValue(report) is { } reportPath)
        {
            files.AddText(reportPath, writer => Report.Write(writer, new
            {
                Command = command,
                Data = Report.Of(input, panel),
                evaluation.Overall,
                evaluation.PerStep,
                Baselines = evaluation.Baselines.ToDictionary(baseline => baseline.Key, baseline => baseline.Value.Overall),
                BestBaseline = evaluation.BestBaseline?.Key,
            }));
        }

        if (parsed.GetValue(perSeries) is { } seriesPath)
            files.AddText(seriesPath, writer => WriteSeries(writer, evaluation));
        files.Commit();
    }

    private static void WriteSeries(TextWriter writer, ForecastEvaluation evaluation)
    {
        var csv = new CsvWriter(writer);
        csv.Add("series").Add("cases").Add("mae").Add("rmse").Add("smape").Add("mape").Add("mase").Add("rmsse").Add("owa").Add("pinball").Add("msis").Add("coverage").EndRow();
        foreach ((string name, ForecastMetrics scores) in evaluation.PerSeries)
        {
            _ = csv.Add(name).Add(scores.Cases);
            foreach (double score in (double[])[scores.MeanAbsoluteError, scores.RootMeanSquaredError, scores.Smape, scores.Mape, scores.Mase, scores.Rmsse, scores.Owa, scores.PinballLoss, scores.Msis, scores.Coverage])
                _ = csv.Add((float)score);
            csv.EndRow();
        }
    }
}
