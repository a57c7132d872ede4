// The classical forecasters that the network chooses among.
namespace GruMlNet;

/// <summary>
/// A fixed grid of forecasters that run through a series once and can forecast at every step from what came before:
/// exponential smoothing with damped trend and additive season (Holt 1957, Winters 1960, Gardner and McKenzie 1985), the same with
/// half a line's slope added (the idea of Theta, Assimakopoulos and Nikolopoulos 2000), last value, last season, last season
/// with change. On the logarithm, additive means multiplicative. Where a history has less than two and a half seasons, all run without season.
/// </summary>
internal sealed class SmoothingBank
{
    private static readonly double[] Alphas = [0.1, 0.3, 0.6, 0.95];
    private static readonly double[] Gammas = [0.05, 0.2, 0.5];
    private static readonly (double Beta, double Phi)[] Trends = [(0, 0), (0.1, 0.9), (0.05, 0.98)];

    private readonly List<Expert> _experts = [];

    public SmoothingBank(int season)
    {
        Season = season;
        foreach (var (beta, phi) in Trends)
            foreach (var alpha in Alphas)
                foreach (var gamma in season > 1 ? Gammas : [0.0])
                    _experts.Add(new Smoother(alpha, alpha * beta, phi, gamma, season, Lift.None));
        if (season > 1)
            foreach (var (beta, phi) in Trends[..2])
                foreach (var alpha in new[] { 0.3, 0.95 })
                    _experts.Add(new Smoother(alpha, alpha * beta, phi, 0, 1, Lift.None));
        _experts.Add(new Repeat(1, 0, 0));
        _experts.Add(new Repeat(season, 0, 0));
        _experts.Add(new Repeat(season, 1, 0));
        _experts.Add(new Repeat(season, 0, 1));
        foreach (var lift in new[] { Lift.HalfSlope, Lift.HalfDrift, Lift.QuarterSlope })
            foreach (var alpha in Alphas)
                _experts.Add(new Smoother(alpha, 0, 0, season > 1 ? 0.2 : 0, season, lift));
    }

    /// <summary>Steps of a season; 1 for none.</summary>
    public int Season { get; }

    public int Count => _experts.Count;

    /// <summary>Whether a history is long enough for the seasonal forecasters.</summary>
    public static bool CanUseSeason(int length, int season) => season > 1 && length >= 2 * season + Math.Max(season / 2, 4);

    /// <summary>The first step at which every forecaster has something to go by.</summary>
    public int FirstOrigin(int length) => Season > 1 ? 2 * Season : Math.Min(4, length - 1);

    /// <summary>
    /// Runs one forecaster over a series.
    /// </summary>
    /// <param name="expert">0 to <see cref="Count"/> − 1.</param>
    /// <param name="series">At least one value.</param>
    /// <param name="origins">Ascending steps, at least <see cref="FirstOrigin"/>: a forecast made at t knows the values before t.</param>
    /// <param name="horizon">Steps of a forecast, h.</param>
    /// <param name="forecasts">[origins, h], overwritten.</param>
    /// <param name="oneStep">[n + 1]: the forecast of each step made just before it, from the first origin on, overwritten; or empty.</param>
    public void Run(int expert, TransformedSeries series, ReadOnlySpan<int> origins, int horizon, Span<double> forecasts, Span<double> oneStep) =>
        _experts[expert].Run(series, origins, FirstOrigin(series.Length), horizon, forecasts, oneStep);

    private abstract class Expert
    {
        public abstract void Run(TransformedSeries series, ReadOnlySpan<int> origins, int first, int horizon, Span<double> forecasts, Span<double> oneStep);
    }

    /// <summary>What is added to the smoothed level per step ahead.</summary>
    private enum Lift
    {
        None,
        HalfSlope,
        HalfDrift,
        QuarterSlope,
    }

