// What the network sees of a history: the last few segments, scaled, and how well the forecasters did there.
namespace GruMlNet;

/// <summary>
/// A step of the network is a segment of neighbouring values: a season where that is short, half of it where it is long. Per value there
/// are three features: the value less the level of the last season, in units of the window's spread; the miss of the forecast made
/// just before it; and 1, or 0 where the value is missing or before the start.
/// </summary>
internal sealed class WindowFeatures(int season)
{
    /// <summary>Features of one value.</summary>
    private const int PerValue = 3;

    /// <summary>Values of a segment.</summary>
    public int Segment { get; } = season <= 24 ? season : season / 2;

    /// <summary>Segments of a window: recurrent steps, T.</summary>
    public int Steps { get; } = season == 1 ? 8 : season <= 4 ? 4 : 3;

    /// <summary>Features of a recurrent step, I.</summary>
    public int StepSize => Segment * PerValue;

    /// <summary>Features of the whole window: log of its spread against the forecasters' error, and how much of it there is.</summary>
    public const int ContextSize = 2;

    private int Length => Segment * Steps;

    /// <summary>Writes the features of the window that ends before <paramref name="origin"/>.</summary>
    /// <param name="analysis">The history.</param>
    /// <param name="origin">The first step that is not seen.</param>
    /// <param name="inputs">[T,B,I] of the batch.</param>
    /// <param name="context">[B,C] of the batch.</param>
    /// <param name="row">Row of the batch.</param>
    /// <param name="rows">B.</param>
    public void Write(SeriesAnalysis analysis, int origin, Span<float> inputs, Span<float> context, int row, int rows)
    {
        var series = analysis.Series;
        var first = Math.Max(0, origin - Length);
        var level = series.Mean(Math.Max(0, origin - season), origin);
        var spread = Spread(series, first, origin, level);
        for (var place = 0; place < Length; place++)
        {
            var t = origin - Length + place;
            var target = inputs.Slice(((place / Segment) * rows + row) * StepSize + place % Segment * PerValue, PerValue);
            target.Clear();
            if (t < 0 || !series.Observed[t]) continue;
            target[0] = (float)Math.Clamp((series.Values[t] - level) / spread, -10, 10);
            if (t >= analysis.FirstOrigin) target[1] = (float)Math.Clamp((series.Values[t] - analysis.OneStep[t]) / analysis.Scale, -5, 5) / 2f;
            target[2] = 1f;
        }
        context[row * ContextSize] = (float)Math.Clamp(Math.Log(spread / analysis.Scale) / 2, -3, 3);
        context[row * ContextSize + 1] = 2f * Math.Min((float)origin / Length, 1f) - 1f;
    }

    private static double Spread(TransformedSeries series, int first, int origin, double level)
    {
        var (sum, count) = (0.0, 0);
        for (var t = first; t < origin; t++)
        {
            if (!series.Observed[t]) continue;
            sum += (series.Values[t] - level) * (series.Values[t] - level);
            count++;
        }
        return Math.Max(count > 0 ? Math.Sqrt(sum / count) : 0, 1e-9 * Math.Abs(level) + 1e-12);
    }
}
