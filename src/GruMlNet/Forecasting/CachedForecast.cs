using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>
/// The forecast of the current row, computed at most once for all its columns: forecast, lower and upper bounds share it.
/// Belongs to one row or engine; not thread-safe.
/// </summary>
internal sealed class CachedForecast(PanelForecaster model, ForecastColumns columns, Func<PanelSeries> readSeries, Func<long> position, Func<int, bool> isActive)
{
    private readonly bool needsBounds = Enumerable.Range(0, columns.Added.Count).Any(i => isActive(i) && columns.Added[i].Part != ForecastPart.Point);
    private PanelForecast? forecast;
    private long forecastPosition = -1;

    /// <summary>Confidence levels of the bounds; a change takes effect at the next row or <see cref="Forget"/>.</summary>
    internal float[] Levels { get; set; } = columns.Levels;

    /// <summary>Length of the vectors; a change takes effect at the next row or <see cref="Forget"/>.</summary>
    internal int Length { get; set; } = columns.Horizon;

    /// <summary>One getter per added column, null where it is not active.</summary>
    internal Delegate[] Getters()
    {
        var getters = new Delegate[columns.Added.Count];
        for (int i = 0; i < getters.Length; i++)
        {
            if (isActive(i))
                getters[i] = Getter(columns.Added[i]);
        }

        return getters;
    }

    /// <summary>The next reading computes anew, although the position is the same.</summary>
    internal void Forget() => forecast = null;

    private ValueGetter<VBuffer<float>> Getter(AddedColumn column) => (ref VBuffer<float> value) =>
    {
        float[] computed = Compute(column);
        var editor = VBufferEditor.Create(ref value, computed.Length);
        computed.CopyTo(editor.Values);
        value = editor.Commit();
    };

    private float[] Compute(AddedColumn column)
    {
        long now = position();
        if (now < 0)
            throw new InvalidOperationException("There is no current row: call MoveNext first, and stop where it returns false.");
        if (forecast is null || forecastPosition != now)
            (forecast, forecastPosition) = (model.ForecastAll([readSeries()], Length, needsBounds ? Levels : [], threads: 1)[0], now);
        return forecast.Part(column);
    }
}
