using System.Globalization;
using GruMlNet.Evaluation;

namespace GruMlNet.Cli.Output;

/// <summary>Shows scores beside those of the baselines, and says who is better.</summary>
internal static class ScoreTable
{
    private static readonly (string Name, Func<ForecastMetrics, double> Value, string Format)[] Scores =
    [
        ("OWA", metrics => metrics.Owa, "F3"),
        ("MASE", metrics => metrics.Mase, "F3"),
        ("RMSSE", metrics => metrics.Rmsse, "F3"),
        ("sMAPE %", metrics => metrics.Smape, "F2"),
        ("MAPE %", metrics => metrics.Mape, "F2"),
        ("MAE", metrics => metrics.MeanAbsoluteError, "G5"),
        ("RMSE", metrics => metrics.RootMeanSquaredError, "G5"),
        ("pinball", metrics => metrics.PinballLoss, "G5"),
        ("MSIS", metrics => metrics.Msis, "F2"),
        ("coverage", metrics => metrics.Coverage, "P1"),
    ];

    internal static void Show(Screen screen, string title, string name, ForecastEvaluation evaluation)
    {
        screen.Table($"{title}: {evaluation.Overall.Cases} forecasts of {evaluation.PerSeries.Count} series", ["", .. Scores.Select(score => score.Name)],
            [Row(name, evaluation.Overall), .. evaluation.Baselines.Select(baseline => Row(baseline.Key, baseline.Value.Overall))]);
        if (evaluation.BestBaseline is not { } best)
            return;
        bool scaled = !double.IsNaN(evaluation.Overall.Mase);
        double ours = scaled ? evaluation.Overall.Mase : evaluation.Overall.MeanAbsoluteError;
        double theirs = scaled ? best.Value.Overall.Mase : best.Value.Overall.MeanAbsoluteError;
        string verdict = string.Create(CultureInfo.InvariantCulture, $"by {(scaled ? "MASE" : "MAE")} of the best baseline, {best.Key}: {ours:G4} against {theirs:G4}.");
        if (ours < theirs)
            screen.Note(string.Create(CultureInfo.InvariantCulture, $"The {name} is {1 - ours / theirs:P1} ahead {verdict}"));
        else
            screen.Warn($"The {name} does not get ahead {verdict} Use the baseline, or give more data.");
    }

    private static string[] Row(string name, ForecastMetrics metrics)
        => [name, .. Scores.Select(score => double.IsNaN(score.Value(metrics)) ? "" : score.Value(metrics).ToString(score.Format, CultureInfo.InvariantCulture))];
}
