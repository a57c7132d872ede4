// The scores against values computed by hand from their definitions; published scores are in the acceptance tests.

using GruMlNet.Evaluation;
using GruMlNet.Tests.Support;

namespace GruMlNet.Tests.Evaluation;

public sealed class ForecastEvaluationTests
{
    private const float NaN = float.NaN;

    // Differences of the history: 2, 2, -1, so |d| = 5/3 and d² = 3 on average; errors of the forecast: 2, 1.
    private static readonly ForecastCase Simple = new()
    {
        Series = "A",
        History = new float[] { 1, 3, 5, 4 },
        Actual = new float[] { 6, 5 },
        Forecast = new float[] { 4, 6 },
        Lower = new float[] { 3, 4 },
        Upper = new float[] { 5, 8 },
    };

    [Fact]
    public void Overall_OneCase_FollowsTheDefinitions()
    {
        ForecastMetrics metrics = ForecastEvaluation.Of([Simple], seasonality: 1, confidenceLevel: 0.8f).Overall;
        Assert.Equal(1, metrics.Cases);
        Close(1.5, metrics.MeanAbsoluteError);
        Close(Math.Sqrt(2.5), metrics.RootMeanSquaredError);
        Close((200 * 2 / 10.0 + 200 * 1 / 11.0) / 2, metrics.Smape);
        Close((100 * 2 / 6.0 + 100 * 1 / 5.0) / 2, metrics.Mape);
        Close(1.5 / (5.0 / 3), metrics.Mase);
        Close(Math.Sqrt(2.5 / 3), metrics.Rmsse);
        // Naive2 forecasts 4, 4.
        double naiveSmape = (200 * 2 / 10.0 + 200 * 1 / 9.0) / 2;
        Close((metrics.Smape / naiveSmape + 1.5 / 1.5) / 2, metrics.Owa);
        // Quantiles .1 and .9: losses .1·3 + .9·1 at the first step, .1·1 + .1·3 at the second.
        Close((0.3 + 0.9 + 0.1 + 0.3) / 4, metrics.PinballLoss);
        Close(0.4 / (5.0 / 3), metrics.ScaledPinballLoss);
        // Widths 2 and 4; the first step misses by 1, which costs 2/0.2.
        Close((2 + 10 + 4) / 2.0 / (5.0 / 3), metrics.Msis);
        Close(0.5, metrics.Coverage);
    }

    [Fact]
    public void PerStep_TwoSteps_AreScoredApart()
    {
        ForecastEvaluation evaluation = ForecastEvaluation.Of([Simple], 1, 0.8f);
        Assert.Equal(2, evaluation.PerStep.Count);
        Close(2, evaluation.PerStep[0].MeanAbsoluteError);
        Close(1, evaluation.PerStep[1].MeanAbsoluteError);
        Close(2 / Math.Sqrt(3), evaluation.PerStep[0].Rmsse);
        Close(0, evaluation.PerStep[0].Coverage);
        Close(1, evaluation.PerStep[1].Coverage);
    }

    [Fact]
    public void PerSeries_SeveralCases_AreAveragedByName()
    {
        ForecastEvaluation evaluation = ForecastEvaluation.Of([Case("B", [0], [1]), Case("A", [0], [4]), Case("B", [0], [3])], 1);
        Assert.Equal(["B", "A"], evaluation.PerSeries.Select(series => series.Key));
        Assert.Equal([2, 1], evaluation.PerSeries.Select(series => series.Value.Cases));
        Close(2, evaluation.PerSeries[0].Value.MeanAbsoluteError);
        Close(Math.Sqrt(5), evaluation.PerSeries[0].Value.RootMeanSquaredError);
        Close((1 + 4 + 3) / 3.0, evaluation.Overall.MeanAbsoluteError);
    }

    [Fact]
    public void Overall_CasesOfDifferentLength_CountTheSame()
    {
        Close((2 + 5) / 2.0, ForecastEvaluation.Of([Case("A", [0, 0, 0], [2, 2, 2]), Case("B", [0], [5])], 1).Overall.MeanAbsoluteError);
    }

