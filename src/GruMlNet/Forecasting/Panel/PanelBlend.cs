// How much of a forecast is the networks' and how much comes from simpler methods.
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>The methods that a panel model's median may be combined from.</summary>
internal enum PanelMethod
{
    Network,
    Ridge,
    NLinear,
    Smoothing,
    Naive,
    SeasonalNaive,
    Naive2,
    Drift,

    /// <summary>The ridge regression with known covariates.</summary>
    Regression,

    /// <summary>The smoothing of what the regression's covariates do not explain, and what they will add.</summary>
    AdjustedSmoothing,
}

/// <summary>
/// Weights of the methods' forecasts, chosen on held-back origins by forward selection with replacement (Caruana et al. 2004): starting from the best method, the one that lowers the score most is added,
/// again and again. So on those origins the blend is never worse than any method alone. Forecasts are added up in the values' own units: on logarithms one that is wrongly near 0 would count for more than all others.
/// </summary>
internal sealed class PanelBlend
{
    public static readonly int MethodCount = Enum.GetValues<PanelMethod>().Length;

    private const int Rounds = 10;

    /// <summary>What an addition must gain, as a share of the score: less is chance, and costs time in every forecast.</summary>
    private const double MinGain = 0.003;

    /// <summary>A method that counts less than this changes nothing, but costs its time in every forecast.</summary>
    private const float MinShare = 0.02f;

    /// <summary>A score below is none: a perfect method would leave nothing to the others.</summary>
    private const double Tiny = 1e-9;

    private PanelBlend(float[] weights) => Weights = weights;

    /// <summary>The networks alone.</summary>
    public static PanelBlend NetworkOnly { get; } = new([1f, .. new float[MethodCount - 1]]);

    /// <summary>By <see cref="PanelMethod"/>; at least 0, sum 1.</summary>
    public float[] Weights { get; }

    public bool Uses(PanelMethod method) => Weights[(int)method] > 0f;

    /// <summary>Chooses the weights.</summary>
    /// <param name="score">Score of the median combined with given weights; lower is better.</param>
    /// <param name="methods">Those to choose among.</param>
    public static PanelBlend Choose(Func<float[], double> score, IReadOnlyList<PanelMethod> methods)
    {
        var (counts, best) = (new float[MethodCount], double.PositiveInfinity);
        for (var round = 1; round <= Rounds; round++)
        {
            var (chosen, chosenScore) = (-1, double.PositiveInfinity);
            foreach (int method in methods)
            {
                var weights = Array.ConvertAll(counts, c => c / round);
                weights[method] += 1f / round;
                var s = score(weights);
                if (s < chosenScore) (chosen, chosenScore) = (method, s);
            }
            if (!(chosenScore < best * (1 - MinGain))) break;
            counts[chosen]++;
            best = chosenScore;
        }
        var sum = counts.Sum();
        return sum > 0 ? new PanelBlend(Array.ConvertAll(counts, c => c / sum)) : NetworkOnly;
    }

    /// <summary>Weights that fall with the fourth power of the score: what did twice as badly counts a sixteenth.</summary>
    /// <param name="score">Of each method alone; lower is better.</param>
    /// <param name="methods">At least one; those without a score are left out, unless none has one: then the networks are taken alone.</param>
    public static PanelBlend ByScore(Func<PanelMethod, double> score, IEnumerable<PanelMethod> methods)
    {
        var scored = methods.Select(m => (Method: m, Score: Math.Max(score(m), Tiny))).Where(m => double.IsFinite(m.Score)).ToArray();
        if (scored.Length == 0) return NetworkOnly;
        var best = scored.Min(m => m.Score);
        var weights = new float[MethodCount];
        foreach (var (method, s) in scored) weights[(int)method] = (float)Math.Pow(best / s, 4);
        var sum = weights.Sum();
        return new PanelBlend(Array.ConvertAll(weights, w => w / sum));
    }

    /// <summary>The same with a share given to one method.</summary>
    public PanelBlend Towards(PanelMethod method, float share) => Towards(new PanelBlend(Of(method)), share);

