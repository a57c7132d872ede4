// Trains a forecaster on 132 months of airline passengers, forecasts the next 12, saves it, and reloads it in a second process.
//   (no argument)       the tour        --seeds N   the score of N seeds        --load FILE   what the second process does
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using QuickStart;

const int Horizon = 12;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

if (args is ["--load", var file])
{
    var fresh = new MLContext();
    var reloaded = fresh.Model.Load(file, out _);
    Console.WriteLine(Exactly(reloaded.CreateGruForecastEngine<Month, Outlook>(fresh).Predict()));
    return 0;
}
if (args is ["--seeds", var text] && int.TryParse(text, out var seeds) && seeds > 0)
{
    var scores = new double[seeds];
    for (var seed = 1; seed <= seeds; seed++)
    {
        var run = Run(seed);
        scores[seed - 1] = run.Score.Mase;
        Console.WriteLine($"seed {seed}: MASE {run.Score.Mase:F3}, 95 % bounds cover {run.Covered} of {Horizon}, trained in {run.Seconds:F1} s");
    }
    Console.WriteLine($"median MASE {scores.Order().ElementAt((seeds - 1) / 2):F3}, worst {scores.Max():F3}");
    return 0;
}
if (args.Length > 0)
{
    Console.Error.WriteLine("Usage: QuickStart [--seeds N | --load FILE]");
    return 2;
}

var tour = Run(seed: 1);
var (history, actual) = (tour.History, tour.Actual);
var naive = Array.ConvertAll(history[^Horizon..], m => m.Passengers); // each month as a year ago
var narrow = tour.Model.CreateGruForecastEngine<Month, Outlook>(tour.Context).Predict(confidenceLevel: 0.80f);

Console.WriteLine("\nmonth     forecast   80 % bounds   95 % bounds   actual   a year ago");
for (var i = 0; i < Horizon; i++)
    Console.WriteLine($"{actual[i].Time:yyyy-MM}  {tour.Outlook.Forecast[i],9:F0}   {narrow.Lower[i],4:F0} … {narrow.Upper[i],4:F0}   {tour.Outlook.Lower[i],4:F0} … {tour.Outlook.Upper[i],4:F0}   {actual[i].Passengers,6:F0}   {naive[i],10:F0}");

var baseline = Score.Of(naive, Array.ConvertAll(actual, m => m.Passengers), Array.ConvertAll(history, m => m.Passengers), 12);
Console.WriteLine("\n                   MAE    MASE   sMAPE");
Console.WriteLine($"GRU forecast    {tour.Score.Mae,6:F2}  {tour.Score.Mase,6:F3}  {tour.Score.Smape,5:F2} %");
Console.WriteLine($"seasonal naive  {baseline.Mae,6:F2}  {baseline.Mase,6:F3}  {baseline.Smape,5:F2} %");
Console.WriteLine($"95 % bounds cover {tour.Covered} of {Horizon} months; trained in {tour.Seconds:F1} s.");

var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", "quickstart")).FullName;
var modelPath = Path.Combine(folder, "airline.zip");
tour.Context.Model.Save(tour.Model, tour.Data.Schema, modelPath);
Chart.Save(Path.Combine(folder, "airline.png"), history, actual, tour.Outlook, narrow);
Console.WriteLine($"Model and chart: {folder}{(Chart.HasText ? "" : " (no font is installed, so the chart has no text)")}\n");

// Started as a program, or by the dotnet command: the second process starts the same way.
string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(Month).Assembly.Location] : [];
using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. self, "--load", modelPath]) { RedirectStandardOutput = true })!;
var answer = process.StandardOutput.ReadToEnd().Trim();
process.WaitForExit();
var identical = process.ExitCode == 0 && answer == Exactly(tour.Outlook);
Console.WriteLine($"QuickStart: MASE {tour.Score.Mase:F3}, seasonal naive {baseline.Mase:F3}, reloaded forecast identical: {(identical ? "yes" : "no")}");
return identical ? 0 : 1;

static Tour Run(int seed)
{
    var ml = new MLContext(seed);
    var all = ml.Data.LoadFromTextFile<Month>(Path.Combine(AppContext.BaseDirectory, "airline-passengers.csv"), separatorChar: ',', hasHeader: true);
    var training = ml.Data.TakeRows(all, 132);
    var pipeline = ml.Forecasting.ForecastByGru("Forecast", "Passengers", horizon: Horizon, timeColumnName: "Time", confidenceLowerBoundColumn: "Lower", confidenceUpperBoundColumn: "Upper");

    var clock = Stopwatch.StartNew();
    var model = pipeline.Fit(training);
    clock.Stop();

    var months = ml.Data.CreateEnumerable<Month>(all, reuseRowObject: false).ToArray();
    var (history, actual) = (months[..132], months[132..]);
    var outlook = model.CreateGruForecastEngine<Month, Outlook>(ml).Predict();
    var score = Score.Of(outlook.Forecast, Array.ConvertAll(actual, m => m.Passengers), Array.ConvertAll(history, m => m.Passengers), 12);
    var covered = Enumerable.Range(0, Horizon).Count(i => outlook.Lower[i] <= actual[i].Passengers && actual[i].Passengers <= outlook.Upper[i]);
    return new Tour(ml, training, model, history, actual, outlook, score, covered, clock.Elapsed.TotalSeconds);
}

static string Exactly(Outlook o) => string.Join(' ', o.Forecast.Concat(o.Lower).Concat(o.Upper).Select(v => BitConverter.SingleToUInt32Bits(v).ToString("X8", CultureInfo.InvariantCulture)));

internal sealed record Tour(MLContext Context, IDataView Data, ITransformer Model, Month[] History, Month[] Actual, Outlook Outlook, Score Score, int Covered, double Seconds);
