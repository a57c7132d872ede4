// Which origins are learnt from, and which are held back to judge by.
namespace GruMlNet;

/// <summary>
/// The last steps of each series are held back, and several forecasts of them are judged: more the fewer series there are. A series that would be
/// left with too little is learnt from whole.
/// </summary>
internal sealed class PanelSplit
{
    /// <summary>Forecasts to judge by, as far as the series have room for them.</summary>
    private const int WantedForecasts = 300;

    /// <summary>Series whose forecasts are judged, at most.</summary>
    private const int MaxJudgedSeries = 600;

    /// <summary>Largest share of a series that is held back, unless one forecast needs more.</summary>
    private const double MaxHeldBack = 0.15;

    /// <summary>Examples beyond this many are thinned out.</summary>
    private const long MaxExamples = 20_000_000;

    /// <summary>Splits the series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="plan">The windows.</param>
    /// <param name="fold">0 to hold back the last steps; 1 for the same number of steps before them, as if the last ones were not there, and so on.</param>
    public PanelSplit(IReadOnlyList<PreparedSeries> series, PanelPlan plan, int fold = 0)
    {
        var h = plan.Horizon;
        var lengths = series.Select(s => s.Length).Order().ToArray();
        var median = lengths[lengths.Length / 2];
        // Enough to see a period and a horizon; less where the series are short.
        FirstOrigin = Math.Max(MinHistory, Math.Min(Math.Max(plan.Period, h), (median - h) / 2));
        var wanted = Math.Max((WantedForecasts + series.Count - 1) / series.Count, median >= 8 * h ? 3 : 1);
        // As far apart as there is room for, and no further than half a horizon: nearer ones tell the same.
        var room = Math.Max(0, (int)(MaxHeldBack * median) - h);
        var stride = Math.Clamp(room / Math.Max(1, wanted - 1), Math.Max(1, h / 8), Math.Max(1, h / 2));
        wanted = Math.Min(wanted, room / stride + 1);
        HeldBack = h + (wanted - 1) * stride;

        var total = series.Sum(s => (long)Math.Max(0, s.Length - h - FirstOrigin + 1));
        var thinning = (int)(total / MaxExamples) + 1;
        var judgedStride = Math.Max(1, series.Count / MaxJudgedSeries);
        (Learn, Judge, All) = (new OriginRange[series.Count], new OriginRange[series.Count], new OriginRange[series.Count]);
        for (var s = 0; s < series.Count; s++)
        {
            var n = series[s].Length - fold * HeldBack;
            var judged = n - HeldBack >= FirstOrigin + 1;
            All[s] = Range(n, h, thinning);
            Learn[s] = Range(judged ? n - HeldBack : n, h, thinning);
            if (judged && s % judgedStride == 0) Judge[s] = new OriginRange(n - HeldBack, stride, wanted);
        }
    }

    /// <summary>Values that a series must have before an origin to be learnt from.</summary>
    private const int MinHistory = 3;

    public int FirstOrigin { get; }

    /// <summary>Steps held back at the end of each series.</summary>
    public int HeldBack { get; }

    /// <summary>Per series: the origins whose targets end before what is held back.</summary>
    public OriginRange[] Learn { get; }

    /// <summary>Per series: the origins that are judged; none where the series is too short.</summary>
    public OriginRange[] Judge { get; }

    /// <summary>Per series: all origins, for the final training.</summary>
    public OriginRange[] All { get; }

    private OriginRange Range(int length, int horizon, int stride)
    {
        var count = length - horizon - FirstOrigin + 1;
        return new OriginRange(FirstOrigin, stride, Math.Max(0, (count + stride - 1) / stride));
    }
}
