// The scores of one panel, and how they are printed.
using System.Globalization;
using GruMlNet.Evaluation;

namespace GruMlNet.Benchmarks.Accuracy;

/// <summary>What the model scored, with the baselines beside it.</summary>
/// <param name="Name">The panel.</param>
/// <param name="Horizon">Steps of a forecast.</param>
/// <param name="Model">Scores, with bounds of 95 %, and those of the baselines.</param>
/// <param name="Coverage80">Share of the values within the bounds of 80 %.</param>
/// <param name="IsNonNegative">Where it is not, sMAPE means nothing, and the baselines are compared by MASE.</param>
/// <param name="Seconds">Training and forecasting.</param>
/// <param name="ProcessorSeconds">The same, of all processors.</param>
internal sealed record PanelScore(string Name, int Horizon, ForecastEvaluation Model, double Coverage80, bool IsNonNegative, double Seconds, double ProcessorSeconds)
{
    private string BestName => Best.Key;

    private ForecastMetrics BestScores => Best.Value.Overall;

    private KeyValuePair<string, ForecastEvaluation> Best => Model.Baselines.MinBy(b => Measure(b.Value.Overall));

    /// <summary>The model's OWA (MASE where values may be negative) as a multiple of the best baseline's.</summary>
    public double AgainstBest => Measure(Model.Overall) / Measure(BestScores);

    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"{Name} horizon={Horizon} OWA {Model.Overall.Owa:F4} sMAPE {Model.Overall.Smape:F3} MASE {Model.Overall.Mase:F4} MSIS {Model.Overall.Msis:F2} coverage80 {Coverage80:F3} coverage95 {Model.Overall.Coverage:F3} | best baseline: {BestName} OWA {BestScores.Owa:F4} sMAPE {BestScores.Smape:F3} MASE {BestScores.Mase:F4} ratio {AgainstBest:F3} | seconds {Seconds:F1} cpu_seconds {ProcessorSeconds:F1}");

    public static string Header => "| set | horizon | OWA | sMAPE | MASE | MAE | MSIS | 80 % | 95 % | best baseline | its OWA | its MASE | ratio | CPU s |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

    public string Row => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {Horizon} | {Model.Overall.Owa:F4} | {Model.Overall.Smape:F3} | {Model.Overall.Mase:F4} | {Model.Overall.MeanAbsoluteError:G5} | {Model.Overall.Msis:F2} | {Coverage80:F3} | {Model.Overall.Coverage:F3} | {BestName} | {BestScores.Owa:F4} | {BestScores.Mase:F4} | {AgainstBest:F3} | {ProcessorSeconds:F1} |");

    /// <summary>Histories of less than a season have no MASE.</summary>
    private double Measure(ForecastMetrics metrics) => double.IsNaN(metrics.Mase) ? metrics.MeanAbsoluteError : IsNonNegative ? metrics.Owa : metrics.Mase;
}