    /// <summary>Exponential smoothing in error-correction form.</summary>
    private sealed class Smoother(double alpha, double beta, double phi, double gamma, int season, Lift lift) : Expert
    {
        public override void Run(TransformedSeries series, ReadOnlySpan<int> origins, int first, int horizon, Span<double> forecasts, Span<double> oneStep)
        {
            var pattern = new double[season];
            var damping = DampingSums(horizon);
            var (level, trend, start) = Start(series, pattern);
            var (next, phase) = (0, start % season);
            for (var t = start; t <= series.Length; t++)
            {
                var expected = level + phi * trend;
                if (!oneStep.IsEmpty && t >= first) oneStep[t] = expected + pattern[phase] + Rise(series, t);
                if (next < origins.Length && origins[next] == t)
                {
                    Forecast(level, trend, pattern, phase, Rise(series, t), damping, forecasts.Slice(next * horizon, horizon));
                    next++;
                }
                if (t == series.Length) break;
                level = expected;
                trend *= phi;
                if (series.Observed[t])
                {
                    var error = series.Values[t] - expected - pattern[phase];
                    level += alpha * error;
                    trend += beta * error;
                    if (season > 1) pattern[phase] += SeasonalRate(t) * Math.Max(1 - alpha, 0.3) * error;
                }
                if (++phase == season) phase = 0;
            }
        }

        /// <summary>A slow rate starts as a plain mean over the seasons seen, so that it does not stay with the first ones.</summary>
        private double SeasonalRate(int t) => gamma < 0.1 ? Math.Max(0.05, 1.0 / (t / season + 1)) : gamma;

        /// <summary>[h]: φ + φ² + … + φ^i, what a trend of 1 adds up to i steps ahead.</summary>
        private double[] DampingSums(int horizon)
        {
            var sums = new double[horizon];
            var (sum, weight) = (0.0, 1.0);
            for (var i = 0; i < horizon; i++) sums[i] = sum += weight *= phi;
            return sums;
        }

        private static void Forecast(double level, double trend, double[] pattern, int phase, double rise, double[] damping, Span<double> target)
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = level + damping[i] * trend + pattern[phase] + rise * (i + 1);
                if (++phase == pattern.Length) phase = 0;
            }
        }

        private double Rise(TransformedSeries series, int t) => lift switch
        {
            Lift.HalfSlope => 0.5 * series.Slope(t),
            Lift.QuarterSlope => 0.25 * series.Slope(t),
            Lift.HalfDrift => 0.5 * series.Drift(t, season),
            _ => 0,
        };

        /// <summary>Level, trend and pattern from the first two seasons (without season: from the first values), and the step they stand for.</summary>
        private (double Level, double Trend, int Start) Start(TransformedSeries series, double[] pattern)
        {
            var v = series.Values;
            if (season == 1)
            {
                var start = Math.Min(4, v.Length - 1);
                if (start == 0) return (v[0], 0, 0);
                return (v[start - 1], phi > 0 ? 0.5 * (v[start - 1] - v[0]) / Math.Max(start - 1, 1) : 0, start);
            }
            Span<double> one = v.AsSpan(0, season), two = v.AsSpan(season, season);
            double meanOne = Mean(one), meanTwo = Mean(two), slope = (meanTwo - meanOne) / season, mean = 0.5 * (meanOne + meanTwo);
            for (var i = 0; i < season; i++)
            {
                var a = one[i] - mean - slope * (i - (2 * season - 1) / 2.0);
                var b = two[i] - mean - slope * (season + i - (2 * season - 1) / 2.0);
                pattern[i] = 0.9 * 0.5 * (a + b); // a little less than seen: two seasons are little evidence
            }
            return (meanTwo + slope * (season - 1) / 2.0, phi > 0 ? slope : 0, 2 * season);
        }

        private static double Mean(ReadOnlySpan<double> values)
        {
            var sum = 0.0;
            foreach (var v in values) sum += v;
            return sum / values.Length;
        }
    }

    /// <summary>The last values again, season by season, plus a share of the last season's change and of the long-run drift.</summary>
    private sealed class Repeat(int season, double change, double drift) : Expert
    {
        public override void Run(TransformedSeries series, ReadOnlySpan<int> origins, int first, int horizon, Span<double> forecasts, Span<double> oneStep)
        {
            for (var o = 0; o < origins.Length; o++) Forecast(series, origins[o], forecasts.Slice(o * horizon, horizon));
            if (oneStep.IsEmpty) return;
            for (var t = first; t <= series.Length; t++) Forecast(series, t, oneStep.Slice(t, 1));
        }

        private void Forecast(TransformedSeries series, int t, Span<double> target)
        {
            if (t == 0)
            {
                target.Fill(series.Values[0]);
                return;
            }
            var perSeason = drift == 0 ? 0 : drift * series.Drift(t, season) * season;
            if (change > 0 && season > 1) perSeason += change * (series.Mean(t - season, t) - series.Mean(t - 2 * season, t - season));
            for (var i = 0; i < target.Length; i++)
                target[i] = series.Values[t - season + i % season] + perSeason * (1 + i / season);
        }
    }
}
