// What is forecast for one series.
namespace GruMlNet;

/// <summary>A forecast with bounds; all values NaN where the history has no value.</summary>
/// <param name="Point">[h]: the medians.</param>
/// <param name="Lower">[levels][h]: the lower bounds, per confidence level in the order asked for.</param>
/// <param name="Upper">[levels][h]: the upper bounds.</param>
internal sealed record PanelForecast(float[] Point, float[][] Lower, float[][] Upper)
{
    /// <summary>The part that a column holds.</summary>
    internal float[] Part(AddedColumn column) => column.Part switch
    {
        ForecastPart.Point => Point,
        ForecastPart.Lower => Lower[column.Level],
        _ => Upper[column.Level],
    };

    internal void Fill(float value)
    {
        Point.AsSpan().Fill(value);
        foreach (var bound in (float[][])[.. Lower, .. Upper]) bound.AsSpan().Fill(value);
    }
}
