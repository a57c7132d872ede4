// Several confidence levels in one transformer: columns named after them, which hold what one level alone gives.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class ConfidenceLevelsTests
{
    private readonly MLContext ml = new(seed: 11);

    [Fact]
    public void Transform_EachLevel_IsWhatThatLevelAloneGives()
    {
        IDataView data = Series.View(ml);
        GruForecastTransformer model = Fit(options => options.ConfidenceLevels = [0.8f, 0.95f]);
        Assert.Equal(["Forecast", "Lower80", "Upper80", "Lower95", "Upper95"], model.GetOutputSchema(data.Schema).Skip(data.Schema.Count).Select(column => column.Name));
        foreach ((float level, string name) in ((float, string)[])[(0.8f, "80"), (0.95f, "95")])
        {
            GruForecastTransformer alone = Fit(options => options.ConfidenceLevel = level);
            List<string> expected = ViewText.Values(alone.Transform(data), "Forecast", "Lower", "Upper");
            Assert.Equal(expected, ViewText.Values(model.Transform(data), "Forecast", $"Lower{name}", $"Upper{name}"));
            Assert.Equal(ViewText.Values(alone.ForecastNextSteps(data), "Lower", "Upper"), ViewText.Values(model.ForecastNextSteps(data), $"Lower{name}", $"Upper{name}"));
        }
    }

    [Fact]
    public void Engine_EachLevel_IsInItsColumns()
    {
        GruForecastTransformer model = Fit(options => options.ConfidenceLevels = [0.8f, 0.95f]);
        GruForecastEngine<SeriesRow, LevelsForecast> engine = model.CreateGruForecastEngine<SeriesRow, LevelsForecast>(ml);
        LevelsForecast both = engine.Predict();
        BoundedForecast one = Fit(options => options.ConfidenceLevel = 0.95f).CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml).Predict();
        Assert.Equal(one.Lower, both.Lower95);
        Assert.Equal(one.Upper, both.Upper95);
        for (int step = 0; step < TinyForecasts.Horizon; step++)
            Assert.True(both.Lower95[step] < both.Lower80[step] && both.Upper80[step] < both.Upper95[step]);
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => engine.Predict(confidenceLevel: 0.5f)), "confidenceLevel is 0.5", "0.8, 0.95", "leave it null");
    }

    [Fact]
    public void OnlyLowerBounds_OneLevelByName_FractionsOfAPercent()
    {
        IDataView data = Series.View(ml);
        GruForecastTransformer model = Fit(options => (options.ConfidenceUpperBoundColumn, options.ConfidenceLevels) = (null, [0.995f]));
        Assert.Equal(["Forecast", "Lower99.5"], model.GetOutputSchema(data.Schema).Skip(data.Schema.Count).Select(column => column.Name));
    }

    [Fact]
    public void SavedAndBehindTheWindowFace_LevelsStay()
    {
        IDataView data = Series.View(ml);
        GruForecastTransformer model = Fit(options => options.ConfidenceLevels = [0.5f, 0.9f]);
        IDataView window = ml.Data.LoadFromEnumerable([new WindowRow { History = Series.Window(0, Series.WindowLength) }]);
        GruWindowForecastTransformer behind = model.ToWindowTransformer("Forecast", "History");
        string[] names = ["Forecast", "Lower50", "Upper50", "Lower90", "Upper90"];
        Assert.Equal(names, behind.Transform(window).Schema.Skip(window.Schema.Count).Select(column => column.Name));
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, behind, window.Schema)), loadedSeries = ModelArchive.Load(ml, ModelArchive.Save(ml, model, data.Schema));
        Assert.Equal(ViewText.Values(behind.Transform(window), names), ViewText.Values(loaded.Transform(window), names));
        Assert.Equal(ViewText.Values(model.Transform(data), names), ViewText.Values(loadedSeries.Transform(data), names));
    }

    [Fact]
    public void WhatCannotWork_SaysWhy()
    {
        Messages.AssertSays(Refused(options => options.ConfidenceLevels = [0.8f, 95]), "ConfidenceLevels", "above 0 and below 1", "got 95");
        Messages.AssertSays(Refused(options => options.ConfidenceLevels = [0.8f, float.NaN]), "ConfidenceLevels", "got NaN");
        Messages.AssertSays(Refused(options => options.ConfidenceLevels = [0.8f, 0.8f]), "different names", "'Lower80'");
        Messages.AssertSays(Refused(options => options.ConfidenceLevels = null!), "ConfidenceLevels is null", "empty");
        Messages.AssertSays(Refused(options => (options.ConfidenceLevels, options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn) = ([0.8f], null, null)), "ConfidenceLevels needs ConfidenceLowerBoundColumn");

        Exception Refused(Action<GruForecastEstimator.Options> change)
        {
            return Assert.Throws<ArgumentOutOfRangeException>(() => Fit(change));
        }
    }

    private GruForecastTransformer Fit(Action<GruForecastEstimator.Options> change)
    {
        GruForecastEstimator.Options options = new()
        {
            OutputColumnName = "Forecast",
            InputColumnName = "Value",
            Horizon = TinyForecasts.Horizon,
            ConfidenceLowerBoundColumn = "Lower",
            ConfidenceUpperBoundColumn = "Upper",
            Model = TinyForecasts.Model(),
        };
        change(options);
        return ml.Forecasting.ForecastByGru(options).Fit(Series.View(ml));
    }
}
