// Which windows the networks see, by the season of the data.
namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelRulesTests
{
    /// <summary>Where a day is a season, the shorter of the two windows still shows a week.</summary>
    [Theory]
    [InlineData(24, 24, 336, 168)]
    [InlineData(48, 48, 672, 336)]
    [InlineData(7, 7, 84, 42)]
    [InlineData(12, 12, 144, 72)]
    [InlineData(52, 26, 364, 182)]
    public void Choose_Season_SetsSegmentAndWindows(int season, int segment, int longer, int shorter)
    {
        float[] values = [.. Enumerable.Range(0, 60 * season).Select(t => 10f + t % season)];
        IReadOnlyList<PanelPlan> plans = PanelRules.Choose([new PanelSeries("", values)], new GruForecastModelOptions { Horizon = season, Seasonality = season });
        Assert.All(plans, plan => Assert.Equal((season, segment), (plan.Season, plan.Segment)));
        Assert.Equal([longer, shorter], plans.Select(plan => plan.LookBack));
    }
}
