// The engine for live use: what it starts from, what it may be told, and what it leaves behind.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Forecasting;

public sealed class ForecastEngineTests
{
    private static readonly Lazy<ITransformer> Model = new(() => SeriesForecastTests.Fit(Series.Rows()));

    private readonly MLContext ml = new(seed: 11);

    [Fact]
    public void Predict_FreshEngine_ForecastsWhatFollowsTheTraining()
    {
        BoundedForecast expected = SeriesForecastTests.Transform(Model.Value, Series.Rows())[^1];
        Assert.Equal(SeriesForecastTests.Text(expected), SeriesForecastTests.Text(Engine().Predict()));
    }

    [Fact]
    public void Predict_WithRow_IsUpdateThenPredict()
    {
        GruForecastEngine<SeriesRow, BoundedForecast> one = Engine();
        GruForecastEngine<SeriesRow, BoundedForecast> two = Engine();
        SeriesRow next = Series.Row(Series.Length, 33);
        two.Update(next);
        Assert.Equal(SeriesForecastTests.Text(two.Predict()), SeriesForecastTests.Text(one.Predict(next)));
        Assert.Equal(SeriesForecastTests.Text(two.Predict()), SeriesForecastTests.Text(two.Predict()));
    }

    [Fact]
    public void Predict_ContinuedEngine_EqualsTransformOfTheWholeSeries()
    {
        SeriesRow[] rows = Series.Rows(Series.Length + 10);
        List<BoundedForecast> expected = SeriesForecastTests.Transform(Model.Value, rows);
        GruForecastEngine<SeriesRow, BoundedForecast> engine = Engine();
        for (int step = Series.Length; step < rows.Length; step++)
            Assert.Equal(SeriesForecastTests.Text(expected[step]), SeriesForecastTests.Text(engine.Predict(rows[step])));
    }

