// Generated panels whose values depend on covariates in a known way.
namespace GruMlNet.Tests.Forecasting.Panel;

internal static class CovariatePanel
{
    public const int Horizon = 6;

    public static readonly PanelNames Promotion = new([], ["promotion"], [], []);

    /// <summary>Small and quick, the same on every machine.</summary>
    public static GruForecastModelOptions Options(List<string>? log = null) => new()
    {
        Horizon = Horizon,
        Seasonality = 1,
        LookBack = 12,
        SegmentLength = 6,
        HiddenSize = 16,
        TrainingSteps = 320,
        Budget = TrainingBudget.Fast,
        Seed = 1,
        Threads = 2,
        Log = line =>
        {
            lock (log ?? []) log?.Add(line);
        },
    };

    /// <summary>Around 100, with noise of 1, and an <paramref name="effect"/> at the steps of a promotion, one in <paramref name="every"/>, which nothing but the covariate tells. It is known for the steps to forecast.</summary>
    public static PanelSeries[] Promotions(int count = 12, int length = 120, Func<int, float>? effect = null, int every = 5)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(s =>
        {
            float[] promotion = [.. Enumerable.Range(0, length + Horizon).Select(_ => random.Next(every) == 0 ? 1f : 0f)];
            float[] values = [.. Enumerable.Range(0, length).Select(t => 100f + Noise(random) + promotion[t] * (effect?.Invoke(s) ?? 20f))];
            return new PanelSeries($"series {s}", values) { Known = [promotion] };
        })];
    }

    /// <summary>Without the last <see cref="Horizon"/> values; what is known beforehand stays.</summary>
    public static PanelSeries[] WithoutEnd(PanelSeries[] series) => Array.ConvertAll(series, s => s with
    {
        Values = s.Values[..^Horizon],
        Past = Array.ConvertAll(s.Past, p => p[..^Horizon]),
        Weights = s.Weights?[..^Horizon],
    });

    public static PanelSeries[] Bare(PanelSeries[] series) => Array.ConvertAll(series, s => new PanelSeries(s.Id, s.Values));

    /// <summary>Mean absolute error over the last <see cref="Horizon"/> values.</summary>
    public static double Error(PanelSeries[] whole, PanelForecast[] forecasts) =>
        whole.Zip(forecasts).Average(p => Enumerable.Range(0, Horizon).Average(i => Math.Abs(p.First.Values[^(Horizon - i)] - p.Second.Point[i])));

    /// <summary>Trains on all but the end and forecasts it.</summary>
    public static double TrainAndScore(PanelSeries[] whole, List<string>? log = null)
    {
        PanelSeries[] past = WithoutEnd(whole);
        return Error(whole, PanelForecaster.Train(past, Options(log)).ForecastAll(past, Horizon, []));
    }

    /// <summary>Roughly normal, standard deviation 1.</summary>
    public static float Noise(Random random) => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2) * MathF.Sqrt(3);
}
