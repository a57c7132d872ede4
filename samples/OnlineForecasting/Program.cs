// A service that forecasts the load of six meters while readings arrive: it is stopped in the middle, and a second process goes on from its checkpoint.
//   (no argument)       the tour        --resume CHECKPOINT HOUR   what the second process does
using System.Diagnostics;
using System.Globalization;
using GruMlNet;
using Microsoft.ML;
using OnlineForecasting;

const int Count = 6, Trained = 4 * 7 * 24, Served = 4 * 24, StoppedAfter = 2 * 24, Horizon = 24, Day = 24;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var readings = Meters.Read(Count, Trained + Served, seed: 1);

if (args is ["--resume", var path, var from] && int.TryParse(from, CultureInfo.InvariantCulture, out var first))
{
    var fresh = new MLContext();
    using var resumed = fresh.Model.Load(path, out _).CreateGruForecastEngine<Reading, Outlook>(fresh);
    Serve(resumed, first, Trained + Served, (_, _, outlook) => Console.WriteLine(Exactly(outlook)));
    return 0;
}
if (args.Length > 0)
{
    Console.Error.WriteLine("Usage: OnlineForecasting [--resume CHECKPOINT HOUR]");
    return 2;
}

// Four weeks of all meters train one model; a first look is enough here, the default budget takes longer and errs less.
var ml = new MLContext(seed: 1);
var clock = Stopwatch.StartNew();
var settings = new GruForecastModelOptions { Budget = TrainingBudget.Fast };
var model = ml.Forecasting.ForecastByGru("Forecast", "Load", Horizon, "Time", "Lower", "Upper", model: settings, seriesColumnName: "Meter").Fit(ml.Data.LoadFromEnumerable(readings.Take(Count * Trained)));
Console.WriteLine($"Trained on {Count} meters and {Trained} hours in {clock.Elapsed.TotalSeconds:F1} s.");

// Then readings come in one by one. The engine holds the end of each series; each reading moves its series on by an hour, and each gives a forecast of the next day.
using var engine = model.CreateGruForecastEngine<Reading, Outlook>(ml);
double error = 0, naive = 0;
int forecasts = 0, scored = 0, covered = 0;
clock.Restart();
Serve(engine, Trained, Trained + StoppedAfter, Score);

// The service stops: what it knows goes into one file. A second process reads it and serves the rest of the readings; so does the engine that never stopped.
var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", "online")).FullName;
var checkpoint = Path.Combine(folder, "service.zip");
engine.CheckPoint(ml, checkpoint);
List<string> unbroken = [];
Serve(engine, Trained + StoppedAfter, Trained + Served, (hour, meter, outlook) =>
{
    unbroken.Add(Exactly(outlook));
    Score(hour, meter, outlook);
});
Console.WriteLine($"{forecasts} readings and forecasts in {clock.Elapsed.TotalSeconds:F1} s; 95 % bounds cover {(double)covered / scored:P1}; checkpoint: {checkpoint}");

string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(Reading).Assembly.Location] : [];
using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. self, "--resume", checkpoint, $"{Trained + StoppedAfter}"]) { RedirectStandardOutput = true })!;
var answers = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
process.WaitForExit();
var identical = process.ExitCode == 0 && answers.SequenceEqual(unbroken);
Console.WriteLine($"OnlineForecasting: MAE {error / scored:F2}, as yesterday {naive / scored:F2}, {unbroken.Count} forecasts after the restart identical: {(identical ? "yes" : "no")}");
return identical ? 0 : 1;

// What a service does with each hour: every meter's reading goes in, its next day comes out.
void Serve(GruForecastEngine<Reading, Outlook> service, int from, int to, Action<int, int, Outlook> use)
{
    for (var hour = from; hour < to; hour++)
        for (var meter = 0; meter < Count; meter++)
            use(hour, meter, service.Predict(readings[hour * Count + meter]));
}

void Score(int hour, int meter, Outlook outlook)
{
    forecasts++;
    for (var step = 1; step <= Horizon && hour + step < Trained + Served; step++, scored++)
    {
        var came = readings[(hour + step) * Count + meter].Load;
        error += Math.Abs(outlook.Forecast[step - 1] - came);
        naive += Math.Abs(readings[(hour + step - Day) * Count + meter].Load - came);
        covered += outlook.Lower[step - 1] <= came && came <= outlook.Upper[step - 1] ? 1 : 0;
    }
}

static string Exactly(Outlook o) => string.Join(' ', o.Forecast.Concat(o.Lower).Concat(o.Upper).Select(v => BitConverter.SingleToUInt32Bits(v).ToString("X8", CultureInfo.InvariantCulture)));

/// <summary>What the forecaster says after a reading: the next day with bounds.</summary>
internal sealed class Outlook
{
    public float[] Forecast { get; set; } = [];

    public float[] Lower { get; set; } = [];

    public float[] Upper { get; set; } = [];
}
