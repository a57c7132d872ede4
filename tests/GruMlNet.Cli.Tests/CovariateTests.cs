// Columns beside the values: how they are read, remembered, and what they change.

using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Tests;

public sealed class CovariateTests : IDisposable
{
    private const int Days = 90, Ahead = 6;
    private const string Columns = "--label-col sales --time-col day --series-col shop";
    private readonly Tool tool = new();

    public CovariateTests()
    {
        // Sales double on the days of a promotion, which follow no rhythm.
        tool.Write("shops.csv", ["shop,day,region,size,promo,web,holiday,weight,sales", .. Rows((shop, t) => Promo(shop, t))]);
        // The same past, but other promotions to come.
        tool.Write("other.csv", ["shop,day,region,size,promo,web,holiday,weight,sales", .. Rows((shop, t) => t < Days ? Promo(shop, t) : 1 - Promo(shop, t))]);
        tool.Write("past.csv", [.. tool.Lines("shops.csv").Where(line => !line.EndsWith(','))]);
    }

    public void Dispose()
    {
        tool.Dispose();
    }

    [Fact]
    public void Read_AllKinds_BecomeWhatTheyAre()
    {
        tool.Write(
            "a.csv",
            "t,shop,region,size,price,open,web,feast,w,v",
            "2024-01-02,A,north,1.5,10,true,7,,2,1",
            "2024-01-01,A,,,9,false,6,Easter,,0",
            "2024-01-03,A,north,1.5,11,true,,Carnival,1,",
            "2024-01-05,A,,,13,False,,,1,",
            "2024-01-01,B,south,,20,1,5,,1,3");
        Panel panel = LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "v", "t", "shop")
        {
            Known = ["price", "open"],
            Past = ["web"],
            Static = ["region", "size"],
            Holiday = "feast",
            Weight = "w",
        });
        PanelSeries series = panel.Series[0];
        Assert.Equal([0, 1], series.Values);
        Assert.Equal([[6, 7]], series.Past);
        Assert.Equal([1, 2], series.Weights!);
        // Price, open, any feast, Easter, Carnival; the day without a row is missing.
        Assert.Equal(
            [[9, 10, 11, float.NaN, 13], [0, 1, 1, float.NaN, 0], [1, 0, 1, float.NaN, 0], [1, 0, 0, float.NaN, 0], [0, 0, 1, float.NaN, 0]],
            series.Known);
        Assert.Equal([1.5f], series.StaticNumbers);
        Assert.Equal(["north"], series.StaticCategories);
        Assert.Equal([float.NaN], panel.Series[1].StaticNumbers);
        Assert.Equal(["price", "open", "feast", "feast: Easter", "feast: Carnival"], panel.Names!.Known);
        Assert.Equal("2024-01-03", panel.Times!.After(0, 1));
    }

    [Fact]
    public void CategoryInDigits_IsANumberUnlessSaid()
    {
        tool.Write("a.csv", ["t,shop,store,size,v", .. Enumerable.Range(0, 3).SelectMany(s => Enumerable.Range(0, 30).Select(t => $"{t},S{s},{s + 4},{s}.5,{10 * s + t % 4}"))]);
        const string Data = "--input @a.csv --label-col v --time-col t --series-col shop";
        Assert.Contains("store (number), size (number)", tool.RunWell($"info {Data} --static-cols store,size").Output, StringComparison.Ordinal);
        Assert.Contains("size (number), store (category)", tool.RunWell($"info {Data} --static-cols size --category-cols store").Output, StringComparison.Ordinal);
        _ = tool.RunWell($"train {Data} --static-cols size --category-cols store --horizon 2 --budget fast --model @m.zip");
        Assert.Contains("size (number), store (category)", tool.RunWell("info --model @m.zip").Output, StringComparison.Ordinal);
        _ = tool.RunWell($"forecast {Data} --model @m.zip --category-cols store --output @F.csv");
        Outcome outcome = tool.Run($"forecast {Data} --model @m.zip --category-cols store,size --output @F.csv");
        Assert.Contains("--category-cols names store,size, but the model has learnt from store", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void UnseenCategoryAndHoliday_AreWarnedOf()
    {
        string columns = $"{Columns} --known-cols promo --static-cols region --holiday-col holiday --horizon {Ahead}";
        _ = tool.RunWell($"train --input @shops.csv {columns} --budget fast --model @m.zip");
        Assert.DoesNotContain("tells apart", tool.RunWell("forecast --input @shops.csv --model @m.zip --output @F.csv").Error, StringComparison.Ordinal);
        string[][] rows = [.. tool.Lines("shops.csv").Select(line => line.Split(','))];
        for (int row = 1; row < rows.Length; row++)
            (rows[row][2], rows[row][6]) = ("nowhere", row == 5 ? "Nothing Day" : rows[row][6]);
        tool.Write("changed.csv", [.. rows.Select(row => string.Join(',', row))]);
        string error = tool.RunWell("forecast --input @changed.csv --model @m.zip --output @F.csv --quiet").Error;
        Assert.Contains("Column 'region': 'nowhere' of series", error, StringComparison.Ordinal);
        Assert.Contains("Column 'holiday': 'Nothing Day' is no holiday that the model tells apart", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Holiday_OfNumbersOrNothing_IsOneNumber()
    {
        tool.Write("a.csv", "t,feast,v", "1,1,5", "2,,6", "3,true,");
        Panel panel = LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "v", "t", null) { Holiday = "feast" });
        Assert.Equal([[1, 0, 1]], panel.Series[0].Known);
    }

    [Fact]
    public void Calendar_Given_ReachesBeyondTheRows()
    {
        tool.Write("a.csv", ["t,v", .. Enumerable.Range(0, 10).Select(t => $"{new DateTime(2024, 1, 7).AddDays(t):yyyy-MM-dd},{t}")]);
        Panel panel = LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "v", "t", null) { Calendar = CalendarFeatures.DayOfWeek });
        float[] sine = panel.ToForecast(4)[0].Known[0];
        Assert.Equal(14, sine.Length);
        // Sunday to Saturday, again and again.
        Assert.All(Enumerable.Range(0, 14), t => Assert.Equal(Math.Sin(Math.Tau * (t % 7) / 7), sine[t], 1e-6));
        Assert.Equal(["DayOfWeek (sine)", "DayOfWeek (cosine)"], panel.Names!.Known);
    }

    [Fact]
    public void Known_OfTheStepsToCome_ChangesTheForecast()
    {
        _ = tool.RunWell($"forecast --input @shops.csv {Columns} --known-cols promo --horizon {Ahead} --budget fast --save-model @m.zip --output @F.csv");
        string[] atOnce = tool.Lines("F.csv");
        Assert.Equal(3 * Ahead + 1, atOnce.Length);
        // The model remembers the columns.
        Outcome outcome = tool.RunWell("forecast --input @shops.csv --model @m.zip --output @F.csv");
        Assert.Equal(atOnce, tool.Lines("F.csv"));
        Assert.DoesNotContain("is not known", outcome.Error, StringComparison.Ordinal);
        _ = tool.RunWell("forecast --input @other.csv --model @m.zip --output @O.csv");
        for (int i = 1; i < atOnce.Length; i++)
        {
            string[] one = atOnce[i].Split(','), other = tool.Lines("O.csv")[i].Split(',');
            Assert.Equal(one[..2], other[..2]);
            int shop = (i - 1) / Ahead, t = Days + (i - 1) % Ahead;
            float ratio = float.Parse(one[2], CultureInfo.InvariantCulture) / float.Parse(other[2], CultureInfo.InvariantCulture);
            Assert.True(Promo(shop, t) == 1 ? ratio > 1.2f : ratio < 0.85f, $"{one[0]} {one[1]}: {one[2]} and {other[2]}");
        }

        // Without any row to come it is said, and the forecast is there all the same.
        outcome = tool.RunWell("forecast --input @past.csv --model @m.zip --output @P.csv --quiet");
        Assert.Contains($"'promo' is not known for any of the {Ahead} steps to forecast of 3 series (the first: 'S0')", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(atOnce.Select(Start), tool.Lines("P.csv").Select(Start));
        outcome = tool.RunWell("forecast --input @shops.csv --model @m.zip --horizon 8 --output @P.csv");
        Assert.Contains("'promo' is not known for 2 of the 8 steps", outcome.Error, StringComparison.Ordinal);

        static string Start(string line) => line[..line.IndexOf(',', 4)];
    }

    [Fact]
    public void Model_SaysItsColumns_AndTheReportToo()
    {
        const string all = "--known-cols promo --past-cols web --static-cols region,size --holiday-col holiday --weight-col weight --calendar dayofmonth";
        _ = tool.RunWell($"train --input @shops.csv {Columns} {all} --horizon {Ahead} --budget fast --model @m.zip --report @r.json");
        string text = tool.RunWell("info --model @m.zip").Output;
        Assert.All((string[])["promo", "web", "region (category), size (number)", "holiday (Fair)", "weight", "DayOfMonth"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        Assert.Equal(["promo", "holiday", "holiday: Fair", "DayOfMonth (sine)", "DayOfMonth (cosine)"], report.RootElement.GetProperty("data").GetProperty("covariates").GetProperty("known").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal("web", report.RootElement.GetProperty("model").GetProperty("columns").GetProperty("past")[0].GetString());

        // A column under another name, and one that the model does not know.
        tool.Write("renamed.csv", [.. tool.Lines("shops.csv").Select(line => line.Replace("promo", "action", StringComparison.Ordinal))]);
        _ = tool.RunWell("forecast --input @shops.csv --model @m.zip --output @F.csv");
        string[] forecast = tool.Lines("F.csv");
        _ = tool.RunWell("forecast --input @renamed.csv --model @m.zip --known-cols action --output @F.csv");
        Assert.Equal(forecast, tool.Lines("F.csv"));
        Fails("forecast --input @renamed.csv --model @m.zip --output @F.csv", ExitCode.Data, "--known-cols", "no column 'promo'", "'action'");
        Fails("forecast --input @shops.csv --model @m.zip --known-cols promo,web --output @F.csv", ExitCode.Usage, "--known-cols names promo,web", "learnt from promo");
    }

    [Theory]
    [InlineData("\"promo\"", "\"promo\", \"web\"")]
    [InlineData("\"Fair\"", "\"Fair\", \"Other\"")]
    [InlineData("\"holidayKinds\": [", "\"kinds\": [")]
    [InlineData("\"calendar\": \"none\"", "\"calendar\": 512")]
    public void Model_WithSettingsOfAnother_IsRefused(string was, string becomes)
    {
        _ = tool.RunWell($"train --input @shops.csv {Columns} --known-cols promo --holiday-col holiday --horizon {Ahead} --budget fast --model @m.zip");
        using (ZipArchive zip = ZipFile.Open(tool["m.zip"], ZipArchiveMode.Update))
        {
            ZipArchiveEntry entry = zip.GetEntry("settings.json")!;
            string text;
            using (StreamReader reader = new(entry.Open()))
                text = reader.ReadToEnd();
            Assert.Contains(was, text, StringComparison.Ordinal);
            entry.Delete();
            using StreamWriter writer = new(zip.CreateEntry("settings.json").Open());
            writer.Write(text.Replace(was, becomes, StringComparison.Ordinal));
        }

        Fails("forecast --input @shops.csv --model @m.zip --output @F.csv", ExitCode.Data, "m.zip' is not a model of this tool, or is damaged");
    }

    [Fact]
    public void Model_OfColumns_OnAWideFile_SaysWhyNot()
    {
        _ = tool.RunWell($"train --input @shops.csv {Columns} --known-cols promo --static-cols region --horizon {Ahead} --budget fast --model @m.zip");
        tool.WriteWide();
        Outcome outcome = tool.Run("forecast --input @wide.csv --layout wide --model @m.zip --output @F.csv");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("--layout wide", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("'promo'", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TooLittleData_ForCovariates_IsSaid()
    {
        tool.Write("few.csv", [.. tool.Lines("shops.csv").Take(31)]);
        Assert.Contains("do not count", tool.RunWell($"forecast --input @few.csv {Columns} --known-cols promo --horizon 2 --budget fast --output @F.csv --quiet").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Backtest_WithKnownColumns_IsBetter()
    {
        double without = Error(""), with = Error("--known-cols promo");
        Assert.True(with < 0.7 * without, $"MAE {with} with promotions, {without} without");

        double Error(string options)
        {
            _ = tool.RunWell($"backtest --input @shops.csv {Columns} {options} --horizon {Ahead} --windows 2 --budget fast --report @r.json");
            using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
            Assert.Equal(6, report.RootElement.GetProperty("overall").GetProperty("cases").GetInt32());
            return report.RootElement.GetProperty("overall").GetProperty("meanAbsoluteError").GetDouble();
        }
    }

    [Theory]
    [InlineData("--known-cols price", 3, "--known-cols", "no column 'price'", "'promo'")]
    [InlineData("--known-cols promo --known-cols promo", 2, "--known-cols and --known-cols both name the column 'promo'")]
    [InlineData("--past-cols sales", 2, "--label-col and --past-cols both name the column 'sales'")]
    [InlineData("--known-cols promo,", 2, "blank name")]
    [InlineData("--known-cols region", 3, "line 2, column 'region'", "'north' is not a number", "0 or 1")]
    [InlineData("--weight-col region", 3, "line 2, column 'region'", "not a number")]
    [InlineData("--weight-col minus", 3, "line 2, column 'minus'", "at least 0, got '-1'")]
    [InlineData("--static-cols promo", 3, "column 'promo'", "of the same series 'S0'", "--known-cols or --past-cols")]
    [InlineData("--calendar Tuesday", 2, "--calendar must be", "DayOfWeek", "got 'Tuesday'")]
    [InlineData("--calendar 3", 2, "--calendar must be", "got '3'")]
    public void Columns_ThatCannotBe_SayWhy(string options, int exitCode, params string[] parts)
    {
        tool.Write("minus.csv", [.. tool.Lines("shops.csv").Select((line, i) => line + (i == 0 ? ",minus" : ",-1"))]);
        Fails($"forecast --input @minus.csv {Columns} {options} --horizon 2 --output @F.csv", exitCode, parts);
    }

    [Fact]
    public void Calendar_WithoutDates_SaysWhy()
    {
        tool.Write("a.csv", "t,v", "1,5", "2,6", "3,7");
        Fails("forecast --input @a.csv --label-col v --time-col t --calendar DayOfWeek --horizon 2 --output @F.csv", ExitCode.Data, "--calendar needs dates", "has numbers");
        Fails("forecast --input @a.csv --label-col v --calendar DayOfWeek --horizon 2 --output @F.csv", ExitCode.Usage, "--calendar needs --time-col");
        tool.WriteWide();
        Fails("forecast --input @wide.csv --layout wide --known-cols x --horizon 2 --output @F.csv", ExitCode.Usage, "--known-cols is for the long layout");
    }

    private void Fails(string line, int exitCode, params string[] parts)
    {
        Outcome outcome = tool.Run(line);
        Assert.True(exitCode == outcome.ExitCode, $"Exit code {outcome.ExitCode}: {outcome.Error}");
        Assert.All(parts, part => Assert.Contains(part, outcome.Error, StringComparison.Ordinal));
    }

    private static int Promo(int shop, int t) => (t * t + 3 * shop * t + t / 5) % 7 < 2 ? 1 : 0;

    private static IEnumerable<string> Rows(Func<int, int, int> promo)
    {
        for (int shop = 0; shop < 3; shop++)
        {
            for (int t = 0; t < Days + Ahead; t++)
            {
                double sales = 100 * (1 + shop) * (1 + promo(shop, t)) * (1 + 0.2 * Math.Sin(Math.Tau * t / 7)) * (1 + 0.02 * Math.Sin(5.3 * t + shop));
                string past = t < Days ? string.Create(CultureInfo.InvariantCulture, $"{sales:F2}") : "";
                string web = t < Days ? string.Create(CultureInfo.InvariantCulture, $"{Math.Cos(t):F3}") : "";
                yield return string.Create(CultureInfo.InvariantCulture, $"S{shop},{new DateTime(2024, 1, 1).AddDays(t):yyyy-MM-dd},{(shop == 0 ? "north" : "south")},{shop + 0.5},{promo(shop, t)},{web},{(t % 30 == 0 ? "Fair" : "")},{1 + t % 2},{past}");
            }
        }
    }
}