    [Fact]
    public void MissingActuals_AreNotScored()
    {
        ForecastEvaluation evaluation = ForecastEvaluation.Of([Case("A", [NaN, 1], [100, 2]), Case("B", [NaN, NaN], [1, 1])], 1);
        Assert.Equal(1, evaluation.Overall.Cases);
        Close(1, evaluation.Overall.MeanAbsoluteError);
        Assert.Equal([0, 1], evaluation.PerStep.Select(step => step.Cases));
        Assert.Equal("A", Assert.Single(evaluation.PerSeries).Key);
    }

    [Fact]
    public void Mape_ZeroActuals_AreLeftOut()
    {
        Close(50, ForecastEvaluation.Of([Case("A", [0, 2], [7, 1])], 1).Overall.Mape);
        Assert.True(double.IsNaN(ForecastEvaluation.Of([Case("A", [0], [7])], 1).Overall.Mape));
    }

    [Fact]
    public void Smape_BothZero_IsZero()
    {
        Close(0, ForecastEvaluation.Of([Case("A", [0], [0])], 1).Overall.Smape);
    }

    [Fact]
    public void ScaledScores_ConstantOrShortHistory_AreLeftOut()
    {
        ForecastCase constant = Case("A", [1], [2], [3, 3, 3]), none = Case("B", [1], [2]), good = Case("C", [1], [2], [1, 2, 1]);
        ForecastEvaluation evaluation = ForecastEvaluation.Of([constant, none, good], 1);
        Close(1, evaluation.Overall.Mase);
        Close(1, evaluation.Overall.Rmsse);
        Assert.All(evaluation.PerSeries.Take(2), series => Assert.True(double.IsNaN(series.Value.Mase)));
        Assert.True(double.IsNaN(ForecastEvaluation.Of([good], seasonality: 3).Overall.Mase));
    }

    [Fact]
    public void Scale_MissingValuesInTheHistory_AreSkipped()
    {
        // Pairs two apart: 5 - 1, and the two with NaN do not count.
        Close(1 / 4.0, ForecastEvaluation.Of([Case("A", [1], [2], [1, NaN, 5, 7])], seasonality: 2).Overall.Mase);
    }

    [Fact]
    public void Pinball_WithQuantiles_IgnoresTheBounds()
    {
        var quantiles = new ForecastCase
        {
            Actual = Simple.Actual,
            Forecast = Simple.Forecast,
            Lower = Simple.Lower,
            Upper = Simple.Upper,
            Quantiles = [(0.5f, Simple.Forecast), (0.75f, new float[] { 8, 3 })],
        };
        // Median: half the errors; 0.75: .25·2 and .75·2.
        Close((1 + 0.5 + 0.5 + 1.5) / 4, ForecastEvaluation.Of([quantiles], 1).Overall.PinballLoss);
    }

    [Fact]
    public void Scores_WithoutBounds_AreNaN()
    {
        ForecastMetrics metrics = ForecastEvaluation.Of([Case("A", [1], [2])], 1).Overall;
        Assert.All((double[])[metrics.Msis, metrics.Coverage, metrics.PinballLoss, metrics.Owa], value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Of_PartsThatDoNotFit_Throws()
    {
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ForecastEvaluation.Of([Case("A", [1, 2], [1])], 1)), "Forecast of series 'A' has 1 step,", "Actual has 2");
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ForecastEvaluation.Of([Case("A", [1, 2], [1, NaN])], 1)), "series 'A'", "step 2");
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ForecastEvaluation.Of([], 1)), "nothing to score");
        ForecastCase oneBound = new() { Actual = new float[] { 1 }, Forecast = new float[] { 1 }, Lower = new float[] { 0 } };
        Messages.AssertSays(Assert.Throws<ArgumentException>(() => ForecastEvaluation.Of([oneBound], 1)), "Upper", "0 steps");
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => ForecastEvaluation.Of([Simple], 0));
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ForecastEvaluation.Of([Simple], 1, 95)), "got 95", "0.95f");
    }

    private static ForecastCase Case(string series, float[] actual, float[] forecast, float[]? history = null)
    {
        return new ForecastCase { Series = series, History = history, Actual = actual, Forecast = forecast };
    }

    private static void Close(double expected, double actual)
    {
        Assert.Equal(expected, actual, 1e-6 * Math.Max(1, Math.Abs(expected)));
    }
}
