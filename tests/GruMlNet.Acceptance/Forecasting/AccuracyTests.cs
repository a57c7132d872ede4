// What the forecaster scores with its defaults, mostly on a fast budget: bounds with a margin, so that a rule that spoils it is noticed.

using GruMlNet.Acceptance.Reference;
using GruMlNet.Evaluation;

namespace GruMlNet.Acceptance.Forecasting;

[Trait("Category", "Accuracy")]
public sealed class AccuracyTests
{
    private const int LowLevel = 0, HighLevel = 1;
    private static readonly float[] Levels = [0.8f, 0.95f];

    // Theta, the competition's best, scored 16.97, 8.96, 13.89 and 4.41.
    [Theory]
    [InlineData("yearly", 1, 16.4, 33.5, TrainingBudget.Default)]
    [InlineData("quarterly", 4, 9.5, 9.9, TrainingBudget.Fast)]
    [InlineData("monthly", 12, 13.89, 6.7, TrainingBudget.Fast)]
    [InlineData("other", 1, 4.6, 14.2, TrainingBudget.Fast)]
    public void M3_ScoresAndBounds_Hold(string period, int seasonality, double smape, double msis, TrainingBudget budget)
    {
        Dictionary<string, float[]> training = Panels.Long(SharedReference.Data("forecast", "m3", $"{period}_train.csv"));
        Dictionary<string, float[]> test = Panels.Long(SharedReference.Data("forecast", "m3", $"{period}_test.csv"));
        (ForecastEvaluation scores, double coverage80) = Score(training.ToDictionary(one => one.Key, one => (one.Value, test[one.Key])), seasonality, budget);
        Assert.InRange(scores.Overall.Smape, 0, smape);
        AssertNoWorseThanTheBaselines(scores);
        AssertBoundsHold(scores, coverage80, msis);
    }

    // The end of the training part is held out: the competition's test part is for the competition.
    [Theory]
    [InlineData("Hourly", 48, 24, 3, 0.48, 7.9)]
    [InlineData("Weekly", 13, 1, 2, 0.85, 24)]
    public void M4_ScoresAndBounds_Hold(string frequency, int horizon, int seasonality, int every, double owa, double msis)
    {
        Dictionary<string, float[]> all = Panels.Wide(SharedReference.Data("forecast", "m4", $"{frequency}-train.csv"));
        var some = all.Where((_, i) => i % every == 0).ToDictionary(one => one.Key, one => (one.Value[..^horizon], one.Value[^horizon..]));
        (ForecastEvaluation scores, double coverage80) = Score(some, seasonality, TrainingBudget.Fast);
        Assert.InRange(scores.Overall.Owa, 0, owa);
        AssertNoWorseThanTheBaselines(scores);
        AssertBoundsHold(scores, coverage80, msis);
    }

    // Nothing is better than the last value by much: a model that finds more than there is does worse.
    [Fact]
    public void ExchangeRates_AreForecastHardlyWorseThanByTheLastValue()
    {
        const int horizon = 24, windows = 60;
        float[][] columns = Panels.Columns(SharedReference.Data("forecast", "exchange_rate", "exchange_rate_dated.csv"));
        int end = columns[0].Length * 7 / 10;
        PanelForecaster model = Train([.. columns.Select((column, i) => new PanelSeries($"{i}", column[..end]))], horizon, 1, TrainingBudget.Fast);
        var cases = (
            from column in columns
            from window in Enumerable.Range(0, windows)
            let origin = column.Length - (windows - window) * horizon
            select (Past: new PanelSeries("", column[..origin]), Actual: column.AsMemory(origin, horizon))).ToArray();
        PanelForecast[] forecasts = model.ForecastAll([.. cases.Select(one => one.Past)], horizon, []);
        ForecastCase[] ours = [.. cases.Select((one, i) => new ForecastCase { History = one.Past.Values, Actual = one.Actual, Forecast = forecasts[i].Point })];
        ForecastEvaluation last = ForecastEvaluation.Of(
            ours.Select(one => new ForecastCase { History = one.History, Actual = one.Actual, Forecast = ForecastBaselines.Naive(one.History.Span, horizon) }), 1);
        Assert.InRange(ForecastEvaluation.Of(ours, 1).Overall.Rmsse, 0, 1.05 * last.Overall.Rmsse);
    }

    private static (ForecastEvaluation Scores, double Coverage80) Score(Dictionary<string, (float[] Past, float[] Coming)> series, int seasonality, TrainingBudget budget)
    {
        PanelSeries[] pasts = [.. series.Select(one => new PanelSeries(one.Key, one.Value.Past))];
        int horizon = series.Values.First().Coming.Length;
        PanelForecast[] forecasts = Train(pasts, horizon, seasonality, budget).ForecastAll(pasts, horizon, Levels);
        ForecastCase[] Cases(int level) => [.. pasts.Select((past, i) => new ForecastCase
        {
            Series = past.Id,
            History = past.Values,
            Actual = series[past.Id].Coming,
            Forecast = forecasts[i].Point,
            Lower = forecasts[i].Lower[level],
            Upper = forecasts[i].Upper[level],
        })];
        ForecastEvaluation scores = ForecastEvaluation.Of(Cases(HighLevel), seasonality).BesideBaselines(Cases(HighLevel), [.. pasts.Select(past => (ReadOnlyMemory<float>)past.Values)]);
        return (scores, ForecastEvaluation.Of(Cases(LowLevel), seasonality, Levels[LowLevel]).Overall.Coverage);
    }

    private static PanelForecaster Train(PanelSeries[] series, int horizon, int seasonality, TrainingBudget budget)
    {
        return PanelForecaster.Train(series, new GruForecastModelOptions { Horizon = horizon, Seasonality = seasonality, Budget = budget, Seed = 1, CancellationToken = TestContext.Current.CancellationToken });
    }

    // The values of one time miss together, so that a good model's coverage differs by some points from one time to another.
    private static void AssertBoundsHold(ForecastEvaluation scores, double coverage80, double msis)
    {
        Assert.InRange(scores.Overall.Msis, 0, msis);
        Assert.InRange(coverage80, 0.75, 0.87);
        Assert.InRange(scores.Overall.Coverage, 0.925, 0.975);
    }

    private static void AssertNoWorseThanTheBaselines(ForecastEvaluation scores)
    {
        foreach ((string name, ForecastEvaluation baseline) in scores.Baselines)
            Assert.True(scores.Overall.Owa <= 1.02 * baseline.Overall.Owa, $"OWA {scores.Overall.Owa}, {name}: {baseline.Overall.Owa}");
    }
}
