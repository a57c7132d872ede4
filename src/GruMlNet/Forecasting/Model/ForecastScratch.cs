// Where a forecast's result is kept until it is read.
namespace GruMlNet;

/// <summary>Belongs to one thread at a time.</summary>
internal sealed class ForecastScratch(int horizon)
{
    private readonly float[] _point = new float[horizon];
    private ForecastIntervals? _intervals;

    /// <summary>[h]: the forecast, in the values' own units.</summary>
    public Span<float> Point => _point;

    /// <summary>[h]: the forecast on the transformed scale, around which the bounds lie.</summary>
    internal double[] Center { get; } = new double[horizon];

    /// <summary>What the forecast was made from; null after a history without any value.</summary>
    internal SeriesAnalysis? Analysis
    {
        get;
        set
        {
            field = value;
            _intervals = null;
        }
    }

    /// <summary>Worked out when first asked for: many forecasts are read without bounds.</summary>
    internal ForecastIntervals? Intervals => _intervals ??= Analysis is { } analysis ? new ForecastIntervals(analysis) : null;
}
