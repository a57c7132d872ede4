// The last values again.
using System.Runtime.Intrinsics;

namespace GruMlNet;

/// <summary>Side by side: the last value; the last season; the last season with its change against the one before, season by season; the last season with the long-run drift.</summary>
internal sealed class RepeatGroup(int season) : ExpertGroup
{
    /// <summary>Forecasters of this group.</summary>
    public const int Count = 4;

    /// <summary>The lane that repeats the last value only; the others repeat the season.</summary>
    private static readonly Vector512<double> LastValueLane = Vector512.Create(1.0, 0, 0, 0, 0, 0, 0, 0);

    public override void Run(TransformedSeries series, ReadOnlySpan<int> origins, int first, SmoothingScratch scratch, ExpertSink sink)
    {
        for (var o = 0; o < origins.Length; o++)
        {
            Forecast(series, origins[o], scratch.Forecast);
            sink.Forecast(o, scratch.Forecast);
        }
        for (var t = first; t <= series.Length && sink.WantsOneStep; t++)
        {
            Forecast(series, t, scratch.Forecast.AsSpan(0, 1));
            sink.OneStep(t, scratch.Forecast[0]);
        }
    }

    private void Forecast(TransformedSeries series, int t, Span<Vector512<double>> target)
    {
        if (t == 0)
        {
            target.Fill(Vector512.Create(series.Values[0]));
            return;
        }
        var isLast = Vector512.Equals(LastValueLane, Vector512<double>.One);
        var last = Vector512.Create(series.Values[t - 1]);
        var change = season > 1 ? series.Mean(t - season, t) - series.Mean(t - 2 * season, t - season) : 0;
        var perSeason = Vector512.Create(0.0, 0, change, series.Drift(t, season) * season, 0, 0, 0, 0);
        var (phase, seasons) = (0, 1);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = Vector512.ConditionalSelect(isLast, last, Vector512.Create(series.Values[t - season + phase])) + perSeason * Vector512.Create((double)seasons);
            if (++phase < season) continue;
            phase = 0;
            seasons++;
        }
    }
}
