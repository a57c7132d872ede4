using GruMlNet.Evaluation;
using GruMlNet.Tests.Support;

namespace GruMlNet.Tests.Evaluation;

public sealed class ForecastBaselinesTests
{
    private const float NaN = float.NaN;

    [Fact]
    public void Naive_MissingAtTheEnd_RepeatsTheLastObserved()
    {
        Assert.Equal([5, 5, 5], ForecastBaselines.Naive([1, 5, NaN], 3));
    }

    [Fact]
    public void SeasonalNaive_LongHorizon_RepeatsTheSeason()
    {
        Assert.Equal([4, 5, 6, 4, 5], ForecastBaselines.SeasonalNaive([1, 2, 3, 4, 5, 6], 5, 3));
    }

    [Fact]
    public void SeasonalNaive_MissingValues_GoesBackAnotherSeason()
    {
        // The first phase was last seen as 1, the second never, so it takes the last observed value.
        Assert.Equal([1, 6, 6], ForecastBaselines.SeasonalNaive([1, NaN, 3, NaN, NaN, 6], 3, 3));
        Assert.Equal([2, 1, 2, 1], ForecastBaselines.SeasonalNaive([2, 1], 4, 2));
        Assert.Equal([1, 1, 2, 1], ForecastBaselines.SeasonalNaive([2, 1], 4, 4));
    }

    [Fact]
    public void Drift_MissingAtBothEnds_GoesThroughTheObserved()
    {
        // From 1 at the second step to 3 at the fourth: one more per step.
        Assert.Equal([5, 6], ForecastBaselines.Drift([NaN, 1, NaN, 3, NaN], 2));
        Assert.Equal([7, 7], ForecastBaselines.Drift([NaN, 7], 2));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Naive2_SeasonalSeries_ContinuesLevelTimesSeason(int season)
    {
        float[] factors = [.. Enumerable.Range(0, season).Select(phase => 1 + 0.5f * MathF.Sin(phase * MathF.Tau / season))];
        float[] all = [.. Enumerable.Range(0, 10 * season + 3).Select(t => 100 * factors[t % season])];
        float[] forecast = ForecastBaselines.Naive2(all.AsSpan(0, 9 * season + 1), season + 2, season);
        for (int i = 0; i < forecast.Length; i++)
            Assert.Equal(all[9 * season + 1 + i], forecast[i], 0.01f);
    }

    [Fact]
    public void Naive2_NoSeasonOrTooShortOrNotPositive_IsNaive()
    {
        float[] seasonal = [.. Enumerable.Range(0, 40).Select(t => 10 + 5 * MathF.Sin(t * MathF.Tau / 4))];
        var random = new Random(1);
        float[] noise = [.. Enumerable.Range(0, 40).Select(_ => 1 + random.NextSingle())];
        Assert.NotEqual(ForecastBaselines.Naive(seasonal, 2), ForecastBaselines.Naive2(seasonal, 2, 4));
        Assert.Equal(ForecastBaselines.Naive(noise, 2), ForecastBaselines.Naive2(noise, 2, 4));
        Assert.Equal(ForecastBaselines.Naive(seasonal.AsSpan(0, 11), 2), ForecastBaselines.Naive2(seasonal.AsSpan(0, 11), 2, 4));
        Assert.Equal(ForecastBaselines.Naive(seasonal, 2), ForecastBaselines.Naive2(seasonal, 2, 1));
        float[] aroundZero = Array.ConvertAll(seasonal, v => v - 10);
        Assert.Equal(ForecastBaselines.Naive(aroundZero, 2), ForecastBaselines.Naive2(aroundZero, 2, 4));
    }

    [Fact]
    public void Baselines_NothingObserved_Throw()
    {
        foreach (Func<float[]> forecast in (Func<float[]>[])[() => ForecastBaselines.Naive([NaN], 1), () => ForecastBaselines.SeasonalNaive([], 1, 2), () => ForecastBaselines.Drift([NaN], 1), () => ForecastBaselines.Naive2([NaN], 1, 2)])
            Messages.AssertSays(Assert.Throws<ArgumentException>(forecast), "no observed value");
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => ForecastBaselines.Naive([1], 0));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => ForecastBaselines.SeasonalNaive([1], 1, 0));
    }

    [Fact]
    public void RidgeNLinear_LinearSeason_IsContinued()
    {
        float[] wave = [.. Enumerable.Range(0, 130).Select(t => 0.3f * t + 20 * MathF.Sin(t * MathF.Tau / 12))];
        var model = RidgeNLinear.Fit([wave.AsMemory(0, 100), wave.AsMemory(10, 100)], horizon: 6, seasonality: 12);
        Assert.Equal(36, model.LookBack);
        float[] forecast = model.Forecast(wave.AsSpan(0, 110));
        for (int i = 0; i < 6; i++)
            Assert.Equal(wave[110 + i], forecast[i], 0.5f);
    }

    [Fact]
    public void RidgeNLinear_ScaledAndShiftedSeries_ScalesAndShiftsTheForecast()
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 60).Select(_ => random.NextSingle())];
        float[] larger = Array.ConvertAll(values, v => 500 + 64 * v);
        float[] forecast = RidgeNLinear.Fit([values.AsMemory()], 3, 1, lookBack: 8).Forecast(values);
        float[] scaled = RidgeNLinear.Fit([larger.AsMemory()], 3, 1, lookBack: 8).Forecast(larger);
        for (int i = 0; i < 3; i++)
            Assert.Equal(500 + 64 * forecast[i], scaled[i], 0.01f);
    }

    [Fact]
    public void RidgeNLinear_MatchesRegressionOnExplicitWindows()
    {
        // One input besides the last value: the slope and intercept of the textbook, less the small penalty.
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 200).Select(_ => random.NextSingle())];
        double meanX = 0, meanY = 0, xy = 0, xx = 0;
        for (int t = 0; t < 198; t++)
            (meanX, meanY) = (meanX + (values[t] - values[t + 1]) / 198.0, meanY + (values[t + 2] - values[t + 1]) / 198.0);
        for (int t = 0; t < 198; t++)
        {
            double x = values[t] - values[t + 1] - meanX;
            (xy, xx) = (xy + x * (values[t + 2] - values[t + 1] - meanY), xx + x * x);
        }

        double slope = xy / xx / 1.001;
        float forecast = RidgeNLinear.Fit([values.AsMemory()], 1, 1, lookBack: 2).Forecast(values)[0];
        Assert.Equal(values[^1] + slope * (values[^2] - values[^1] - meanX) + meanY, forecast, 1e-5);
    }

    [Fact]
    public void RidgeNLinear_StraightLine_IsContinued()
    {
        float[] line = [.. Enumerable.Range(0, 40).Select(t => 5 + 2f * t)];
        Assert.All(RidgeNLinear.Fit([line.AsMemory()], 3, 1, lookBack: 6).Forecast(line).Select((value, i) => value - (5 + 2f * (40 + i))), error => Assert.Equal(0, error, 0.01f));
    }

    [Fact]
    public void RidgeNLinear_ConstantShortOrEmptySeries_AreNaive()
    {
        float[] constant = [.. Enumerable.Repeat(0.1f, 50)];
        Assert.Equal([0.1f, 0.1f], RidgeNLinear.Fit([constant.AsMemory(), new float[] { 1 }, new float[] { NaN, NaN }], 2, 1, lookBack: 4).Forecast(constant));
        Assert.Equal([4, 4], RidgeNLinear.Fit([], 2, 12).Forecast([3, 4]));
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => RidgeNLinear.Fit([], 2, 12).Forecast([NaN])), "no observed value");
    }
}
