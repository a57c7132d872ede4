// What the window face promises beyond the contract.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Forecasting;

public sealed class WindowForecastTests
{
    private static readonly Lazy<ITransformer> Model = new(() =>
    {
        MLContext ml = new(seed: 11);
        return TinyForecasts.Window(ml).Fit(ml.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(row => new WindowRow { History = Series.Window(row, Series.WindowLength) }).ToArray()));
    });

    private readonly MLContext ml = new(seed: 11);

    [Fact]
    public void Transform_SparseHistory_EqualsDense()
    {
        float[] dense = [.. Enumerable.Range(0, Series.WindowLength).Select(step => step % 4 == 0 ? Series.Value(step) : 0)];
        int[] indices = [.. Enumerable.Range(0, Series.WindowLength).Where(step => step % 4 == 0)];
        VBuffer<float> sparse = new(Series.WindowLength, indices.Length, [.. indices.Select(index => dense[index])], indices);
        List<string> expected = Forecasts(ml.Data.LoadFromEnumerable([new WindowRow { History = dense }]));
        Assert.Equal(expected, Forecasts(ml.Data.LoadFromEnumerable([new SparseRow { History = sparse }])));
    }

    [Fact]
    public void Transform_ValuesBeforeTheContext_DoNotCount()
    {
        float[] history = Series.Window(0, TinyForecasts.ContextLength);
        float[] longer = [1e6f, -50, .. Series.Window(0, 5), .. history];
        Assert.Equal(
            Forecasts(ml.Data.LoadFromEnumerable([new VariableWindowRow { History = history }])),
            Forecasts(ml.Data.LoadFromEnumerable([new VariableWindowRow { History = longer }])));
    }

    [Fact]
    public void Transform_HistoryOnOneScale_IsIndependentOfOtherRows()
    {
        WindowRow[] rows = [.. Enumerable.Range(0, 6).Select(row => new WindowRow { History = Series.Window(row, Series.WindowLength, row % 2) })];
        List<string> together = Forecasts(ml.Data.LoadFromEnumerable(rows));
        List<string> alone = [.. rows.Reverse().SelectMany(row => Forecasts(ml.Data.LoadFromEnumerable([row]))).Reverse()];
        Assert.Equal(together, alone);
    }

    [Fact]
    public void Fit_MoreSeries_LearnsFromEveryRow()
    {
        WindowRow[] rows = [.. Enumerable.Range(0, 6).Select(row => new WindowRow { History = Series.Window(row, Series.WindowLength, row) })];
        byte[] all = Save(rows);
        for (int left = 0; left < rows.Length; left += 5)
            Assert.False(ModelArchive.AreSame(ModelArchive.Entries(all), ModelArchive.Entries(Save([.. rows.Where((_, row) => row != left)]))), $"Row {left} made no difference.");
    }

    [Fact]
    public void Fit_ManySeriesSomeWithoutSeason_FindsTheSeasonOfTheOthers()
    {
        Random random = new(5);
        VariableWindowRow[] rows = [.. Enumerable.Range(0, 40).Select(row => new VariableWindowRow
        {
            History = [.. Enumerable.Range(0, 60).Select(step => 20 + (row % 2 * (step % 12 == 11 ? 1.5f : 0)) + (random.NextSingle() - 0.5f))],
        })];
        GruForecastModelOptions model = TinyForecasts.Model();
        model.Seasonality = null;
        Assert.Equal(12, ml.Forecasting.ForecastWindowByGru("Forecast", "History", 3, model: model).Fit(ml.Data.LoadFromEnumerable(rows)).Seasonality);
    }

    [Fact]
    public void PredictionEngine_OnALoadedChain_Works()
    {
        IDataView data = ml.Data.LoadFromEnumerable([new WindowRow { History = Series.Window(0, Series.WindowLength) }]);
        ITransformer chain = ml.Transforms.CopyColumns("Past", "History").Append(ml.Forecasting.ForecastWindowByGru("Forecast", "Past", 3, model: TinyForecasts.Model())).Fit(data);
        ITransformer loaded = ModelArchive.Load(ml, ModelArchive.Save(ml, chain, data.Schema), out DataViewSchema schema);
        using PredictionEngine<WindowRow, PointForecast> engine = ml.Model.CreatePredictionEngine<WindowRow, PointForecast>(loaded, schema);
        PointForecast forecast = engine.Predict(new WindowRow { History = Series.Window(6, Series.WindowLength) });
        Assert.Equal(3, forecast.Forecast.Length);
        Assert.All(forecast.Forecast, value => Assert.True(float.IsFinite(value)));
    }

    private static List<string> Forecasts(IDataView data)
    {
        return ViewText.Values(Model.Value.Transform(data), "Forecast", "Lower", "Upper");
    }

    private byte[] Save(WindowRow[] rows)
    {
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        return ModelArchive.Save(ml, TinyForecasts.Window(ml).Fit(data), data.Schema);
    }

    private sealed class SparseRow
    {
        [VectorType(Series.WindowLength)]
        public VBuffer<float> History { get; set; }
    }
}
