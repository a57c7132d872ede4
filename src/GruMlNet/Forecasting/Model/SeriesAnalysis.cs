// What one history tells by itself: which forecasters did well on it, by how much they missed, and what they say now.
namespace GruMlNet;

/// <summary>
/// Runs the <see cref="SmoothingBank"/> over a history, scores every forecaster on the forecasts it would have made
/// on the way, and combines the best. What the network adds is a correction to this combination, in units of its mean error.
/// </summary>
internal sealed class SeriesAnalysis
{
    /// <summary>Forecasters that are kept, best first.</summary>
    public const int ExpertCount = 16;

    /// <summary>Past origins that forecasters are scored on; longer histories are sampled evenly.</summary>
    private const int MaxOrigins = 128;

    private readonly int[] _chosen = new int[ExpertCount];
    private readonly double[] _weights = new double[ExpertCount];
    private readonly double[] _combined; // [origins, h]; the last origin is now

    /// <summary>Analyses a history.</summary>
    /// <param name="history">At least one value, oldest first, NaN where missing.</param>
    /// <param name="season">Steps of a season; not used where the history is too short for it.</param>
    /// <param name="horizon">h.</param>
    /// <param name="useLog">Whether to work on logarithms; not done where a value is negative.</param>
    /// <param name="keep">Past origins whose forecasts are kept, for training; 0 to keep those of the end only.</param>
    public SeriesAnalysis(ReadOnlySpan<float> history, int season, int horizon, bool useLog, int keep)
    {
        Season = SmoothingBank.CanUseSeason(history.Length, season) ? season : 1;
        IsSeasonal = Season == season;
        Horizon = horizon;
        HasNegative = !ValueTransform.CanLog(history);
        Transform = useLog && !HasNegative ? ValueTransform.Log(history) : ValueTransform.Identity;
        Series = new TransformedSeries(history, Season, Transform);
        var bank = new SmoothingBank(Season);
        FirstOrigin = bank.FirstOrigin(history.Length);
        Origins = ChooseOrigins(FirstOrigin, history.Length);
        _combined = new double[Origins.Length * horizon];
        OneStep = new double[history.Length + 1];
        ChooseExperts(bank);
        Kept = Thin(Origins.Length - 1, keep);
        Experts = Combine(bank);
        Scale = Math.Max(MeanError(_combined), Tiny);
    }

    public int Season { get; }

    /// <summary>Whether the history was long enough for the season that was asked for.</summary>
    public bool IsSeasonal { get; }

    public int Horizon { get; }

    /// <summary>Whether the history has a value below 0.</summary>
    public bool HasNegative { get; }

    public ValueTransform Transform { get; }

    public TransformedSeries Series { get; }

    /// <summary>The first step that could be forecast.</summary>
    public int FirstOrigin { get; }

    /// <summary>The steps before which forecasts were made; the last one is the end of the history: now.</summary>
    public int[] Origins { get; }

    /// <summary>Number of past steps from which a forecast could have been made.</summary>
    public int PastOrigins => Math.Max(0, Series.Length - FirstOrigin);

    /// <summary>Mean absolute error of the combination over all past origins and steps, on the transformed scale; positive.</summary>
    public double Scale { get; }

    /// <summary>Logarithm of each kept forecaster's weight against the best one's: 0 for the best, −12 at least.</summary>
    public float[] Priors { get; } = new float[ExpertCount];

    /// <summary>The origins, as places in <see cref="Origins"/>, whose forecasts are kept; the last one is now.</summary>
    public int[] Kept { get; }

    /// <summary>[kept, K, h]: what each kept forecaster says, less what the combination says, on the transformed scale.</summary>
    public float[] Experts { get; }

    /// <summary>[n + 1]: the combination's forecast of each step, made just before it; from the first origin on.</summary>
    public double[] OneStep { get; }

    /// <summary>[h]: the combined forecast of one origin, on the transformed scale.</summary>
    public ReadOnlySpan<double> Combined(int origin) => _combined.AsSpan(origin * Horizon, Horizon);

    /// <summary>[h]: the combined forecast from the end of the history.</summary>
    public ReadOnlySpan<double> Now => Combined(Origins.Length - 1);

    /// <summary>Mean absolute error of the combination over its past, in the values' own units.</summary>
    public double RollingError()
    {
        var (sum, count) = (0.0, 0);
        for (var o = 0; o < Origins.Length - 1; o++)
        {
            var steps = Math.Min(Horizon, Series.Length - Origins[o]);
            for (var i = 0; i < steps; i++)
            {
                if (!Series.Observed[Origins[o] + i]) continue;
                sum += Math.Abs(Transform.Invert(_combined[o * Horizon + i]) - Transform.Invert(Series.Values[Origins[o] + i]));
                count++;
            }
        }
        return count > 0 ? sum / count : 0;
    }

