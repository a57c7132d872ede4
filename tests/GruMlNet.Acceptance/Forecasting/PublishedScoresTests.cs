// The metrics and baselines against forecasts and scores that the organisers of the competitions, and authors of papers, published.

using GruMlNet.Acceptance.Reference;
using GruMlNet.Evaluation;

namespace GruMlNet.Acceptance.Forecasting;

public sealed class PublishedScoresTests
{
    [Theory]
    [InlineData("yearly", 1, 16.97)]
    [InlineData("quarterly", 4, 8.96)]
    [InlineData("monthly", 12, 13.89)]
    [InlineData("other", 1, 4.41)]
    public void Smape_OfThetaOnM3_IsThePublishedOne(string period, int seasonality, double published)
    {
        Dictionary<string, float[]> theta = Panels.Wide(SharedReference.Data("forecast", "m3", "published_forecasts", "THETA.csv"));
        Assert.Equal(published, M3(period, seasonality, (name, _, _) => theta[name]).Smape, 0.005);
    }

    [Theory]
    [InlineData("yearly", 1, 3.1717)]
    [InlineData("quarterly", 4, 1.4253)]
    [InlineData("monthly", 12, 1.1461)]
    public void Mase_OfSeasonalNaiveOnM3_IsThePublishedOne(string period, int seasonality, double published)
    {
        Assert.Equal(published, M3(period, seasonality, (_, history, horizon) => ForecastBaselines.SeasonalNaive(history, horizon, seasonality)).Mase, 0.00005);
    }

    [Theory]
    [InlineData("Hourly", 24, "sNaive")]
    [InlineData("Hourly", 24, "Naive2")]
    [InlineData("Hourly", 24, "Naive")]
    [InlineData("Weekly", 1, "sNaive")]
    [InlineData("Weekly", 1, "Naive2")]
    public void Baselines_OnM4_AreTheOrganisersForecasts(string frequency, int seasonality, string method)
    {
        Dictionary<string, float[]> series = Panels.Wide(SharedReference.Data("forecast", "m4", $"{frequency}-train.csv"));
        foreach ((string name, float[] published) in Panels.Wide(SharedReference.Data("forecast", "m4", "reference_forecasts", $"{frequency}-{method}.csv")))
        {
            float[] history = series[name];
            float[] ours = method switch
            {
                "Naive" => ForecastBaselines.Naive(history, published.Length),
                "sNaive" => ForecastBaselines.SeasonalNaive(history, published.Length, seasonality),
                _ => ForecastBaselines.Naive2(history, published.Length, seasonality),
            };
            for (int i = 0; i < published.Length; i++)
                Assert.True(Math.Abs(ours[i] - published[i]) <= 1e-6f * Math.Abs(published[i]), $"{name}, step {i + 1}: {ours[i]}, published {published[i]}");
        }
    }

    // The usual protocol: 12 months of training, 4 of validation, 4 of test; every window of the test part; every column, scaled by its training part.
    [Theory]
    [InlineData(96, 0.383, 0.392)]
    [InlineData(336, 0.369, 0.391)]
    public void RidgeNLinear_OnEtt_ScoresAsPublished(int lookBack, double squared, double absolute)
    {
        const int month = 30 * 24, trainingEnd = 12 * month, testStart = 16 * month, testEnd = 20 * month, horizon = 96;
        float[][] columns = Panels.Columns(SharedReference.Data("forecast", "ett", "ETTh1.csv"));
        foreach (float[] column in columns)
        {
            float[] training = column[..trainingEnd];
            double mean = training.Average(v => (double)v), deviation = Math.Sqrt(training.Average(v => (v - mean) * (v - mean)));
            for (int t = 0; t < column.Length; t++)
                column[t] = (float)((column[t] - mean) / deviation);
        }

        var model = RidgeNLinear.Fit([.. columns.Select(column => (ReadOnlyMemory<float>)column.AsMemory(0, trainingEnd))], horizon, 24, lookBack);
        ForecastMetrics metrics = ForecastEvaluation.Of(
            from column in columns
            from start in Enumerable.Range(testStart, testEnd - horizon - testStart + 1)
            select new ForecastCase { Actual = column.AsMemory(start, horizon), Forecast = model.Forecast(column.AsSpan(start - lookBack, lookBack)) }, 24).Overall;
        Assert.Equal(columns.Length * 2785, metrics.Cases);
        Assert.Equal(squared, metrics.RootMeanSquaredError * metrics.RootMeanSquaredError, 0.002);
        Assert.Equal(absolute, metrics.MeanAbsoluteError, 0.002);
    }

    private delegate float[] Forecaster(string name, float[] history, int horizon);

    private static ForecastMetrics M3(string period, int seasonality, Forecaster forecaster)
    {
        Dictionary<string, float[]> training = Panels.Long(SharedReference.Data("forecast", "m3", $"{period}_train.csv"));
        Dictionary<string, float[]> test = Panels.Long(SharedReference.Data("forecast", "m3", $"{period}_test.csv"));
        return ForecastEvaluation.Of(
            training.Select(one => new ForecastCase
            {
                Series = one.Key,
                History = one.Value,
                Actual = test[one.Key],
                Forecast = forecaster(one.Key, one.Value, test[one.Key].Length),
            }),
            seasonality).Overall;
    }
}