    /// <summary>The same with a share given to another blend.</summary>
    public PanelBlend Towards(PanelBlend other, float share) => new([.. Weights.Zip(other.Weights, (own, o) => own * (1 - share) + o * share)]);

    /// <summary>The same without what counts hardly at all.</summary>
    public PanelBlend WithoutTraces()
    {
        var kept = Array.ConvertAll(Weights, w => w < MinShare ? 0f : w);
        var sum = kept.Sum();
        return new PanelBlend(Array.ConvertAll(kept, w => w / sum));
    }

    /// <summary>The weights of one method alone.</summary>
    public static float[] Of(PanelMethod method)
    {
        var weights = new float[MethodCount];
        weights[(int)method] = 1f;
        return weights;
    }

    /// <summary>Whether a method can forecast.</summary>
    public static bool Has(PanelMethod method, PanelLinear linear) => method switch
    {
        PanelMethod.NLinear => linear.Plain is not null,
        PanelMethod.Regression or PanelMethod.AdjustedSmoothing => linear.Regression is not null,
        _ => true,
    };

    /// <summary>[h]: what a simple method forecasts, on the transformed scale.</summary>
    public static double[] Forecast(PanelMethod method, PreparedSeries series, int origin, PanelPlan plan, PanelLinear linear)
    {
        if (method == PanelMethod.Ridge) return linear.Ridge.Forecast(series, origin);
        if (method == PanelMethod.Regression) return linear.Regression!.Forecast(series, origin);
        var history = series.Raw.Span[..origin];
        int h = plan.Horizon, m = plan.Season;
        var smoothing = new ForecastPlan(h, m, ForecastPlan.DefaultContext(m), plan.UseLog, plan.NonNegative);
        // After a gap longer than its context there is nothing to smooth: what is left is the last value.
        if (method is PanelMethod.Smoothing or PanelMethod.AdjustedSmoothing && smoothing.Recent(history).IsEmpty) method = PanelMethod.Naive;
        if (method == PanelMethod.Smoothing) return Smooth(series, history, smoothing);
        if (method == PanelMethod.AdjustedSmoothing)
        {
            var effects = linear.Regression!.EffectsAt(series, origin);
            var adjusted = history.ToArray();
            for (var t = 0; t < origin; t++)
                if (series.Observed[t]) adjusted[t] = (float)Math.Max(series.Transform.Invert(series.Values[t] - effects[t]), series.HasNegative ? float.MinValue : 0);
            var smooth = Smooth(series, adjusted, smoothing);
            for (var i = 0; i < h; i++) smooth[i] += effects[origin + i];
            return smooth;
        }
        var forecast = method switch
        {
            PanelMethod.Naive => ForecastBaselines.Naive(history, h),
            PanelMethod.SeasonalNaive => ForecastBaselines.SeasonalNaive(history, h, m),
            PanelMethod.Naive2 => ForecastBaselines.Naive2(history, h, m),
            PanelMethod.NLinear => linear.Plain!.Forecast(history),
            PanelMethod.Drift => ForecastBaselines.Drift(history, h),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a simple method."),
        };
        return Array.ConvertAll(forecast, v => series.Transform.ApplyClamped(v));
    }

    private static double[] Smooth(PreparedSeries series, ReadOnlySpan<float> history, ForecastPlan smoothing)
    {
        var combination = smoothing.Combine(history);
        return Array.ConvertAll(combination.Now, v => series.Transform.ApplyClamped(combination.Transform.Invert(v)));
    }

    public override string ToString() =>
        string.Join(", ", Enum.GetValues<PanelMethod>().Where(Uses).Select(method => FormattableString.Invariant($"{method} {Weights[(int)method]:P0}")));

    public void Save(BinaryWriter writer)
    {
        foreach (var weight in Weights) writer.Write(weight);
    }

    public static PanelBlend Load(BinaryReader reader)
    {
        var weights = new float[MethodCount];
        foreach (ref var weight in weights.AsSpan()) weight = reader.ReadSingle();
        return new PanelBlend(weights);
    }
}
