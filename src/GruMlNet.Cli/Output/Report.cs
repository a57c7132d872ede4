using System.Text.Json;
using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Output;

/// <summary>The JSON reports: what was read, what was trained, how good it is.</summary>
internal static class Report
{
    internal static void Write(TextWriter writer, object report) => writer.WriteLine(JsonSerializer.Serialize(report, Json.Options));

    internal static object Of(string file, Panel panel) => new
    {
        File = file,
        Series = panel.Series.Count,
        panel.Values,
        panel.Missing,
        Shortest = panel.Series.Min(series => series.Values.Length),
        panel.Longest,
        Time = panel.Times?.Clock.ToString(),
        Covariates = panel.Names,
    };

    internal static object Of(ModelFile model) => new
    {
        model.Forecaster.Horizon,
        model.Forecaster.Seasonality,
        model.Settings.Budget,
        model.Settings.Seed,
        Interrupted = model.Forecaster.WasCancelled,
        model.Settings.Series,
        model.Settings.Values,
        Columns = model.Settings.Format,
        model.Choices,
    };
}
