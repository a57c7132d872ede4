// The same seed gives the same model to the last bit, wherever and however often it is trained.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData("series")]
    [InlineData("time")]
    [InlineData("window")]
    public void Fit_InTwoProcesses_GivesTheSameBytes(string face)
    {
        MLContext ml = new(seed: 11);
        IDataView data = face == "window"
            ? ml.Data.LoadFromEnumerable(Enumerable.Range(0, 12).Select(row => new WindowRow { History = Series.Window(row, Series.WindowLength) }).ToArray())
            : Series.View(ml);
        IEstimator<ITransformer> estimator = face switch
        {
            "series" => TinyForecasts.Series(ml),
            "time" => TinyForecasts.SeriesWithTime(ml),
            _ => TinyForecasts.Window(ml),
        };
        byte[] here = ModelArchive.Save(ml, estimator.Fit(data), data.Schema);
        using TemporaryFolder folder = new();
        using (FileStream file = File.Create(folder.File("data.idv")))
            ml.Data.SaveAsBinary(data, file);
        ChildProcess.FitInFreshProcess(face, folder.File("data.idv"), folder.File("model.zip"));
        ModelArchive.AssertSame(ModelArchive.TransformerEntries(here), ModelArchive.TransformerEntries(File.ReadAllBytes(folder.File("model.zip"))), "fitted in another process");
    }

    [Fact]
    public void Fit_OtherNumberOfThreads_GivesTheSameBytes()
    {
        byte[] expected = Fit(new MLContext(seed: 11), model => model.Threads = 1);
        foreach (int threads in (int[])[2, 3])
            ModelArchive.AssertSame(expected, Fit(new MLContext(seed: 11), model => model.Threads = threads), $"{threads} threads");
    }

    [Fact]
    public void Fit_OtherComponentsBefore_GiveTheSameBytes()
    {
        byte[] expected = Fit(new MLContext(seed: 11), _ => { });
        MLContext busy = new(seed: 11);
        _ = busy.Transforms.NormalizeMinMax("Scaled", "Value").Fit(Series.View(busy));
        _ = TinyForecasts.Series(busy);
        ModelArchive.AssertSame(expected, Fit(busy, _ => { }), "after other components");
    }

    [Fact]
    public void Fit_OtherSeed_GivesAnotherModel()
    {
        byte[] expected = Fit(new MLContext(seed: 11), _ => { });
        Assert.False(ModelArchive.AreSame(ModelArchive.Entries(expected), ModelArchive.Entries(Fit(new MLContext(seed: 12), _ => { }))));
        byte[] byOption = Fit(new MLContext(seed: 11), model => model.Seed = 5);
        Assert.False(ModelArchive.AreSame(ModelArchive.Entries(expected), ModelArchive.Entries(byOption)));
        ModelArchive.AssertSame(byOption, Fit(new MLContext(seed: 12), model => model.Seed = 5), "the option goes before the context's seed");
    }

    internal static byte[] Fit(MLContext ml, Action<GruForecastModelOptions> change)
    {
        GruForecastModelOptions model = TinyForecasts.Model();
        change(model);
        IDataView data = Series.View(ml);
        return ModelArchive.Save(ml, TinyForecasts.SeriesWithTime(ml, model: model).Fit(data), data.Schema);
    }
}
