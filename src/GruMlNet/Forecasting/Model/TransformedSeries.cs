// A series as the forecasters see it: transformed, with its gaps known.
namespace GruMlNet;

/// <summary>
/// Oldest value first. A missing value has a stand-in in <see cref="Values"/>, the value one season earlier or the last one seen,
/// so that look-ups find something; but it is never learnt from, scored or counted: <see cref="Observed"/> says which are real.
/// </summary>
internal sealed class TransformedSeries
{
    private readonly double[] _sum, _sumTime, _sumTimeSquared, _sumTimeValue, _count; // over the observed values before t

    public TransformedSeries(ReadOnlySpan<float> values, int season, ValueTransform transform)
    {
        Values = new double[values.Length];
        Observed = new bool[values.Length];
        _sum = new double[values.Length + 1];
        _sumTime = new double[values.Length + 1];
        _sumTimeSquared = new double[values.Length + 1];
        _sumTimeValue = new double[values.Length + 1];
        _count = new double[values.Length + 1];
        for (var t = 0; t < values.Length; t++)
        {
            Observed[t] = !float.IsNaN(values[t]);
            Values[t] = Observed[t] ? transform.Apply(values[t]) : t >= season ? Values[t - season] : t > 0 ? Values[t - 1] : 0;
            var (seen, v) = (Observed[t] ? 1.0 : 0.0, Observed[t] ? Values[t] : 0.0);
            _count[t + 1] = _count[t] + seen;
            _sum[t + 1] = _sum[t] + v;
            _sumTime[t + 1] = _sumTime[t] + seen * t;
            _sumTimeSquared[t + 1] = _sumTimeSquared[t] + seen * t * t;
            _sumTimeValue[t + 1] = _sumTimeValue[t] + v * t;
        }
    }

    public int Length => Values.Length;

    public double[] Values { get; }

    public bool[] Observed { get; }

    /// <summary>Mean of the observed values from <paramref name="from"/> to before <paramref name="to"/>; 0 where there is none.</summary>
    public double Mean(int from, int to)
    {
        var count = _count[to] - _count[from];
        return count > 0 ? (_sum[to] - _sum[from]) / count : 0;
    }

    /// <summary>Slope of the least-squares line through the observed values before <paramref name="t"/>.</summary>
    public double Slope(int t)
    {
        var n = _count[t];
        if (n < 2) return 0;
        var spread = _sumTimeSquared[t] - _sumTime[t] * _sumTime[t] / n;
        return spread > 0 ? (_sumTimeValue[t] - _sumTime[t] * _sum[t] / n) / spread : 0;
    }

    /// <summary>Change per step from the first season's mean to the last one's before <paramref name="t"/>.</summary>
    public double Drift(int t, int season)
    {
        if (season == 1) return t > 1 ? (Values[t - 1] - Values[0]) / (t - 1) : 0;
        return t > season ? (Mean(t - season, t) - Mean(0, season)) / (t - season) : 0;
    }
}
