// Forecasts the sales of sixty shops for a quarter: with one model that has learnt from all of them, and with one model for each shop.
using System.Diagnostics;
using System.Globalization;
using GruMlNet;
using GruMlNet.Evaluation;
using ManySeries;
using Microsoft.ML;

const int Shops = 60, Weeks = 156, Horizon = 13, Season = 52;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var ml = new MLContext(seed: 1);
var sales = Retail.Generate(Shops, Weeks, seed: 1);
var history = sales.GroupBy(s => s.Shop).ToDictionary(g => g.Key, g => g.SkipLast(Horizon).ToArray());
var actual = sales.GroupBy(s => s.Shop).ToDictionary(g => g.Key, g => g.TakeLast(Horizon).Select(s => s.Units).ToArray());

// One model: the column that tells the shops apart is all that it takes.
var clock = Stopwatch.StartNew();
var together = ml.Data.LoadFromEnumerable(history.Values.SelectMany(rows => rows));
var global = Forecaster("Shop").Fit(together);
var forecasts = ml.Data.CreateEnumerable<Outlook>(global.ForecastNext(together), reuseRowObject: false, ignoreMissingColumns: true).ToDictionary(o => o.Shop, o => o.Forecast);
var one = new Result(clock.Elapsed.TotalSeconds, Size(global, together), Evaluate(forecasts));
Console.WriteLine($"one model for {Shops} shops: {one.Seconds:F1} s");

// One model for each shop.
clock.Restart();
long size = 0;
forecasts = [];
foreach (var (shop, rows) in history)
{
    var alone = ml.Data.LoadFromEnumerable(rows);
    var local = Forecaster(null).Fit(alone);
    forecasts[shop] = ml.Data.CreateEnumerable<Outlook>(local.ForecastNext(alone), reuseRowObject: false, ignoreMissingColumns: true).Single().Forecast;
    size += Size(local, alone);
}
var each = new Result(clock.Elapsed.TotalSeconds, size, Evaluate(forecasts));
Console.WriteLine($"{Shops} models, one for each shop: {each.Seconds:F1} s\n");

Console.WriteLine("                     MASE    OWA   sMAPE   seconds   size");
Line("one model", one.Scores.Overall, one);
Line("a model per shop", each.Scores.Overall, each);
foreach (var (name, scores) in one.Scores.Baselines)
    Line(name, scores.Overall, null);
Console.WriteLine($"\nManySeries: one model MASE {one.Scores.Overall.Mase:F3} in {one.Seconds:F1} s and {one.Size >> 10} KiB, "
    + $"a model per shop {each.Scores.Overall.Mase:F3} in {each.Seconds:F1} s and {each.Size >> 10} KiB, best baseline {one.Scores.BestBaseline!.Value.Value.Overall.Mase:F3}");
return one.Scores.Overall.Mase < each.Scores.Overall.Mase ? 0 : 1;

GruForecastEstimator Forecaster(string? seriesColumn) => ml.Forecasting.ForecastByGru("Forecast", "Units", Horizon, "Week", seriesColumnName: seriesColumn);

long Size(ITransformer model, IDataView data)
{
    using var file = new MemoryStream();
    ml.Model.Save(model, data.Schema, file);
    return file.Length;
}

ForecastEvaluation Evaluate(Dictionary<string, float[]> forecasts) => ml.Forecasting.Evaluate(
    ml.Data.LoadFromEnumerable(forecasts.Select(f => new Scored { Shop = f.Key, Forecast = f.Value, Actual = actual[f.Key], History = [.. history[f.Key].Select(s => s.Units)] })),
    "Actual", "Forecast", "History", seasonality: Season, seriesColumnName: "Shop");

static void Line(string name, ForecastMetrics scores, Result? cost)
    => Console.WriteLine($"{name,-18} {scores.Mase,6:F3} {scores.Owa,6:F3} {scores.Smape,6:F2} %{(cost is null ? "" : $" {cost.Seconds,9:F1} {cost.Size / 1024.0,6:F0} KiB")}");

internal sealed record Result(double Seconds, long Size, ForecastEvaluation Scores);

/// <summary>What a forecaster says after the last week of a shop.</summary>
internal class Outlook
{
    public string Shop { get; set; } = "";

    public float[] Forecast { get; set; } = [];
}

/// <summary>A forecast, what it was made from, and what came.</summary>
internal sealed class Scored : Outlook
{
    public float[] History { get; set; } = [];

    public float[] Actual { get; set; } = [];
}
