// What one history tells by itself: what its forecasters say together, how they differ, and by how much they missed.
namespace GruMlNet;

/// <summary>
/// The combination of a history's forecasters over its past. What the network adds is a correction to this combination, in units of its mean error.
/// </summary>
internal sealed class SeriesAnalysis
{
    private readonly SeriesCombination _combination;
    private readonly double[] _combined; // [origins, h]; the last origin is now

    /// <summary>Analyses a history.</summary>
    /// <param name="combination">Of the history.</param>
    /// <param name="horizon">h.</param>
    /// <param name="keep">Past origins whose forecasts are kept, for training; 0 to keep those of the end only.</param>
    public SeriesAnalysis(SeriesCombination combination, int horizon, int keep)
    {
        (_combination, Horizon) = (combination, horizon);
        _combined = new double[Origins.Length * horizon];
        OneStep = new double[Series.Length + 1];
        Kept = Thin(Origins.Length - 1, keep);
        Experts = Combine();
        Scale = Math.Max(MeanError(), combination.Tiny);
    }

    public int Season => _combination.Season;

    /// <summary>Whether the history was long enough for the season that was asked for.</summary>
    public bool IsSeasonal => _combination.IsSeasonal;

    public int Horizon { get; }

    /// <summary>Whether the history has a value below 0.</summary>
    public bool HasNegative => _combination.HasNegative;

    public ValueTransform Transform => _combination.Transform;

    public TransformedSeries Series => _combination.Series;

    /// <summary>The first step that could be forecast.</summary>
    public int FirstOrigin => _combination.FirstOrigin;

    /// <summary>The steps before which forecasts were made; the last one is the end of the history: now.</summary>
    public int[] Origins => _combination.Origins;

    /// <summary>Number of past steps from which a forecast could have been made.</summary>
    public int PastOrigins => _combination.PastOrigins;

    /// <summary>Mean absolute error of the combination over all past origins and steps, on the transformed scale; positive.</summary>
    public double Scale { get; }

    /// <summary>Logarithm of each kept forecaster's weight against the best one's: 0 for the best, −12 at least.</summary>
    public float[] Priors => _combination.Priors;

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

    /// <summary>Runs the chosen forecasters again, adds up their combination, and keeps how each differs from it.</summary>
    private float[] Combine()
    {
        var size = Origins.Length * Horizon;
        var kept = new double[Kept.Length * SeriesCombination.ExpertCount * Horizon];
        var forecasts = new double[size];
        var oneStep = new double[OneStep.Length];
        for (var j = 0; j < SeriesCombination.ExpertCount; j++)
        {
            var weight = _combination.Weights[j];
            _combination.Bank.Run(_combination.Chosen[j], Series, Origins, Horizon, forecasts, oneStep);
            for (var i = 0; i < size; i++) _combined[i] += weight * forecasts[i];
            for (var t = FirstOrigin; t < oneStep.Length; t++) OneStep[t] += weight * oneStep[t];
            for (var o = 0; o < Kept.Length; o++)
                forecasts.AsSpan(Kept[o] * Horizon, Horizon).CopyTo(kept.AsSpan((o * SeriesCombination.ExpertCount + j) * Horizon));
        }
        var differences = new float[kept.Length];
        for (var o = 0; o < Kept.Length; o++)
            for (var i = 0; i < SeriesCombination.ExpertCount * Horizon; i++)
                differences[o * SeriesCombination.ExpertCount * Horizon + i] = (float)(kept[o * SeriesCombination.ExpertCount * Horizon + i] - _combined[Kept[o] * Horizon + i % Horizon]);
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
    private double MeanError()
    {
        var (sum, count) = (0.0, 0);
        for (var o = 0; o < Origins.Length - 1; o++)
        {
            var steps = Math.Min(Horizon, Series.Length - Origins[o]);
            var values = Series.Values.AsSpan(Origins[o], steps);
            var observed = Series.Observed.AsSpan(Origins[o], steps);
            var forecast = _combined.AsSpan(o * Horizon, steps);
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
