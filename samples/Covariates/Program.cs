// Forecasts the daily demand of a bike rental two weeks ahead, with and without what is known beforehand: the weather forecast and the holidays.
using System.Globalization;
using Covariates;
using GruMlNet;
using GruMlNet.Evaluation;
using Microsoft.ML;

const int Days = 3 * 365, Horizon = 14, Origins = 12, Week = 7;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var ml = new MLContext(seed: 1);
var days = BikeRental.Generate(Days, seed: 1);

// The last 24 weeks are forecast two weeks at a time, by models that have seen none of them.
var with = Test(new GruForecastEstimator.Options { KnownColumns = ["Temperature", "Rain"], HolidayColumnName = "Holiday" }, out var last);
var without = Test(new GruForecastEstimator.Options(), out _);
var naive = with.Baselines.Single(b => b.Key == "seasonal naive").Value;

Console.WriteLine("date          °C  rain   holiday      rentals   forecast   95 % bounds");
for (var i = 0; i < Horizon; i++)
{
    var day = days[Days - Horizon + i];
    Console.WriteLine($"{day.Date:yyyy-MM-dd}  {day.Temperature,4:F0}  {day.Rain,4:F0}   {day.Holiday,-10}  {day.Rentals,8:F0}  {last.Forecast[i],9:F0}   {last.Lower[i],4:F0} … {last.Upper[i],4:F0}");
}

Console.WriteLine($"\n{Origins} forecasts of {Horizon} days        MAE   MASE   RMSE   95 % bounds cover");
Line("with weather and holidays", with.Overall);
Line("without", without.Overall);
foreach (var (name, scores) in with.Baselines)
    Line(name, scores.Overall);

Console.WriteLine($"\nCovariates: MAE {with.Overall.MeanAbsoluteError:F0} with weather and holidays, {without.Overall.MeanAbsoluteError:F0} without, seasonal naive {naive.Overall.MeanAbsoluteError:F0}");
return with.Overall.MeanAbsoluteError < without.Overall.MeanAbsoluteError ? 0 : 1;

ForecastEvaluation Test(GruForecastEstimator.Options options, out Outlook last)
{
    (options.OutputColumnName, options.InputColumnName, options.TimeColumnName) = ("Forecast", "Rentals", "Date");
    (options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn, options.Horizon) = ("Lower", "Upper", Horizon);
    var first = Days - Origins * Horizon;
    var model = ml.Forecasting.ForecastByGru(options).Fit(ml.Data.LoadFromEnumerable(days.Take(first)));

    List<Outlook> outlooks = [];
    for (var today = first; today < Days; today += Horizon)
    {
        // What a planner has: the past, and for each day to come a row with the weather forecast and the holiday, but no rentals.
        IEnumerable<Day> coming = options.KnownColumns.Length == 0 ? [] : days.Skip(today).Take(Horizon).Select(day => day with { Rentals = float.NaN });
        var known = ml.Data.LoadFromEnumerable(days.Take(today).Concat(coming));
        var outlook = ml.Data.CreateEnumerable<Outlook>(model.ForecastNext(known), reuseRowObject: false, ignoreMissingColumns: true).Single();
        outlook.History = [.. days.Take(today).Select(day => day.Rentals)];
        outlook.Actual = [.. days.Skip(today).Take(Horizon).Select(day => day.Rentals)];
        outlooks.Add(outlook);
    }
    last = outlooks[^1];
    return ml.Forecasting.Evaluate(ml.Data.LoadFromEnumerable(outlooks), "Actual", "Forecast", "History", "Lower", "Upper", seasonality: Week);
}

static void Line(string name, ForecastMetrics s)
    => Console.WriteLine($"{name,-28} {s.MeanAbsoluteError,6:F0}  {s.Mase,5:F2}  {s.RootMeanSquaredError,5:F0}   {(double.IsNaN(s.Coverage) ? "" : $"{s.Coverage:P1}")}");

/// <summary>A forecast with its bounds, what it was made from, and what came.</summary>
internal sealed class Outlook
{
    public float[] Forecast { get; set; } = [];

    public float[] Lower { get; set; } = [];

    public float[] Upper { get; set; } = [];

    public float[] History { get; set; } = [];

    public float[] Actual { get; set; } = [];
}
