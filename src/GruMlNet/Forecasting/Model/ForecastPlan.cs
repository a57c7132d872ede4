// The choices that make a model, taken from the data where the user has not.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>Everything about a model but its weights.</summary>
/// <param name="Horizon">Steps of a forecast.</param>
/// <param name="Season">Steps of a season; 1 for none.</param>
/// <param name="ContextLength">Most recent steps that a forecast looks at.</param>
/// <param name="UseLog">Whether forecasts are made on logarithms.</param>
/// <param name="NonNegative">Whether forecasts and bounds are kept at or above 0.</param>
internal sealed record ForecastPlan(int Horizon, int Season, int ContextLength, bool UseLog, bool NonNegative)
{
    /// <summary>Share of the networks' correction that is used, 0 to 1: none where there were up to 30 examples to learn it from, all of it from 90 on.</summary>
    public double NetworkTrust { get; init; }

    public static double TrustOf(int examples) => Math.Clamp((examples - 30) / 60.0, 0, 1);

    private const int MinContext = 512;
    private const int ContextSeasons = 20;

    /// <summary>Most recent steps that a forecast looks at, unless told otherwise.</summary>
    public static int DefaultContext(int season) => Math.Max(MinContext, ContextSeasons * season);

    /// <summary>The part of a history that counts: the latest <see cref="ContextLength"/> steps, without missing steps at their start.</summary>
    public ReadOnlySpan<float> Recent(ReadOnlySpan<float> history)
    {
        if (history.Length > ContextLength) history = history[^ContextLength..];
        var start = 0;
        while (start < history.Length && float.IsNaN(history[start])) start++;
        return history[start..];
    }

    /// <summary>Analyses a history; <paramref name="keep"/> past origins are kept for training.</summary>
    public SeriesAnalysis Analyze(ReadOnlySpan<float> history, int keep = 0) => new(Combine(history), Horizon, keep);

    /// <summary>Combines the forecasters of a history: what they say now, without what they would have said before.</summary>
    public SeriesCombination Combine(ReadOnlySpan<float> history) => new(Recent(history), Season, Horizon, UseLog);

    /// <summary>Past origins to train on per series: all that are scored, unless there are so many series that they would fill the memory.</summary>
    public int OriginsToKeep(int series)
    {
        const long Budget = 512L << 20;
        var perOrigin = (long)SeriesCombination.ExpertCount * Horizon * sizeof(float);
        return (int)Math.Clamp(Budget / (perOrigin * series), 4, int.MaxValue);
    }

    public NetworkShape Shape(int hiddenSize, WindowFeatures features) => new()
    {
        InputSize = features.StepSize,
        StepEmbeddingSize = hiddenSize,
        HiddenSize = hiddenSize,
        ContextSize = WindowFeatures.ContextSize,
        HeadDropout = 0.2f,
        HasHead = false,
        GivenExperts = SeriesCombination.ExpertCount,
        OutputSize = Horizon,
    };

    /// <summary>Training by the amount of data: gentle on one short series, longer on many.</summary>
    public static TrainerOptions DefaultTraining(int examples) => new()
    {
        LearningRate = 0.003f,
        WeightDecay = 0.01f,
        StepsPerEpoch = 10,
        MaxEpochs = (int)Math.Clamp(10 * Math.Sqrt(examples / 200.0), 10, 200),
    };

    public static int DefaultHiddenSize(int examples) => examples < 2_000 ? 16 : examples < 20_000 ? 32 : 64;

    /// <summary>Takes what the options say and chooses the rest.</summary>
    public static ForecastPlan Choose(IReadOnlyList<float[]> series, GruForecastModelOptions options)
    {
        var season = options.Seasonality ?? SeasonDetector.Detect(series);
        var context = options.ContextLength ?? DefaultContext(season);
        if (!series.Any(s => SmoothingBank.CanUseSeason(Math.Min(s.Length, context), season))) season = 1;
        // A series with negative values is forecast as it is, whatever the others do.
        var canLog = series.Any(s => ValueTransform.CanLog(s));
        var plan = new ForecastPlan(options.Horizon, season, context, UseLog: canLog, options.NonNegative ?? canLog);
        return plan with { UseLog = options.LogTransform ?? (canLog && LogIsBetter(plan, series, options.CancellationToken)) };
    }

    /// <summary>Compares the forecasters' errors on either scale, each series counting alike.</summary>
    private static bool LogIsBetter(ForecastPlan plan, IReadOnlyList<float[]> series, CancellationToken token)
    {
        const int Sample = 50;
        var (sum, stride) = (0.0, Math.Max(1, series.Count / Sample));
        for (var s = 0; s < series.Count; s += stride)
        {
            token.ThrowIfCancellationRequested();
            if (plan.Recent(series[s]).IsEmpty) continue;
            var log = plan.Analyze(series[s]).RollingError();
            var raw = (plan with { UseLog = false }).Analyze(series[s]).RollingError();
            if (raw > 0 && log > 0) sum += Math.Log(log / raw);
        }
        return sum <= 0;
    }
}
