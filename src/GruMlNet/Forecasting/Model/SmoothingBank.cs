// The classical forecasters that the network chooses among.
namespace GruMlNet;

/// <summary>
/// A fixed grid of forecasters that run through a series once and can forecast at every step from what came before:
/// exponential smoothing with damped trend and additive season (Holt 1957, Winters 1960, Gardner and McKenzie 1985), the same with
/// half a line's slope added (the idea of Theta, Assimakopoulos and Nikolopoulos 2000), last value, last season, last season
/// with change. On the logarithm, additive means multiplicative. Where a history has less than two and a half seasons, all run without season.
/// Immutable.
/// </summary>
internal sealed class SmoothingBank
{
    private static readonly double[] Alphas = [0.1, 0.3, 0.6, 0.95];
    private static readonly double[] Gammas = [0.05, 0.2, 0.5];
    private static readonly (double Beta, double Phi)[] Trends = [(0, 0), (0.1, 0.9), (0.05, 0.98)];

    private readonly List<ExpertGroup> _groups = [];
    private readonly (int Group, int Lane)[] _places;

    public SmoothingBank(int season)
    {
        Season = season;
        List<(int Expert, Smoothing Smoothing)> seasonal = [], level = [];
        var next = 0;
        foreach (var (beta, phi) in Trends)
            foreach (var alpha in Alphas)
                foreach (var gamma in season > 1 ? Gammas : [0.0])
                    seasonal.Add((next++, new Smoothing(alpha, alpha * beta, phi, gamma)));
        if (season > 1)
            foreach (var (beta, phi) in Trends[..2])
                foreach (var alpha in new[] { 0.3, 0.95 })
                    level.Add((next++, new Smoothing(alpha, alpha * beta, phi, 0)));
        var repeats = next;
        next += RepeatGroup.Count;
        foreach (var (slope, drift) in ((double, double)[])[(0.5, 0), (0, 0.5), (0.25, 0)])
            foreach (var alpha in Alphas)
                seasonal.Add((next++, new Smoothing(alpha, 0, 0, season > 1 ? 0.2 : 0) { Slope = slope, Drift = drift }));

        _places = new (int, int)[next];
        AddSmoothers(seasonal, season);
        AddSmoothers(level, 1);
        Add([.. Enumerable.Range(repeats, RepeatGroup.Count)], new RepeatGroup(season));
    }

    /// <summary>Steps of a season; 1 for none.</summary>
    public int Season { get; }

    public int Count => _places.Length;

    /// <summary>Whether a history is long enough for the seasonal forecasters.</summary>
    public static bool CanUseSeason(int length, int season) => season > 1 && length >= 2 * season + Math.Max(season / 2, 4);

    /// <summary>The first step at which every forecaster has something to go by.</summary>
    public int FirstOrigin(int length) => Season > 1 ? 2 * Season : Math.Min(4, length - 1);

    /// <summary>Runs all forecasters over a series, several at a time.</summary>
    /// <param name="series">At least one value.</param>
    /// <param name="origins">Ascending steps, at least <see cref="FirstOrigin"/>: a forecast made at t knows the values before t. The last one is the end of the series.</param>
    /// <param name="horizon">Steps of a forecast, h.</param>
    /// <param name="errors">[<see cref="Count"/>], overwritten: mean absolute error over all origins but the last and the steps ahead whose values are known; 0 without any.</param>
    /// <param name="last">[<see cref="Count"/>, h], overwritten: the forecasts from the last origin.</param>
    public void Score(TransformedSeries series, int[] origins, int horizon, Span<double> errors, Span<double> last)
    {
        var scratch = new SmoothingScratch(Season, horizon);
        var scores = new ExpertScores(series, origins, horizon);
        for (var g = 0; g < _groups.Count; g++)
        {
            scores.Reset();
            _groups[g].Run(series, origins, FirstOrigin(series.Length), scratch, scores);
            for (var k = 0; k < Count; k++)
            {
                if (_places[k].Group != g) continue;
                errors[k] = scores.MeanError(_places[k].Lane);
                scores.CopyLast(_places[k].Lane, last.Slice(k * horizon, horizon));
            }
        }
    }

    /// <summary>Runs one forecaster over a series.</summary>
    /// <param name="expert">0 to <see cref="Count"/> − 1.</param>
    /// <param name="series">As above.</param>
    /// <param name="origins">As above.</param>
    /// <param name="horizon">h.</param>
    /// <param name="forecasts">[origins, h], overwritten.</param>
    /// <param name="oneStep">[n + 1]: the forecast of each step made just before it, from the first origin on, overwritten; or empty.</param>
    public void Run(int expert, TransformedSeries series, int[] origins, int horizon, double[] forecasts, double[] oneStep)
    {
        var (group, lane) = _places[expert];
        _groups[group].Run(series, origins, FirstOrigin(series.Length), new SmoothingScratch(Season, horizon), new ExpertForecasts(lane, horizon, forecasts, oneStep));
    }

    private void AddSmoothers(List<(int Expert, Smoothing Smoothing)> smoothers, int season)
    {
        foreach (var side in smoothers.Chunk(ExpertGroup.Lanes))
            Add(Array.ConvertAll(side, one => one.Expert), new SmootherGroup(Array.ConvertAll(side, one => one.Smoothing), season));
    }

    private void Add(int[] experts, ExpertGroup group)
    {
        for (var lane = 0; lane < experts.Length; lane++) _places[experts[lane]] = (_groups.Count, lane);
        _groups.Add(group);
    }
}
