// What a panel of many short series costs with default settings: training, forecasting, training further, explaining.
using System.Diagnostics;
using System.Globalization;

namespace GruMlNet.Benchmarks;

internal static class PanelCosts
{
    private const int Length = 100, Later = 12, Horizon = 6, Season = 12;

    /// <summary>A line per piece of work: seconds on the wall, those of all threads together, and the process's peak of memory so far.</summary>
    public static void Run(int count)
    {
        var all = new PanelSeries[count];
        for (var i = 0; i < count; i++) all[i] = new PanelSeries($"{i}", Seasonal(i));
        PanelSeries[] past = Array.ConvertAll(all, one => one with { Values = one.Values[..Length] });
        PanelForecaster? model = null;
        Measure("train", () => model = PanelForecaster.Train(past, new GruForecastModelOptions { Horizon = Horizon }));
        Measure("forecast", () => _ = model!.ForecastAll(past, Horizon, [0.8f, 0.95f]));
        Measure("continue", () => _ = model!.Continue(all, new GruForecastModelOptions { Horizon = Horizon }));
        Measure("explain", () => _ = model!.Explain(all));

        void Measure(string what, Action work)
        {
            var (clock, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            work();
            var process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"panel series={count} {what} seconds={clock.Elapsed.TotalSeconds:F1} cpu_seconds={(process.TotalProcessorTime - before).TotalSeconds:F1} peak_mb={process.PeakWorkingSet64 / 1e6:F0}"));
        }
    }

    private static float[] Seasonal(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Length + Later).Select(t => 10f + 3f * MathF.Sin(MathF.Tau * (t + seed) / Season) + random.NextSingle())];
    }
}
