// Several series in one view, with everything that may stand beside the values: what the tests of many series learn from.

using GruMlNet.FreshProcess;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Forecasting;

public sealed class ShopRow
{
    public string Shop { get; set; } = "";

    public DateTime Time { get; set; }

    public float Value { get; set; }

    public float Label { get; set; }

    /// <summary>Known beforehand: on such days twice as much is sold.</summary>
    public float Promotion { get; set; }

    [VectorType(2)]
    public float[] Weather { get; set; } = [0, 0];

    public float Visitors { get; set; }

    public string Holiday { get; set; } = "";

    public string Region { get; set; } = "";

    public float Size { get; set; }

    public float Weight { get; set; } = 1;

    /// <summary>Rows of the same shop that follow in the same view; no column of the forecaster.</summary>
    public int Following { get; set; }
}

internal static class Shops
{
    public const int Length = 150;

    public static readonly string[] Names = ["A", "B", "C", "D", "E", "F", "G", "H"];

    private static readonly DateTime Start = new(2021, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Small enough to train in a moment; enough windows for networks over all series.</summary>
    public static GruForecastModelOptions Model()
    {
        return new GruForecastModelOptions { Budget = TrainingBudget.Fast, HiddenSize = 4, EnsembleSize = 1, TrainingSteps = 16, LookBack = 14, Seasonality = 7 };
    }

    public static GruForecastEstimator.Options Options(string output = "Forecast")
    {
        return new GruForecastEstimator.Options
        {
            OutputColumnName = output,
            InputColumnName = "Value",
            Horizon = TinyForecasts.Horizon,
            TimeColumnName = "Time",
            SeriesColumnName = "Shop",
            ConfidenceLowerBoundColumn = "Lower",
            ConfidenceUpperBoundColumn = "Upper",
            ConfidenceLevel = 0.8f,
            CalendarFeatures = CalendarFeatures.None,
            Model = Model(),
        };
    }

    public static GruForecastEstimator.Options WithCovariates(string output = "Forecast")
    {
        GruForecastEstimator.Options options = Options(output);
        options.PastColumns = ["Visitors"];
        options.KnownColumns = ["Promotion", "Weather"];
        options.HolidayColumnName = "Holiday";
        options.StaticColumns = ["Region", "Size"];
        options.CalendarFeatures = CalendarFeatures.DayOfWeek | CalendarFeatures.DayOfYear;
        return options;
    }

    public static GruForecastTransformer Fit(GruForecastEstimator.Options options, IEnumerable<ShopRow> rows)
    {
        MLContext ml = new(seed: 11);
        return ml.Forecasting.ForecastByGru(options).Fit(ml.Data.LoadFromEnumerable(rows));
    }

    public static List<BoundedForecast> Transform(GruForecastTransformer model, IEnumerable<ShopRow> rows)
    {
        MLContext ml = new(seed: 11);
        return [.. ml.Data.CreateEnumerable<BoundedForecast>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false)];
    }

    public static bool IsPromotion(int shop, int step)
    {
        return (step * 7 + shop * 3) % 11 < 3;
    }

    public static ShopRow Row(int shop, int step, int following = 0, int variant = 0)
    {
        float season = 1 + (0.3f * MathF.Sin(2 * MathF.PI * step / 7));
        float noise = 1 + (0.1f * MathF.Sin(17.3f * step * (shop + variant + 1)));
        bool isHoliday = step % 29 == 0;
        return new ShopRow
        {
            Shop = Names[shop],
            Time = Start.AddDays(step),
            Value = (10 + (5 * shop)) * season * noise * (IsPromotion(shop, step) ? 2 : 1) * (isHoliday ? 0.5f : 1),
            Promotion = IsPromotion(shop, step) ? 1 : 0,
            Weather = [MathF.Sin(step), MathF.Cos(0.3f * step)],
            Visitors = 100 * noise,
            Holiday = isHoliday ? (step % 2 == 0 ? "Feast" : "Fair") : "",
            Region = shop % 2 == 0 ? "North" : "South",
            Size = 10 * shop,
            Label = step % 5,
            Following = following,
        };
    }

    /// <summary>Shop by shop.</summary>
    public static ShopRow[] Rows(int length = Length, int variant = 0, int shops = 8)
    {
        return [.. Enumerable.Range(0, shops).SelectMany(shop => Enumerable.Range(0, length).Select(step => Row(shop, step, length - 1 - step, variant)))];
    }

    /// <summary>What is known beforehand of the steps after some: no value.</summary>
    public static ShopRow[] Future(int shop, int from, int count)
    {
        return [.. Enumerable.Range(from, count).Select(step =>
        {
            ShopRow row = Row(shop, step);
            (row.Value, row.Visitors) = (float.NaN, float.NaN);
            return row;
        })];
    }
}
