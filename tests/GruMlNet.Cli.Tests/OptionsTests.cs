// Each option has a test that fails if the option is ignored, and an option without a test fails here too.

using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using GruMlNet.Cli.Commands;

namespace GruMlNet.Cli.Tests;

public sealed class OptionsTests : IDisposable
{
    private const string Data = "--input @shops.csv --label-col sales --time-col day --series-col shop";

    /// <summary>Options that must change the trained model, and what they are compared with.</summary>
    private static readonly Dictionary<string, (string Given, string Without)> ModelChanges = new()
    {
        ["--known-cols"] = ("--known-cols promo", ""),
        ["--past-cols"] = ("--past-cols web", ""),
        ["--static-cols"] = ("--static-cols size", ""),
        ["--category-cols"] = ("--category-cols size", "--static-cols size"),
        ["--holiday-col"] = ("--holiday-col holiday", ""),
        ["--weight-col"] = ("--known-cols promo --weight-col weight", "--known-cols promo"),
        ["--calendar"] = ("--calendar DayOfMonth", "--calendar None"),
        ["--budget"] = ("--budget default", "--budget fast"),
        ["--seed"] = ("--seed 2", "--seed 1"),
        ["--seasonality"] = ("--seasonality 3", ""),
    };

    // What the others do is seen in what the command writes.
    private static readonly string[] Others =
    [
        "--input", "--label-col", // FailureTests: without them, or with others, nothing works
        "--layout", // ForecastTests.Wide_WithBounds_WritesThreeTablesAlike
        "--has-header", // HasHeader_Said_IsBelieved
        "--time-col", "--series-col", // ForecastTests.Long_WithTimes_ContinuesThem
        "--horizon", // ForecastTests.Model_OtherHorizon_IsForecastAndLongerIsSaid
        "--threads", // ForecastTests.SameSeed_AnyThreads_SameBytes_OtherSeedOther: the result must not depend on it; FailureTests: 0 is refused
        "--level", // ForecastTests.Level_Higher_WidensTheBounds, Levels_Several_AreColumnsOfTheLongLayout
        "--model", "--save-model", // ForecastTests.TrainThenForecast_IsTheSameAsForecast
        "--output", "--lower", "--upper", // ForecastTests.Wide_WithBounds_WritesThreeTablesAlike
        "--report", // ForecastTests.Seasonality_Given_ReachesTheModel
        "--chart", "--chart-series", // ForecastTests.Charts_BothKinds_AreWritten
        "--quiet", // ForecastTests.Quiet_WritesNothingToTheScreen
        "--generate-code", // GeneratedCodeTests
        "--windows", "--per-series", // ScoreTests.Backtest_Windows_ScoresModelBesideBaselines
        "--stride", // Stride_Given_MovesTheOrigins
        "--refit", // ScoreTests.Backtest_Refit_TrainsAtEveryOrigin
        "--forecast", "--actual", "--history", // ScoreTests.Evaluate_Wide_ScoresByTheDefinitions
    ];

    private readonly Tool tool = new();

    public OptionsTests()
    {
        tool.Write("shops.csv", ["shop,day,size,promo,web,holiday,weight,sales", .. Enumerable.Range(0, 4).SelectMany(shop => Enumerable.Range(0, 200).Select(t => Row(shop, t)))]);
    }

    public void Dispose()
    {
        tool.Dispose();
    }

    public static TheoryData<string> ModelOptionNames => [.. ModelChanges.Keys];

    [Theory]
    [MemberData(nameof(ModelOptionNames))]
    public void ModelOption_Given_ChangesTheModel(string name)
    {
        (string given, string without) = ModelChanges[name];
        byte[] expected = Train(without);
        Assert.NotEqual(expected, Train(given));

        byte[] Train(string options)
        {
            _ = tool.RunWell($"train {Data} --horizon 4 {(options.Contains("--budget", StringComparison.Ordinal) ? "" : "--budget fast")} --model @m.zip {options}");
            using ZipArchive zip = ZipFile.OpenRead(tool["m.zip"]);
            using MemoryStream forecaster = new();
            using Stream entry = zip.GetEntry("forecaster.bin")!.Open();
            entry.CopyTo(forecaster);
            return forecaster.ToArray();
        }
    }

    [Fact]
    public void EveryOption_HasATest()
    {
        Command[] commands = [new TrainCommand(), new ForecastCommand(), new BacktestCommand(), new EvaluateCommand(), new InfoCommand()];
        IEnumerable<string> options = commands.SelectMany(command => command.Options).Select(option => option.Name).Distinct();
        Assert.Equal(options.Order(StringComparer.Ordinal), ModelChanges.Keys.Concat(Others).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void HasHeader_Said_IsBelieved()
    {
        tool.Write("years.csv", "2020,2021,2022,2023", "A,1,2,3", "B,4,5,6");
        Assert.Contains("6", Values(""), StringComparison.Ordinal);
        Assert.Contains("9", Values("--has-header false"), StringComparison.Ordinal);
        Assert.Contains("6", Values("--has-header true"), StringComparison.Ordinal);

        string Values(string options)
        {
            return tool.RunWell($"info --input @years.csv --layout wide {options}").Output.Split('\n').Single(line => line.Contains("values", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Stride_Given_MovesTheOrigins()
    {
        Assert.NotEqual(Error("--stride 1"), Error("--stride 5"));
        Assert.Equal(Error("--stride 4"), Error(""));

        double Error(string options)
        {
            _ = tool.RunWell($"backtest {Data} --horizon 4 --windows 2 --budget fast --report @r.json {options}");
            using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
            return report.RootElement.GetProperty("overall").GetProperty("meanAbsoluteError").GetDouble();
        }
    }

    private static string Row(int shop, int t)
    {
        int promo = (t * t + 3 * shop * t + t / 5) % 7 < 2 ? 1 : 0;
        double sales = (10 + 5 * shop) * (1 + 0.3 * Math.Sin(2 * Math.PI * t / 7) + 0.1 * Math.Sin(17.3 * t * (shop + 1))) * (1 + promo);
        return string.Create(CultureInfo.InvariantCulture, $"S{shop},{new DateTime(2023, 1, 1).AddDays(t):yyyy-MM-dd},{shop},{promo},{t % 5},{(t % 29 == 0 ? "Fair" : "")},{(t < 100 ? 0.1 : 1)},{sales:F2}");
    }
}
