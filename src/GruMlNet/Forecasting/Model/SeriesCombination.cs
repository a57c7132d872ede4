// Which forecasters did well on a history, and what they say together now.
namespace GruMlNet;

/// <summary>
/// Runs the <see cref="SmoothingBank"/> over a history, scores every forecaster on the forecasts it would have made
/// on the way, and combines the best.
/// </summary>
internal sealed class SeriesCombination
{
    /// <summary>Forecasters that are kept, best first.</summary>
    public const int ExpertCount = 16;

    /// <summary>Past origins that forecasters are scored on; longer histories are sampled evenly.</summary>
    private const int MaxOrigins = 128;

    /// <summary>Combines the forecasters of a history.</summary>
    /// <param name="history">At least one value, oldest first, NaN where missing.</param>
    /// <param name="season">Steps of a season; not used where the history is too short for it.</param>
    /// <param name="horizon">h.</param>
    /// <param name="useLog">Whether to work on logarithms; not done where a value is negative.</param>
    public SeriesCombination(ReadOnlySpan<float> history, int season, int horizon, bool useLog)
    {
        Season = SmoothingBank.CanUseSeason(history.Length, season) ? season : 1;
        IsSeasonal = Season == season;
        HasNegative = !ValueTransform.CanLog(history);
        Transform = useLog && !HasNegative ? ValueTransform.Log(history) : ValueTransform.Identity;
        Series = new TransformedSeries(history, Season, Transform);
        Bank = new SmoothingBank(Season);
        FirstOrigin = Bank.FirstOrigin(history.Length);
        Origins = ChooseOrigins(FirstOrigin, history.Length);
        Tiny = 1e-9 * Series.Values.Max(Math.Abs) + 1e-12;
        Now = ChooseExperts(horizon);
    }

    public int Season { get; }

    /// <summary>Whether the history was long enough for the season that was asked for.</summary>
    public bool IsSeasonal { get; }

    /// <summary>Whether the history has a value below 0.</summary>
    public bool HasNegative { get; }

    public ValueTransform Transform { get; }

    public TransformedSeries Series { get; }

    public SmoothingBank Bank { get; }

    /// <summary>The first step that could be forecast.</summary>
    public int FirstOrigin { get; }

    /// <summary>The steps before which forecasts were made; the last one is the end of the history: now.</summary>
    public int[] Origins { get; }

    /// <summary>Number of past steps from which a forecast could have been made.</summary>
    public int PastOrigins => Math.Max(0, Series.Length - FirstOrigin);

    /// <summary>The kept forecasters, by their places in the bank, best first.</summary>
    public int[] Chosen { get; } = new int[ExpertCount];

    /// <summary>How much each of them counts; at least 0, sum 1.</summary>
    public double[] Weights { get; } = new double[ExpertCount];

    /// <summary>Logarithm of each kept forecaster's weight against the best one's: 0 for the best, −12 at least.</summary>
    public float[] Priors { get; } = new float[ExpertCount];

    /// <summary>[h]: the combined forecast from the end of the history, on the transformed scale.</summary>
    public double[] Now { get; }

    /// <summary>An error below which there is none to speak of, on the transformed scale.</summary>
    public double Tiny { get; }

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

    /// <summary>Scores all forecasters, keeps the best, and weighs them by error to the power −p: the more evidence, the sharper. Returns what they say now.</summary>
    private double[] ChooseExperts(int horizon)
    {
        var errors = new double[Bank.Count];
        var last = new double[Bank.Count * horizon];
        Bank.Score(Series, Origins, horizon, errors, last);
        var order = new int[Bank.Count];
        for (var k = 0; k < order.Length; k++)
        {
            errors[k] = Math.Max(errors[k], Tiny);
            order[k] = k;
        }
        // Equal errors keep the bank's order: sorting must not depend on the library's algorithm.
        Array.Sort(order, (a, b) => errors[a] != errors[b] ? errors[a].CompareTo(errors[b]) : a.CompareTo(b));
        var sharpness = Math.Clamp(PastOrigins / 6.0, 3, 24);
        var sum = 0.0;
        for (var j = 0; j < ExpertCount; j++)
        {
            Chosen[j] = order[j];
            var logWeight = -sharpness * Math.Log(errors[order[j]] / errors[order[0]]);
            Priors[j] = (float)Math.Max(logWeight, -12);
            Weights[j] = Math.Exp(logWeight);
            sum += Weights[j];
        }
        var now = new double[horizon];
        for (var j = 0; j < ExpertCount; j++)
        {
            Weights[j] /= sum;
            for (var i = 0; i < horizon; i++) now[i] += Weights[j] * last[Chosen[j] * horizon + i];
        }
        return now;
    }
}
