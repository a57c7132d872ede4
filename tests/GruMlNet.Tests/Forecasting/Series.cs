// The series that the forecasting tests learn from: a trend with a season of 6, positive, long enough for tiny models.

using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Forecasting;

public sealed class SeriesRow
{
    public float Value { get; set; }

    public DateTime Time { get; set; }

    public float Label { get; set; }
}

public sealed class WindowRow
{
    [VectorType(Series.WindowLength)]
    public float[] History { get; set; } = [];

    public float Label { get; set; }
}

public sealed class VariableWindowRow
{
    public float[] History { get; set; } = [];

    public float Label { get; set; }
}

public sealed class PointForecast
{
    public float[] Forecast { get; set; } = [];
}

public sealed class BoundedForecast
{
    public float[] Forecast { get; set; } = [];

    public float[] Lower { get; set; } = [];

    public float[] Upper { get; set; } = [];
}

public sealed class LevelsForecast
{
    public float[] Forecast { get; set; } = [];

    public float[] Lower80 { get; set; } = [];

    public float[] Upper80 { get; set; } = [];

    public float[] Lower95 { get; set; } = [];

    public float[] Upper95 { get; set; } = [];
}

internal static class Series
{
    public const int Length = 72;
    public const int WindowLength = 60;

    private static readonly DateTime Start = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>A progress callback that never asks to stop.</summary>
    public static Func<ForecastTrainingProgress, bool> AndContinue(Action progress)
    {
        return _ =>
        {
            progress();
            return true;
        };
    }

    public static float Value(int step, int variant = 0)
    {
        float season = MathF.Sin(2 * MathF.PI * step / 6) + (0.2f * MathF.Sin(17.3f * step * (variant + 1)));
        return 20 + (10 * variant) + (0.3f * step) + (4 * season);
    }

    public static SeriesRow Row(int step, float value)
    {
        return new SeriesRow { Value = value, Time = Start.AddDays(step), Label = step % 5 };
    }

    public static SeriesRow[] Rows(int length = Length, int variant = 0)
    {
        return [.. Enumerable.Range(0, length).Select(step => Row(step, Value(step, variant)))];
    }

    public static SeriesRow[] Rows(params float[] values)
    {
        return [.. values.Select((value, step) => Row(step, value))];
    }

    public static float[] Window(int start, int length, int variant = 0)
    {
        return [.. Enumerable.Range(start, length).Select(step => Value(step, variant))];
    }

    public static IDataView View(MLContext ml, int length = Length, int variant = 0)
    {
        return ml.Data.LoadFromEnumerable(Rows(length, variant));
    }
}
