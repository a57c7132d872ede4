// The commands from files to files.

using System.Globalization;
using System.Text.Json;

namespace GruMlNet.Cli.Tests;

public sealed class ForecastTests : IDisposable
{
    private const string Wide = "forecast --input @wide.csv --layout wide --horizon 6 --budget fast --output @F.csv";
    private readonly Tool tool = new();

    public ForecastTests()
    {
        tool.WriteWide();
        tool.WriteLong();
    }

    public void Dispose()
    {
        tool.Dispose();
    }

    [Fact]
    public void Wide_WithBounds_WritesThreeTablesAlike()
    {
        _ = tool.RunWell($"{Wide} --level 95 --lower @L.csv --upper @U.csv --seed 1");
        (string[] ids, float[][] point) = Table("F.csv");
        float[][] lower = Table("L.csv").Values, upper = Table("U.csv").Values;
        Assert.Equal(["S0", "S1", "S2"], ids);
        for (int s = 0; s < 3; s++)
        {
            Assert.Equal(6, point[s].Length);
            for (int i = 0; i < 6; i++)
                Assert.True(lower[s][i] <= point[s][i] && point[s][i] <= upper[s][i] && lower[s][i] < upper[s][i], $"S{s}, step {i + 1}: {lower[s][i]} {point[s][i]} {upper[s][i]}");
        }

        // The series grow from 100, 200 and 300 by 1, 2 and 3 a step.
        Assert.All(point.Select((values, s) => values.Average() / (1 + s)), mean => Assert.InRange(mean, 110, 170));
        Assert.Equal(["F.csv", "L.csv", "U.csv", "long.csv", "wide.csv"], tool.FileNames);
    }

    [Fact]
    public void SameSeed_AnyThreads_SameBytes_OtherSeedOther()
    {
        string one = Forecast("--seed 1 --threads 1"), two = Forecast("--seed 1 --threads 2");
        Assert.Equal(one, two);
        Assert.NotEqual(one, Forecast("--seed 2"));

        string Forecast(string options)
        {
            _ = tool.RunWell($"{Wide} {options}");
            return File.ReadAllText(tool["F.csv"]);
        }
    }

    [Fact]
    public void Level_Higher_WidensTheBounds()
    {
        float narrow = Width(50), wide = Width(99);
        Assert.True(wide > narrow, $"{wide} at 99 %, {narrow} at 50 %");

        float Width(int level)
        {
            _ = tool.RunWell(string.Create(CultureInfo.InvariantCulture, $"{Wide} --level {level} --lower @L.csv --upper @U.csv"));
            return Table("U.csv").Values[0][3] - Table("L.csv").Values[0][3];
        }
    }

    [Fact]
    public void Levels_Several_AreColumnsOfTheLongLayout()
    {
        const string Long = "forecast --input @long.csv --label-col sales --time-col month --series-col shop --horizon 4 --budget fast";
        _ = tool.RunWell($"{Long} --level 80,95 --output @F.csv --save-model @m.zip --report @r.json --chart @both.svg");
        string[][] both = Fields("F.csv");
        Assert.Equal(["shop", "month", "forecast", "lower_80", "upper_80", "lower_95", "upper_95"], both[0]);
        foreach ((int level, int lower) in ((int, int)[])[(80, 3), (95, 5)])
        {
            _ = tool.RunWell(string.Create(CultureInfo.InvariantCulture, $"forecast --input @long.csv --model @m.zip --level {level} --output @one.csv --chart @one.svg"));
            string[][] one = Fields("one.csv");
            Assert.Equal(["shop", "month", "forecast", "lower", "upper"], one[0]);
            Assert.Equal(one.Skip(1).Select(row => string.Join(',', row)), both.Skip(1).Select(row => string.Join(',', [.. row[..3], .. row[lower..(lower + 2)]])));
            // Of several levels, evaluate takes the one it is asked for.
            string scores = $"--actual @long.csv --label-col sales --time-col month --series-col shop --level {level}";
            tool.Write("past.csv", [.. both.Select(row => string.Join(',', row).Replace("2023-", "2022-", StringComparison.Ordinal))]);
            tool.Write("pastone.csv", [.. one.Select(row => string.Join(',', row).Replace("2023-", "2022-", StringComparison.Ordinal))]);
            Assert.Equal(tool.RunWell($"evaluate --forecast @pastone.csv {scores}").Output, tool.RunWell($"evaluate --forecast @past.csv {scores}").Output);
            Assert.NotEqual(File.ReadAllText(tool["both.svg"]), File.ReadAllText(tool["one.svg"]));
        }

        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        Assert.Equal([80, 95], report.RootElement.GetProperty("levels").EnumerateArray().Select(level => level.GetDouble()));

        string[][] Fields(string name)
        {
            return [.. tool.Lines(name).Select(line => line.Split(','))];
        }
    }

