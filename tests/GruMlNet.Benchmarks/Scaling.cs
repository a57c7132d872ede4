// How time and memory grow with the data: both should grow no faster than it.
using System.Diagnostics;
using System.Globalization;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;
using Microsoft.ML;

namespace GruMlNet.Benchmarks;

internal static class Scaling
{
    private const int Windows = 4_096, Steps = 48, Series = 8, SeriesLength = 240, Panels = 6_250, PanelLength = 100;
    private static readonly string[] Dimensions = ["windows", "length", "series", "panel"];
    private static readonly int[] Factors = [1, 4, 16];

    /// <summary>A line per case: time and peak memory, and their ratios to the case of factor 1.</summary>
    public static void Run()
    {
        foreach (var dimension in Dimensions)
        {
            (double Ms, double Mb)? one = null;
            foreach (var factor in Factors)
            {
                var (ms, mb) = InOwnProcess(dimension, factor);
                one ??= (ms, mb);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"scaling {Name(dimension, factor)} factor={factor} ms={ms:F1} peak_mb={mb:F1} time_ratio={ms / one.Value.Ms:F2} memory_ratio={mb / one.Value.Mb:F2}"));
            }
        }
    }

    /// <summary>Runs one case and prints milliseconds and megabytes.</summary>
    public static void RunCase(string dimension, int factor)
    {
        var work = Work(dimension, factor);
        Work(dimension, 1)(); // compiles what the timed run needs
        var clock = Stopwatch.StartNew();
        work();
        var ms = clock.Elapsed.TotalMilliseconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ms} {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6}"));
    }

    private static string Name(string dimension, int factor) => dimension switch
    {
        "windows" => $"windows={Windows * factor}",
        "length" => $"length={Steps * factor}",
        "panel" => $"panel={Panels * factor}x{PanelLength}",
        _ => $"series={Series * factor}",
    };

    private static Action Work(string dimension, int factor) => dimension switch
    {
        "windows" => () => TrainEpoch(Windows * factor, Steps),
        "length" => () => TrainEpoch(Windows / 16, Steps * factor),
        "series" => () => FitSeries(Series * factor),
        "panel" => () => FitPanel(Panels * factor),
        _ => throw new ArgumentException($"Unknown case '{dimension}'. Known: {string.Join(", ", Dimensions)}."),
    };

    private static void TrainEpoch(int windows, int steps)
    {
        var network = RecurrentNetwork.Create(new NetworkShape { InputSize = 1, OutputSize = 1, HiddenSize = 32 }, seed: 1);
        _ = Trainer.Train(network, new WindowSource(windows, steps), new SquaredLoss(), new TrainerOptions { MaxEpochs = 1 });
    }

    /// <summary>The whole way through ML.NET, with a fixed number of passes over all steps.</summary>
    private static void FitSeries(int count)
    {
        var ml = new MLContext(seed: 1);
        var rows = Enumerable.Range(0, count).Select(i => new History { Values = Seasonal(i) });
        var options = new GruForecastModelOptions
        {
            Seasonality = 12,
            HiddenSize = 16,
            EnsembleSize = 1,
            LogTransform = false,
            TrainingSteps = Math.Max(16, count * SeriesLength / 128),
        };
        _ = ml.Forecasting.ForecastWindowByGru("Forecast", nameof(History.Values), horizon: 6, model: options).Fit(ml.Data.LoadFromEnumerable(rows));
    }

    /// <summary>One model over many series, with default settings, and a forecast of each. The steps of training have an upper bound, so time grows more slowly than the data.</summary>
    private static void FitPanel(int count)
    {
        var series = new PanelSeries[count];
        for (var i = 0; i < count; i++) series[i] = new PanelSeries($"{i}", ShortSeasonal(i));
        var model = PanelForecaster.Train(series, new GruForecastModelOptions { Horizon = 6 });
        _ = model.ForecastAll(series, 6, [0.8f, 0.95f]);
    }

    private static float[] ShortSeasonal(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, PanelLength).Select(t => 10f + 3f * MathF.Sin(MathF.Tau * (t + seed) / 12f) + random.NextSingle())];
    }

    private static float[] Seasonal(int seed)
    {
        var noise = Values.Random(SeriesLength + seed);
        return [.. Enumerable.Range(0, SeriesLength).Select(t => 10f + 3f * MathF.Sin(MathF.Tau * t / 12f) + noise[t])];
    }

    private static (double Ms, double Mb) InOwnProcess(string dimension, int factor)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"; // started as dotnet GruMlNet.Benchmarks.dll
        string[] arguments = [.. host ? [typeof(Scaling).Assembly.Location] : (string[])[], "scaling", dimension, factor.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var numbers = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The process of case {Name(dimension, factor)} ended with code {process.ExitCode}.");
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    private sealed class History
    {
        public float[] Values { get; set; } = [];
    }
}