    private double Tiny
    {
        get
        {
            var largest = 0.0;
            foreach (var v in Series.Values) largest = Math.Max(largest, Math.Abs(v));
            return 1e-9 * largest + 1e-12;
        }
    }

    private static int[] ChooseOrigins(int first, int length)
    {
        var past = Math.Max(0, length - first);
        var stride = (past + MaxOrigins - 1) / MaxOrigins;
        if (past == 0) return [length];
        var count = (past + stride - 1) / stride;
        var origins = new int[count + 1];
        // Counted back from the end, so that the latest origins are always among them.
        for (var i = 0; i <= count; i++) origins[count - i] = i == 0 ? length : length - 1 - (i - 1) * stride;
        return origins;
    }

    /// <summary>Scores all forecasters, keeps the best, and weighs them by error to the power −p: the more evidence, the sharper.</summary>
    private void ChooseExperts(SmoothingBank bank)
    {
        var forecasts = new double[Origins.Length * Horizon];
        var errors = new double[bank.Count];
        var order = new int[bank.Count];
        for (var k = 0; k < bank.Count; k++)
        {
            bank.Run(k, Series, Origins, Horizon, forecasts, default);
            errors[k] = Math.Max(MeanError(forecasts), Tiny);
            order[k] = k;
        }
        // Equal errors keep the bank's order: sorting must not depend on the library's algorithm.
        Array.Sort(order, (a, b) => errors[a] != errors[b] ? errors[a].CompareTo(errors[b]) : a.CompareTo(b));
        var sharpness = Math.Clamp(PastOrigins / 6.0, 3, 24);
        var sum = 0.0;
        for (var j = 0; j < ExpertCount; j++)
        {
            _chosen[j] = order[j];
            var logWeight = -sharpness * Math.Log(errors[order[j]] / errors[order[0]]);
            Priors[j] = (float)Math.Max(logWeight, -12);
            _weights[j] = Math.Exp(logWeight);
            sum += _weights[j];
        }
        for (var j = 0; j < ExpertCount; j++) _weights[j] /= sum;
    }

    /// <summary>Runs the chosen forecasters again, adds up their combination, and keeps how each differs from it.</summary>
    private float[] Combine(SmoothingBank bank)
    {
        var size = Origins.Length * Horizon;
        var kept = new double[Kept.Length * ExpertCount * Horizon];
        var forecasts = new double[size];
        var oneStep = new double[OneStep.Length];
        for (var j = 0; j < ExpertCount; j++)
        {
            bank.Run(_chosen[j], Series, Origins, Horizon, forecasts, oneStep);
            for (var i = 0; i < size; i++) _combined[i] += _weights[j] * forecasts[i];
            for (var t = FirstOrigin; t < oneStep.Length; t++) OneStep[t] += _weights[j] * oneStep[t];
            for (var o = 0; o < Kept.Length; o++)
                forecasts.AsSpan(Kept[o] * Horizon, Horizon).CopyTo(kept.AsSpan((o * ExpertCount + j) * Horizon));
        }
        var differences = new float[kept.Length];
        for (var o = 0; o < Kept.Length; o++)
            for (var i = 0; i < ExpertCount * Horizon; i++)
                differences[o * ExpertCount * Horizon + i] = (float)(kept[o * ExpertCount * Horizon + i] - _combined[Kept[o] * Horizon + i % Horizon]);
        return differences;
    }

    /// <summary>Up to <paramref name="keep"/> of the places 0 … last − 1, evenly from the end, and the last.</summary>
    private static int[] Thin(int last, int keep)
    {
        var count = Math.Min(keep, last);
        var places = new int[count + 1];
        for (var i = 1; i <= count; i++) places[count - i] = last - 1 - (int)((long)(i - 1) * last / count);
        places[count] = last;
        return places;
    }

    /// <summary>Mean absolute error over the past origins and the steps ahead whose values are known.</summary>
    private double MeanError(double[] forecasts)
    {
        var (sum, count) = (0.0, 0);
        for (var o = 0; o < Origins.Length - 1; o++)
        {
            var steps = Math.Min(Horizon, Series.Length - Origins[o]);
            var values = Series.Values.AsSpan(Origins[o], steps);
            var observed = Series.Observed.AsSpan(Origins[o], steps);
            var forecast = forecasts.AsSpan(o * Horizon, steps);
            for (var i = 0; i < forecast.Length; i++)
            {
                if (!observed[i]) continue;
                sum += Math.Abs(forecast[i] - values[i]);
                count++;
            }
        }
        return count > 0 ? sum / count : 0;
    }
}