    [Fact]
    public void Long_WithTimes_ContinuesThem()
    {
        _ = tool.RunWell("forecast --input @long.csv --label-col sales --time-col month --series-col shop --horizon 2 --budget fast --output @F.csv --report @r.json");
        string[][] rows = [.. tool.Lines("F.csv").Select(line => line.Split(','))];
        Assert.Equal(["shop", "month", "forecast", "lower", "upper"], rows[0]);
        Assert.Equal(["S0 2023-05-01", "S0 2023-06-01", "S1 2023-03-01", "S1 2023-04-01", "S2 2023-01-01", "S2 2023-02-01"], rows.Skip(1).Select(row => $"{row[0]} {row[1]}"));
        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        Assert.Equal(12, report.RootElement.GetProperty("model").GetProperty("seasonality").GetInt32());
        Assert.Equal(3, report.RootElement.GetProperty("data").GetProperty("series").GetInt32());
    }

    [Fact]
    public void Seasonality_Given_ReachesTheModel()
    {
        _ = tool.RunWell($"{Wide} --seasonality 3 --report @r.json");
        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        Assert.Equal(3, report.RootElement.GetProperty("model").GetProperty("seasonality").GetInt32());
    }

    [Fact]
    public void TrainThenForecast_IsTheSameAsForecast()
    {
        _ = tool.RunWell($"{Wide} --save-model @a.zip");
        string atOnce = File.ReadAllText(tool["F.csv"]);
        _ = tool.RunWell("train --input @wide.csv --layout wide --horizon 6 --budget fast --model @b.zip");
        Assert.Equal(File.ReadAllBytes(tool["a.zip"]), File.ReadAllBytes(tool["b.zip"]));
        // Layout and horizon come from the model.
        _ = tool.RunWell("forecast --input @wide.csv --model @b.zip --output @F.csv");
        Assert.Equal(atOnce, File.ReadAllText(tool["F.csv"]));
    }

    [Fact]
    public void Model_OtherHorizon_IsForecastAndLongerIsSaid()
    {
        _ = tool.RunWell($"{Wide} --save-model @a.zip");
        float[] full = Table("F.csv").Values[1];
        Assert.DoesNotContain("beyond", tool.RunWell("forecast --input @wide.csv --model @a.zip --horizon 2 --output @F.csv").Error, StringComparison.Ordinal);
        Assert.Equal(full[..2], Table("F.csv").Values[1]);
        Assert.Contains("3 beyond", tool.RunWell("forecast --input @wide.csv --model @a.zip --horizon 9 --output @F.csv").Error, StringComparison.Ordinal);
        Assert.Equal(full, Table("F.csv").Values[1][..6]);
    }

