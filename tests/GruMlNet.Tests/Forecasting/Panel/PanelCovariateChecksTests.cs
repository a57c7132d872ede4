// Covariates that do not fit are refused in words; what is random and what is parallel changes no bit.
namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelCovariateChecksTests
{
    private static readonly PanelSeries Good = CovariatePanel.Promotions(count: 1)[0] with
    {
        Past = [new float[120]],
        StaticNumbers = [1f],
        StaticCategories = ["a"],
    };

    public static TheoryData<string, string> Mistakes => new()
    {
        { "short past", "'past covariate 1' of series 'series 0' has 119 values, and the series 120" },
        { "short known", "'known covariate 1' of series 'series 0' has 119 values, and the series 120" },
        { "more known", "has 2 known covariates, and 1 are expected (known covariate 1)" },
        { "infinite known", "Value 3 of 'known covariate 1' of series 'series 0' is Infinity" },
        { "infinite future", "Value 126 of 'known covariate 1' of series 'series 0' is -Infinity" },
        { "infinite past", "Value 1 of 'past covariate 1' of series 'series 0' is Infinity" },
        { "infinite number", "Value 1 of 'static number 1' of series 'series 0' is Infinity" },
        { "short weights", "has 120 values and 2 weights" },
        { "negative weight", "Weight 1 of series 'series 0' is -1" },
        { "missing weight", "Weight 120 of series 'series 0' is NaN" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Train_ColumnsThatDoNotFit_SaysWhatIsWrong(string mistake, string expected)
    {
        PanelSeries wrong = Spoil(mistake);
        Exception e = Assert.ThrowsAny<Exception>(() => PanelForecaster.Train([Good, wrong], CovariatePanel.Options()));
        Assert.True(e is ArgumentException or InvalidOperationException, $"{e}");
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short past")]
    [InlineData("short known")]
    [InlineData("more known")]
    [InlineData("infinite future")]
    public void Forecast_ColumnsThatDoNotFit_SaysWhatIsWrong(string mistake)
    {
        PanelForecaster model = PanelForecaster.Train([Good, Good], CovariatePanel.Options());
        Exception e = Assert.ThrowsAny<Exception>(() => model.Forecast(Spoil(mistake), 2));
        Assert.True(e is ArgumentException or InvalidOperationException, $"{e}");
        Assert.Contains("series 0", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_SameSeed_SameBytesWhateverTheThreads()
    {
        PanelSeries[] series = [.. CovariatePanel.Promotions(length: 60).Select((s, i) => s with { Past = [s.Values], StaticCategories = [$"{i % 3}"], StaticNumbers = [i], Weights = [.. s.Values.Select((_, t) => 1f + t % 2)] })];
        byte[] one = Bytes(threads: 1, seed: 1), two = Bytes(threads: 2, seed: 1);
        Assert.Equal(one, two);
        Assert.NotEqual(one, Bytes(threads: 2, seed: 2));
        PanelForecaster read = PanelForecaster.Load(new MemoryStream(one));
        var again = new MemoryStream();
        read.Save(again);
        Assert.Equal(one, again.ToArray());

        byte[] Bytes(int threads, int seed)
        {
            GruForecastModelOptions options = CovariatePanel.Options();
            (options.Threads, options.Seed, options.TrainingSteps, options.EnsembleSize) = (threads, seed, 32, 2);
            var stream = new MemoryStream();
            PanelForecaster.Train(series, options).Save(stream);
            return stream.ToArray();
        }
    }

    /// <summary>NaN anywhere, short and empty series, constant columns: trained and forecast without a single number that is not one.</summary>
    [Fact]
    public void TrainAndForecast_GapsEverywhere_GiveFiniteForecasts()
    {
        var random = new Random(3);
        PanelSeries[] series = [.. CovariatePanel.Promotions().Select((s, i) => s with
        {
            Values = i switch
            {
                0 => s.Values[..3],
                1 => [.. s.Values.Select(_ => 0f)],
                2 => [.. s.Values.Select(v => v - 100)],
                3 => [.. s.Values.Select((v, t) => t % 4 == 0 ? v : 0f)],
                4 => [.. s.Values.Select(_ => 7f)],
                _ => Holes(s.Values),
            },
            Past = [Holes(i == 0 ? s.Values[..3] : s.Values), new float[i == 0 ? 3 : 120]],
            Known = [Holes(s.Known[0]), [.. s.Known[0].Select(_ => float.NaN)]],
            StaticNumbers = [i % 2 == 0 ? float.NaN : i, 5f],
            StaticCategories = [i % 3 == 0 ? "" : $"{i}"],
        })];
        GruForecastModelOptions options = CovariatePanel.Options();
        options.TrainingSteps = 64;
        PanelForecast[] forecasts = PanelForecaster.Train(series, options).ForecastAll(series, 2 * CovariatePanel.Horizon, [0.8f]);
        Assert.All(forecasts, f => Assert.All([.. f.Point, .. f.Lower[0], .. f.Upper[0]], v => Assert.True(float.IsFinite(v))));
        Assert.All(forecasts, f => Assert.All(f.Point.Zip(f.Lower[0], f.Upper[0]), p => Assert.True(p.Second <= p.First && p.First <= p.Third)));

        float[] Holes(float[] values) => [.. values.Select(v => random.Next(6) == 0 ? float.NaN : v)];
    }

    private static PanelSeries Spoil(string mistake)
    {
        float[] known = Good.Known[0];
        return mistake switch
        {
            "short past" => Good with { Past = [new float[119]] },
            "short known" => Good with { Known = [known[..119]] },
            "more known" => Good with { Known = [known, known] },
            "infinite known" => Good with { Known = [[.. known[..2], float.PositiveInfinity, .. known[3..]]] },
            "infinite future" => Good with { Known = [[.. known[..^1], float.NegativeInfinity]] },
            "infinite past" => Good with { Past = [[float.PositiveInfinity, .. new float[119]]] },
            "infinite number" => Good with { StaticNumbers = [float.PositiveInfinity] },
            "short weights" => Good with { Weights = [1, 1] },
            "negative weight" => Good with { Weights = [-1, .. new float[119]] },
            "missing weight" => Good with { Weights = [.. new float[119], float.NaN] },
            _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, "Unknown."),
        };
    }
}
