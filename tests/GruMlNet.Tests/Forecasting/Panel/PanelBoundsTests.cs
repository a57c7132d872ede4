// Whether a trained model's bounds hold what they promise on what comes after its training.
using GruMlNet.Engine.Training;

namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelBoundsTests
{
    private const int Horizon = 12, Season = 12, Length = 900, Coming = 600;

    /// <summary>
    /// Noise with little to learn in it, seen many times over. The values are independent, so that 3,500 of them tell the share within the bounds to a point.
    /// </summary>
    [Fact]
    public void Train_MuchNoise_BoundsHoldOnWhatComes()
    {
        PanelSeries[] series = [.. Enumerable.Range(0, 2).Select(s => new PanelSeries($"{s}", Noise(s, Length + Coming)))];
        var options = new GruForecastModelOptions { Horizon = Horizon, Seasonality = Season, Seed = 1, TrainingSteps = 320, EnsembleSize = 2, CancellationToken = TestContext.Current.CancellationToken };
        PanelForecaster model = PanelForecaster.Train([.. series.Select(s => s with { Values = s.Values[..Length] })], options);
        Assert.True(model.IsOverAllSeries);

        int[] origins = [.. Enumerable.Range(0, (Coming - Horizon) / 4).Select(o => Length + 4 * o)];
        foreach ((float level, double off) in new[] { (0.8f, 0.04), (0.95f, 0.025) })
        {
            bool[] within = [.. from one in series from origin in origins from hit in Within(one.Values, origin, level) select hit];
            Assert.InRange(within.Count(hit => hit) / (double)within.Length, level - off, level + off);
        }

        IEnumerable<bool> Within(float[] values, int origin, float level)
        {
            PanelForecast forecast = model.Forecast(values.AsSpan(0, origin), Horizon, level);
            return Enumerable.Range(0, Horizon).Select(i => forecast.Lower[0][i] <= values[origin + i] && values[origin + i] <= forecast.Upper[0][i]);
        }
    }

    /// <summary>The bounds are calibrated on the trials, and hold for the final networks only where these learn at the same rates: at lower ones they would become surer of the same.</summary>
    [Fact]
    public void Train_FinalNetworks_LearnAtTheRatesOfTheTrials()
    {
        var rates = new Dictionary<string, SortedDictionary<int, float>>();
        PanelForecaster.Train([.. Enumerable.Range(0, 6).Select(s => new PanelSeries($"{s}", Noise(s, 300)))], new GruForecastModelOptions
        {
            Horizon = Horizon,
            Seasonality = Season,
            HiddenSize = 8,
            TrainingSteps = 800,
            EnsembleSize = 1,
            CancellationToken = TestContext.Current.CancellationToken,
            Training = new TrainerOptions { LearningRate = 0.02f, BatchSize = 64 },
            Progress = report =>
            {
                if (!rates.TryGetValue(report.Stage, out SortedDictionary<int, float>? ofStage)) rates.Add(report.Stage, ofStage = []);
                ofStage[report.Network.Step] = report.Network.LearningRate;
                return true;
            },
        });
        Assert.Equal(["learning without the last steps", "learning from everything"], rates.Keys);
        Assert.InRange(rates["learning from everything"].Keys.Max(), 50, 700); // they learnt, and ended early
        Assert.All(rates["learning from everything"], rate => Assert.Equal(rates["learning without the last steps"][rate.Key], rate.Value));
    }

    private static float[] Noise(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(t => (float)(Math.Sin(2 * Math.PI * t / Season) + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }
}
