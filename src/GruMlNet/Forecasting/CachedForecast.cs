using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>The values to forecast from, oldest first; valid until the row moves on.</summary>
internal delegate ReadOnlySpan<float> HistoryReader();

/// <summary>
/// The forecast of the current row, computed at most once for all its columns: forecast, lower and upper bounds share it.
/// Belongs to one cursor, row or engine; not thread-safe.
/// </summary>
internal sealed class CachedForecast(ForecastModel model, ForecastColumns columns, HistoryReader readHistory, Func<long> position)
{
    private readonly ForecastScratch scratch = model.CreateScratch();
    private readonly float[] lower = new float[model.Horizon];
    private readonly float[] upper = new float[model.Horizon];
    private long? forecastPosition;
    private long? intervalPosition;

    /// <summary>Confidence level of the bounds; a change takes effect at the next row or <see cref="Forget"/>.</summary>
    internal float Level { get; set; } = columns.Level;

    /// <summary>Length of the vectors, at most the trained horizon.</summary>
    internal int Length { get; set; } = columns.Horizon;

    internal static Delegate[] Getters(CachedForecast forecast, IReadOnlyList<(string Name, ForecastPart Part)> added, Func<int, bool> isActive)
    {
        var getters = new Delegate[added.Count];
        for (int i = 0; i < getters.Length; i++)
        {
            if (isActive(i))
                getters[i] = forecast.Getter(added[i].Part);
        }

        return getters;
    }

    internal ValueGetter<VBuffer<float>> Getter(ForecastPart part) => (ref VBuffer<float> value) =>
    {
        ReadOnlySpan<float> computed = Compute(part)[..Length];
        var editor = VBufferEditor.Create(ref value, computed.Length);
        computed.CopyTo(editor.Values);
        value = editor.Commit();
    };

    /// <summary>The next reading computes anew, although the position is the same.</summary>
    internal void Forget() => (forecastPosition, intervalPosition) = (null, null);

    private ReadOnlySpan<float> Compute(ForecastPart part)
    {
        long now = position();
        if (now < 0)
            throw new InvalidOperationException("There is no current row: call MoveNext first, and stop where it returns false.");
        if (forecastPosition != now)
        {
            model.Forecast(readHistory(), scratch);
            forecastPosition = now;
        }

        if (part == ForecastPart.Point)
            return scratch.Point;
        if (intervalPosition != now)
        {
            model.Interval(scratch, Level, lower, upper);
            intervalPosition = now;
        }

        Debug.Assert(part is ForecastPart.Lower or ForecastPart.Upper, "The parts are point, lower and upper.");
        return part == ForecastPart.Lower ? lower : upper;
    }
}
