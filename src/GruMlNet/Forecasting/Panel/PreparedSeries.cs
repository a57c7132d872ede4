// A series as the panel model sees it: transformed, with its gaps known.
namespace GruMlNet;

/// <summary>
/// Starts at the first value. A missing value has a stand-in, the value one season earlier or else the last one seen, which is
/// shown to the network as missing and counts in no statistic and no loss.
/// </summary>
internal sealed class PreparedSeries
{
    public PreparedSeries(ReadOnlyMemory<float> history, PanelPlan plan) : this(history, plan.Season, plan.UseLog)
    {
    }

    private PreparedSeries(ReadOnlyMemory<float> all, int season, bool useLog)
    {
        var start = 0;
        while (start < all.Length && float.IsNaN(all.Span[start])) start++;
        Raw = all[start..];
        var history = Raw.Span;
        HasNegative = !ValueTransform.CanLog(history);
        Transform = useLog && !HasNegative ? ValueTransform.Log(history) : ValueTransform.Identity;
        Values = new float[history.Length];
        Observed = new bool[history.Length];
        for (var t = 0; t < history.Length; t++)
        {
            Observed[t] = !float.IsNaN(history[t]);
            Values[t] = Observed[t] ? (float)Transform.Apply(history[t]) : t >= season ? Values[t - season] : Values[t - 1];
        }
    }

    public int Length => Values.Length;

    /// <summary>The values as they were given, NaN where missing.</summary>
    public ReadOnlyMemory<float> Raw { get; }

    public bool HasNegative { get; }

    public ValueTransform Transform { get; }

    public float[] Values { get; }

    public bool[] Observed { get; }
}
