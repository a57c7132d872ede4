// The evaluate and backtest commands.

using System.Text.Json;
using GruMlNet.Evaluation;

namespace GruMlNet.Cli.Tests;

public sealed class ScoreTests : IDisposable
{
    private readonly Tool tool = new();

    public ScoreTests()
    {
        tool.WriteWide();
        tool.WriteLong();
    }

    public void Dispose()
    {
        tool.Dispose();
    }

    [Fact]
    public void Evaluate_Wide_ScoresByTheDefinitions()
    {
        tool.Write("past.csv", "id,V1,V2,V3,V4", "A,1,2,1,3", "B,10,30,10,40");
        tool.Write("F.csv", "id,F1,F2", "B,20,20", "A,2,2");
        tool.Write("L.csv", "id,F1,F2", "B,10,10", "A,1,1");
        tool.Write("U.csv", "id,F1,F2", "B,30,30", "A,3,3");
        tool.Write("came.csv", "id,V1,V2", "A,2,4", "B,30,");
        Outcome outcome = tool.RunWell("evaluate --layout wide --forecast @F.csv --actual @came.csv --history @past.csv --lower @L.csv --upper @U.csv --level 80 -m 1 --report @r.json --per-series @s.csv");
        ForecastMetrics expected = ForecastEvaluation.Of(
        [
            new ForecastCase { History = new float[] { 1, 2, 1, 3 }, Actual = new float[] { 2, 4 }, Forecast = new float[] { 2, 2 }, Lower = new float[] { 1, 1 }, Upper = new float[] { 3, 3 } },
            new ForecastCase { History = new float[] { 10, 30, 10, 40 }, Actual = new float[] { 30 }, Forecast = new float[] { 20 }, Lower = new float[] { 10 }, Upper = new float[] { 30 } },
        ], 1, 0.8f).Overall;
        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        JsonElement overall = report.RootElement.GetProperty("overall");
        Assert.Equal(expected.Mase, overall.GetProperty("mase").GetDouble(), 1e-9);
        Assert.Equal(expected.Msis, overall.GetProperty("msis").GetDouble(), 1e-9);
        Assert.Equal(expected.Coverage, overall.GetProperty("coverage").GetDouble(), 1e-9);
        Assert.Equal(2, report.RootElement.GetProperty("perStep").GetArrayLength());
        Assert.Equal(5, report.RootElement.GetProperty("baselines").EnumerateObject().Count());
        Assert.Equal(["A,1,1,", "B,1,10,"], tool.Lines("s.csv").Skip(1).Select(line => line[..line.IndexOf(',', 5)] + ","));
        Assert.Contains("Scores: 2 forecasts of 2 series", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_Long_MatchesSeriesAndTimes()
    {
        tool.Write("all.csv", ["shop,month,sales", .. Months("A", 2020, 100), .. Months("B", 2020, 200)]);
        tool.Write("F.csv", "shop,month,forecast,lower,upper", "B,2020-12-01,210,200,220", "A,2020-11-01,111,100,120", "A,2020-12-01,113,100,120", "B,2021-01-01,999,0,1");
        _ = tool.RunWell("evaluate --forecast @F.csv --actual @all.csv --label-col sales --time-col month --series-col shop --report @r.json --per-series @s.csv");
        // Values are 100 + month and 200 + month: A came as 111 and 112, B as 212; nothing came in 2021.
        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        Assert.Equal((2 + 0.5) / 2, report.RootElement.GetProperty("overall").GetProperty("meanAbsoluteError").GetDouble(), 1e-6);
        Assert.Equal(1, report.RootElement.GetProperty("overall").GetProperty("coverage").GetDouble(), 1e-9);
        Assert.Equal("naive", report.RootElement.GetProperty("baselines").EnumerateObject().First().Name);
        Assert.Equal(["B", "A"], tool.Lines("s.csv").Skip(1).Select(line => line.Split(',')[0]));
    }

    [Fact]
    public void ForecastThenEvaluate_Long_Works()
    {
        // The last months are held back from the forecast, then it is scored against all.
        tool.Write("past.csv", [.. tool.Lines("long.csv").Where(line => !line.Contains("S0,2023-0", StringComparison.Ordinal))]);
        _ = tool.RunWell("forecast --input @past.csv --label-col sales --time-col month --series-col shop --horizon 4 --budget fast --output @F.csv");
        string columns = "--label-col sales --time-col month --series-col shop";
        Assert.Contains("1 forecasts of 1 series", tool.RunWell($"evaluate --forecast @F.csv --actual @long.csv {columns}").Output, StringComparison.Ordinal);
        tool.Write("future.csv", [.. tool.Lines("long.csv").Where(line => line.StartsWith("shop", StringComparison.Ordinal) || line.Contains("S0,2023-0", StringComparison.Ordinal))]);
        string withHistory = tool.RunWell($"evaluate --forecast @F.csv --actual @future.csv --history @past.csv {columns}").Output;
        Assert.Equal(tool.RunWell($"evaluate --forecast @F.csv --actual @long.csv {columns}").Output, withHistory);
    }

    [Theory]
    [InlineData("--actual @came.csv --forecast @F.csv", 3, "F.csv' has no series 'C'")]
    [InlineData("--actual @long3.csv --forecast @F.csv", 3, "2 steps of series 'A'", "has 3")]
    [InlineData("--actual @ok.csv --forecast @F.csv --lower @F.csv", 2, "belong together")]
    [InlineData("--actual @ok.csv --forecast @none.csv", 3, "no file")]
    [InlineData("--actual @ok.csv", 2, "--forecast")]
    public void Evaluate_WhatDoesNotFit_SaysWhy(string options, int exitCode, params string[] parts)
    {
        tool.Write("F.csv", "id,F1,F2", "A,2,2");
        tool.Write("ok.csv", "id,V1,V2", "A,2,2");
        tool.Write("came.csv", "id,V1,V2", "C,2,2");
        tool.Write("long3.csv", "id,V1,V2,V3", "A,2,2,5");
        Outcome outcome = tool.Run($"evaluate --layout wide {options}");
        Assert.True(exitCode == outcome.ExitCode, $"Exit code {outcome.ExitCode}: {outcome.Error}");
        Assert.All(parts, part => Assert.Contains(part, outcome.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void Backtest_Windows_ScoresModelBesideBaselines()
    {
        Outcome outcome = tool.RunWell("backtest --input @wide.csv --layout wide --horizon 4 -m 4 --windows 2 --stride 3 --budget fast --level 80 --report @r.json --per-series @s.csv");
        Assert.All((string[])["Backtest: 6 forecasts of 3 series", "model", "naive", "seasonal naive", "Naive2", "drift", "ridge NLinear"], part => Assert.Contains(part, outcome.Output, StringComparison.Ordinal));
        Assert.Contains("best baseline", outcome.Error, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(tool["r.json"]));
        Assert.Equal(6, report.RootElement.GetProperty("overall").GetProperty("cases").GetInt32());
        Assert.Equal(4, report.RootElement.GetProperty("perStep").GetArrayLength());
        Assert.Equal(4, tool.Lines("s.csv").Length);
    }

    [Fact]
    public void Backtest_OneWindow_IsForecastAndEvaluateOnTheRest()
    {
        _ = tool.RunWell("backtest --input @wide.csv --layout wide --horizon 4 -m 4 --budget fast --report @r.json");
        string[][] rows = [.. tool.Lines("wide.csv").Skip(1).Select(line => line.TrimEnd(',').Split(','))];
        tool.Write("past.csv", ["id,V1,V2", .. rows.Select(row => string.Join(',', row[..^4]))]);
        tool.Write("future.csv", ["id,V1,V2", .. rows.Select(row => string.Join(',', [row[0], .. row[^4..]]))]);
        _ = tool.RunWell("forecast --input @past.csv --layout wide --horizon 4 -m 4 --budget fast --output @F.csv --lower @L.csv --upper @U.csv");
        _ = tool.RunWell("evaluate --layout wide --forecast @F.csv --actual @future.csv --history @past.csv --lower @L.csv --upper @U.csv -m 4 --report @e.json");
        Assert.Equal(Scores("e.json"), Scores("r.json"));

        string Scores(string name)
        {
            using var report = JsonDocument.Parse(File.ReadAllText(tool[name]));
            return report.RootElement.GetProperty("overall").ToString() + report.RootElement.GetProperty("baselines");
        }
    }

    [Fact]
    public void Backtest_Refit_TrainsAtEveryOrigin()
    {
        Assert.Equal(1, Trainings(""));
        Assert.Equal(3, Trainings("--refit"));

        int Trainings(string options)
        {
            return tool.RunWell($"backtest --input @wide.csv --layout wide --horizon 2 --windows 3 --budget fast {options}").Error.Split('\n').Count(line => line.StartsWith("Trained on", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Backtest_RefitInterrupted_SaysThatThereAreNoScores()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Outcome outcome = tool.Run("backtest --input @wide.csv --layout wide --horizon 2 --windows 3 --refit --report @r.json", source.Token);
        Assert.Equal(ExitCode.Interrupted, outcome.ExitCode);
        Assert.Equal("The backtest was interrupted before all origins were forecast: there are no scores, and nothing was written. Without --refit, one training is enough for all of them.\n", outcome.Error);
        Assert.DoesNotContain("r.json", tool.FileNames);
    }

    [Fact]
    public void Backtest_TooLong_SaysWhatToChange()
    {
        Outcome outcome = tool.Run("backtest --input @wide.csv --layout wide --horizon 20 --windows 2");
        Assert.Equal(ExitCode.Data, outcome.ExitCode);
        Assert.Contains("more than 40 steps, but the longest has 40: take a shorter horizon", outcome.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Months(string shop, int year, int start)
    {
        return Enumerable.Range(1, 12).Select(month => $"{shop},{year}-{month:00}-01,{start + month}");
    }
}