    [Fact]
    public void Info_OfModelAndData_SaysWhatIsInThem()
    {
        _ = tool.RunWell($"{Wide} --save-model @a.zip");
        string text = tool.RunWell("info --model @a.zip --input @wide.csv").Output;
        Assert.All((string[])["horizon", "6", "3 series, 114 values", "36 to 40, median 38", "Wide"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Contains("1 calendar month", tool.RunWell("info --input @long.csv --label-col sales --time-col month --series-col shop").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_OfALongFile_SaysWhatElseIsInIt()
    {
        tool.Write("days.csv", ["day,shop,sales,price,promo", .. Enumerable.Range(0, 20).Select(t => $"{new DateTime(2024, 1, 1).AddDays(t):yyyy-MM-dd},A,{t},{t % 3},0")]);
        string text = tool.RunWell("info --input @days.csv --label-col sales --time-col day --known-cols promo").Output;
        Assert.All((string[])["time step 1 day", "7 steps", "known beforehand", "promo", "not used", "shop, price"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.DoesNotContain("1.00:00:00", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--budget fast", "--budget")]
    [InlineData("--seasonality 3", "--seasonality")]
    [InlineData("--seed 2", "--seed")]
    [InlineData("--threads 1", null)]
    public void Model_WithOptionsOfTraining_SaysThatTheyDoNothing(string options, string? warned)
    {
        _ = tool.RunWell($"{Wide} --save-model @a.zip");
        string error = tool.RunWell($"forecast --input @wide.csv --model @a.zip --output @G.csv {options} --quiet").Error;
        Assert.Equal(File.ReadAllText(tool["F.csv"]), File.ReadAllText(tool["G.csv"]));
        Assert.Equal(warned is null ? "" : $"{warned} counts in training only: the model of --model is trained already, so that it changes nothing.\n", error);
    }

    [Fact]
    public void OneStep_IsNotSeveral()
    {
        Assert.Contains("Forecast 1 step of 3 series", tool.RunWell("forecast --input @wide.csv --layout wide --horizon 1 --budget fast --output @F.csv --save-model @m.zip").Error, StringComparison.Ordinal);
        Assert.Contains("trained for 1 step:", tool.RunWell("forecast --input @wide.csv --model @m.zip --horizon 2 --output @F.csv").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_BothKinds_AreWritten()
    {
        _ = tool.RunWell($"{Wide} --save-model @a.zip --chart @c.png");
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(tool["c.png"])[..4]);
        _ = tool.RunWell("forecast --input @long.csv --label-col sales --time-col month --series-col shop --model @a.zip --layout long --output @F.csv --chart @c.svg --chart-series S2");
        string svg = File.ReadAllText(tool["c.svg"]);
        Assert.Contains("<svg", svg, StringComparison.Ordinal);
        Assert.NotEqual(svg, Svg("S1"));

        string Svg(string series)
        {
            _ = tool.RunWell($"forecast --input @long.csv --label-col sales --time-col month --series-col shop --model @a.zip --layout long --output @F.csv --chart @d.svg --chart-series {series}");
            return File.ReadAllText(tool["d.svg"]);
        }
    }

    [Fact]
    public void Quiet_WritesNothingToTheScreen()
    {
        Assert.Equal(new Outcome(ExitCode.Done, "", ""), tool.Run($"{Wide} --quiet"));
        Assert.NotEqual("", tool.Run(Wide).Error);
    }

    [Fact]
    public void EmptySeries_IsBlankAndSaid()
    {
        File.AppendAllText(tool["wide.csv"], "E,,,\n");
        Assert.Contains("'E' has no values", tool.RunWell($"{Wide} --quiet").Error, StringComparison.Ordinal);
        Assert.Equal("E,,,,,,", tool.Lines("F.csv")[4]);
    }

    [Fact]
    public void Wide_MarksAtTheEnd_AreStepsAndSaid()
    {
        File.AppendAllText(tool["wide.csv"], "E,1,2,3,NA,NA\n");
        Assert.Contains("1 series ends with missing values (the first: 'E')", tool.RunWell($"{Wide} --quiet").Error, StringComparison.Ordinal);
        tool.WriteWide();
        Assert.Equal("", tool.RunWell($"{Wide} --quiet").Error);
    }

    [Fact]
    public void Long_DatesWithTheDayFirst_LeaveGapsThatAreSaid()
    {
        // The first of each month, read as days of January.
        tool.Write("months.csv", ["month,sales", .. Enumerable.Range(0, 60).Select(t => $"01/{t % 12 + 1:00}/{2015 + t / 12},{t % 12}")]);
        string options = "--label-col sales --time-col month --horizon 3 --budget fast --quiet";
        string[] said = ["1413 of 1473 steps have no value", "1 day", "the month first"];
        Assert.All(said, part => Assert.Contains(part, tool.RunWell($"forecast --input @months.csv {options} --output @F.csv").Error, StringComparison.Ordinal));
        Assert.All(said, part => Assert.Contains(part, tool.RunWell($"train --input @months.csv {options} --model @m.zip").Error, StringComparison.Ordinal));
        Assert.Equal("", tool.RunWell("forecast --input @long.csv --label-col sales --time-col month --series-col shop --horizon 3 --budget fast --quiet --output @F.csv").Error);
    }

    [Fact]
    public void SeriesOfOneValue_HasNoBounds_AndThatIsSaid()
    {
        File.AppendAllText(tool["wide.csv"], "E,5\n");
        Assert.Contains("'E' has too few values for bounds", tool.RunWell($"{Wide} --quiet --lower @L.csv --upper @U.csv").Error, StringComparison.Ordinal);
        Assert.Equal("E,,,,,,", tool.Lines("L.csv")[4]);
    }

    [Fact]
    public void Output_ThroughALinkToNowhere_IsFoundOutBeforeTraining()
    {
        _ = File.CreateSymbolicLink(tool["link.csv"], tool["none/F.csv"]);
        Outcome outcome = tool.Run("forecast --input @wide.csv --layout wide --horizon 6 --budget fast --output @link.csv");
        Assert.Equal(ExitCode.Output, outcome.ExitCode);
        Assert.Contains("cannot be written: its folder does not exist.", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Trained", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupted_BeforeTraining_WritesNothing()
    {
        Outcome outcome = tool.Run(Wide, new CancellationToken(canceled: true));
        Assert.Equal(ExitCode.Interrupted, outcome.ExitCode);
        Assert.Contains("nothing was written", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tool["F.csv"]));
    }

    private (string[] Ids, float[][] Values) Table(string name)
    {
        string[][] rows = [.. tool.Lines(name).Skip(1).Select(line => line.Split(','))];
        return ([.. rows.Select(row => row[0])], [.. rows.Select(row => Array.ConvertAll(row[1..], field => float.Parse(field, CultureInfo.InvariantCulture)))]);
    }
}