    [Fact]
    public void Predict_ShorterHorizon_IsTheBeginningOfTheWholeForecast()
    {
        BoundedForecast whole = Engine().Predict();
        for (int horizon = 1; horizon <= TinyForecasts.Horizon; horizon++)
        {
            BoundedForecast part = Engine().Predict(horizon: horizon);
            Assert.Equal(whole.Forecast[..horizon], part.Forecast);
            Assert.Equal(whole.Lower[..horizon], part.Lower);
            Assert.Equal(whole.Upper[..horizon], part.Upper);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_001)]
    public void Predict_HorizonOutOfRange_Throws(int horizon)
    {
        GruForecastEngine<SeriesRow, BoundedForecast> engine = Engine();
        string before = SeriesForecastTests.Text(engine.Predict());
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => engine.Predict(horizon: horizon)), "horizon", "1 to 10000", $"got {horizon}");
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => engine.Predict(Series.Row(Series.Length, 33), horizon: horizon));
        Assert.Equal(before, SeriesForecastTests.Text(engine.Predict()));
    }

    [Fact]
    public void Predict_OtherConfidenceLevel_MovesTheBoundsOnly()
    {
        BoundedForecast narrow = Engine().Predict(confidenceLevel: 0.5f);
        BoundedForecast trained = Engine().Predict();
        BoundedForecast wide = Engine().Predict(confidenceLevel: 0.99f);
        Assert.Equal(trained.Forecast, narrow.Forecast);
        Assert.Equal(trained.Forecast, wide.Forecast);
        Assert.Equal(SeriesForecastTests.Text(trained), SeriesForecastTests.Text(Engine().Predict(confidenceLevel: 0.8f)));
        for (int step = 0; step < TinyForecasts.Horizon; step++)
        {
            Assert.True(wide.Lower[step] < trained.Lower[step] && trained.Lower[step] < narrow.Lower[step]);
            Assert.True(wide.Upper[step] > trained.Upper[step] && trained.Upper[step] > narrow.Upper[step]);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-0.5f)]
    [InlineData(1f)]
    [InlineData(95f)]
    [InlineData(float.NaN)]
    public void Predict_ConfidenceLevelOutOfRange_Throws(float level)
    {
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => Engine().Predict(confidenceLevel: level)), "confidenceLevel", "above 0 and below 1", "got", "0.95f");
    }

    private sealed class AmountRow
    {
        public float Amount { get; set; }

        public DateTime Time { get; set; }
    }

    private sealed class RenamedForecast
    {
        public float[] Next { get; set; } = [];
    }

    private sealed class ForecastAndMore
    {
        public float[] Forecast { get; set; } = [];

        public float More { get; set; } = 5;
    }

    [Fact]
    public void Create_EachArgument_Counts()
    {
        SchemaDefinition input = SchemaDefinition.Create(typeof(AmountRow)), output = SchemaDefinition.Create(typeof(RenamedForecast));
        input[nameof(AmountRow.Amount)].ColumnName = "Value";
        output[nameof(RenamedForecast.Next)].ColumnName = "Forecast";
        GruForecastEngine<AmountRow, RenamedForecast> renamed = Model.Value.CreateGruForecastEngine<AmountRow, RenamedForecast>(ml, inputSchemaDefinition: input, outputSchemaDefinition: output);
        SeriesRow next = Series.Row(Series.Length, 33);
        Assert.Equal(Engine().Predict(next).Forecast, renamed.Predict(new AmountRow { Amount = next.Value, Time = next.Time }).Next);

        _ = Assert.ThrowsAny<Exception>(() => Model.Value.CreateGruForecastEngine<SeriesRow, ForecastAndMore>(ml));
        ForecastAndMore more = Model.Value.CreateGruForecastEngine<SeriesRow, ForecastAndMore>(ml, ignoreMissingColumns: true).Predict(next);
        Assert.Equal(Engine().Predict(next).Forecast, more.Forecast);
        Assert.Equal(5, more.More);
    }

    [Fact]
    public void Update_MissingValue_LetsTimePass()
    {
        GruForecastEngine<SeriesRow, BoundedForecast> one = Engine();
        GruForecastEngine<SeriesRow, BoundedForecast> two = Engine();
        one.Update(Series.Row(Series.Length, float.NaN));
        Assert.NotEqual(SeriesForecastTests.Text(two.Predict()), SeriesForecastTests.Text(one.Predict()));
        // Without the row, its time tells that a step is missing.
        Assert.Equal(SeriesForecastTests.Text(one.Predict(Series.Row(Series.Length + 1, 30))), SeriesForecastTests.Text(two.Predict(Series.Row(Series.Length + 1, 30))));
    }

    [Fact]
    public void Update_UnusableRow_ThrowsAndChangesNothing()
    {
        GruForecastEngine<SeriesRow, BoundedForecast> engine = Engine();
        string before = SeriesForecastTests.Text(engine.Predict());
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Update(Series.Row(Series.Length, float.PositiveInfinity))), "'Value'", "infinite", "NaN");
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Update(Series.Row(Series.Length - 1, 30))), "'Time'", "same time", "in the order of time");
        Messages.AssertSays(Assert.Throws<InvalidOperationException>(() => engine.Update(Series.Row(3, 30))), "'Time'", "earlier", "in the order of time");
        _ = Assert.Throws<ArgumentNullException>(() => engine.Update(null!));
        Assert.Equal(before, SeriesForecastTests.Text(engine.Predict()));
        Assert.Equal(SeriesForecastTests.Text(Engine().Predict(Series.Row(Series.Length, 30))), SeriesForecastTests.Text(engine.Predict(Series.Row(Series.Length, 30))));
    }

    [Fact]
    public void Reset_Engine_StartsAgainWithNothing()
    {
        GruForecastEngine<SeriesRow, BoundedForecast> engine = Engine();
        engine.Reset();
        SeriesRow[] rows = Series.Rows();
        BoundedForecast first = engine.Predict(rows[0]);
        for (int step = 1; step < rows.Length; step++)
            engine.Update(rows[step]);
        engine.Reset();
        Assert.Equal(SeriesForecastTests.Text(first), SeriesForecastTests.Text(engine.Predict(rows[0])));
    }

    [Fact]
    public void Create_OnAChain_FindsTheForecaster()
    {
        IDataView data = Series.View(ml);
        ITransformer chain = ml.Transforms.CopyColumns("Unused", "Label").Append(TinyForecasts.SeriesWithTime(ml)).Fit(data);
        ITransformer alone = TinyForecasts.SeriesWithTime(ml).Fit(data);
        Assert.Equal(
            SeriesForecastTests.Text(alone.CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml).Predict()),
            SeriesForecastTests.Text(chain.CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml).Predict()));
    }

    [Fact]
    public void Create_OnAnotherModel_SaysWhatIsNeeded()
    {
        ITransformer other = ml.Transforms.CopyColumns("Unused", "Label").Fit(Series.View(ml));
        Exception exception = Record.Exception(() => other.CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml))!;
        Assert.True(exception is ArgumentException or InvalidOperationException, exception.ToString());
        Messages.AssertSays(exception, "ForecastByGru");
    }

    [Fact]
    public void Create_RowWithoutTheColumn_NamesIt()
    {
        Exception exception = Record.Exception(() => Model.Value.CreateGruForecastEngine<WindowRow, BoundedForecast>(ml))!;
        Assert.True(exception is ArgumentException or InvalidOperationException, exception.ToString());
        Messages.AssertSays(exception, "Value");
    }

    [Fact]
    public void CheckPoint_ToAPath_ReplacesTheFileAndLeavesNoOther()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("engine.zip");
        File.WriteAllText(path, "an older file");
        GruForecastEngine<SeriesRow, BoundedForecast> engine = Engine();
        engine.Update(Series.Row(Series.Length, 31));
        engine.CheckPoint(ml, path);
        engine.Update(Series.Row(Series.Length + 1, 32));
        engine.CheckPoint(ml, path);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        GruForecastEngine<SeriesRow, BoundedForecast> again = ml.Model.Load(path, out _).CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml);
        Assert.Equal(SeriesForecastTests.Text(engine.Predict()), SeriesForecastTests.Text(again.Predict()));
    }

    [Fact]
    public void CheckPoint_OfAChain_ContinuesAfterLoading()
    {
        ITransformer chain = ml.Transforms.CopyColumns("Unused", "Label").Append(TinyForecasts.SeriesWithTime(ml)).Fit(Series.View(ml));
        GruForecastEngine<SeriesRow, BoundedForecast> engine = chain.CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml);
        engine.Update(Series.Row(Series.Length, 31));
        using MemoryStream stream = new();
        engine.CheckPoint(ml, stream);
        GruForecastEngine<SeriesRow, BoundedForecast> again = ModelArchive.Load(ml, stream.ToArray()).CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml);
        Assert.Equal(SeriesForecastTests.Text(engine.Predict()), SeriesForecastTests.Text(again.Predict()));
    }

    [Fact]
    public void CheckPoint_Damaged_GivesACleanException()
    {
        using MemoryStream stream = new();
        Engine().CheckPoint(ml, stream);
        SortedDictionary<string, byte[]> entries = ModelArchive.Entries(stream.ToArray());
        string entry = ModelArchive.TransformerEntries(stream.ToArray()).MaxBy(entry => entry.Value.Length).Key;
        byte[] content = entries[entry];
        int start = content.AsSpan().IndexOf("GRUMLNET"u8);
        int end = start + 20 + (int)BitConverter.ToInt64(content, start + 12) + 32;
        Assert.True(start > 0 && end <= content.Length);
        // The history is what a checkpoint adds, at the end of the block, in front of the checksum.
        for (int position = Math.Max(start + 12, end - 300); position < end; position += 3)
        {
            entries[entry] = [.. content];
            entries[entry][position] ^= 0x40;
            Exception exception = Assert.ThrowsAny<InvalidOperationException>(() => ModelArchive.Load(ml, ModelArchive.Pack(entries)));
            Messages.AssertSays(Assert.IsType<InvalidDataException>(exception.GetBaseException()), "Use another copy");
        }
    }

    private GruForecastEngine<SeriesRow, BoundedForecast> Engine()
    {
        return Model.Value.CreateGruForecastEngine<SeriesRow, BoundedForecast>(ml);
    }
}
