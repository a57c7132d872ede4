// What goes wrong for users: each problem has its exit code and a message that says what to do; no output is touched.

namespace GruMlNet.Cli.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly Tool tool = new();

    public FailureTests()
    {
        tool.WriteWide();
        tool.WriteLong();
        tool.Write("empty.csv");
        tool.Write("header.csv", "id,V1,V2");
        tool.Write("blank.csv", "id,V1,V2", "A,,NaN");
        tool.Write("text.csv", "id,V1,V2", "A,1,2", "B,3,x4");
        tool.Write("infinite.csv", "id,V1,V2", "A,1,2", "B,3,1e60");
        tool.Write("twice.csv", "id,V1,V2", "A,1,2", "B,3,4", "A,5,6");
        tool.Write("sametime.csv", "t,v", "2024-01-01,1", "2024-01-02,2", "2024-01-01,3");
        tool.Write("notime.csv", "t,v", "2024-01-01,1", "yesterday,2");
        tool.Write("quote.csv", "id,V1", "\"A,1");
        tool.Write("ragged.csv", "t,v", "1,1", "2");
        tool.Write("model.zip", "no model");
        tool.Write("binary.csv", new string('x', 100), new string('\u0001', 5000));
        tool.Write("commas.csv", "t,v", "2024-01-01,10,96", "2024-01-02,11,2");
        tool.Write("twocols.csv", "t,v,v", "1,1,2", "2,3,4");
        tool.Write("F.csv", "old");
    }

    public void Dispose()
    {
        tool.Dispose();
    }

    [Theory]
    [InlineData("--input @commas.csv --time-col t --label-col v --horizon 1", 3, "line 2 has 3 fields", "first line has 2", "decimal commas")]
    [InlineData("--input @F.csv --layout wide --horizon 2", 2, "F.csv' is an input, too", "name of its own")]
    [InlineData("--input @twocols.csv --label-col v --horizon 1", 3, "two columns 'v'", "fields 1 and 2", "give the number")]
    [InlineData("--input / --label-col v --horizon 1", 3, "'/' is a folder", "name of a file")]
    [InlineData("--input @missing.csv --layout wide --horizon 2", 3, "no file", "missing.csv")]
    [InlineData("--input @empty.csv --layout wide --horizon 2", 3, "empty.csv' is empty", "at least one line")]
    [InlineData("--input @header.csv --layout wide --horizon 2", 3, "no data", "--has-header false")]
    [InlineData("--input @blank.csv --layout wide --horizon 2", 3, "no values", "NaN")]
    [InlineData("--input @text.csv --layout wide --horizon 2", 3, "line 3, column 3", "'x4' is not a number")]
    [InlineData("--input @infinite.csv --layout wide --horizon 2", 3, "line 3, column 3", "too large")]
    [InlineData("--input @twice.csv --layout wide --horizon 2", 3, "line 4", "'A' is there already, in line 2")]
    [InlineData("--input @quote.csv --layout wide --horizon 2", 3, "line 2", "never closed")]
    [InlineData("--input @sametime.csv --label-col v --time-col t --horizon 2", 3, "lines 2 and 4", "2024-01-01", "--series-col")]
    [InlineData("--input @notime.csv --label-col v --time-col t --horizon 2", 3, "line 3, column 't'", "'yesterday' is not a date")]
    [InlineData("--input @ragged.csv --label-col v --time-col t --horizon 2", 3, "line 3 has 1 fields", "2 were expected")]
    [InlineData("--input @binary.csv --label-col 0 --horizon 2", 3, "line 2", "\u0001…' is not a number")]
    [InlineData("--input @long.csv --label-col price --horizon 2", 3, "--label-col", "no column 'price'", "'sales'")]
    [InlineData("--input @long.csv --label-col shop --horizon 2", 3, "line 2, column 'shop'", "'S0' is not a number")]
    [InlineData("--input @long.csv --horizon 2", 2, "--label-col is missing")]
    [InlineData("--input @wide.csv --layout wide", 2, "--horizon is missing")]
    [InlineData("--input @wide.csv --layout wide --horizon 0", 2, "1 to 10000", "got '0'")]
    [InlineData("--input @wide.csv --layout wide --horizon 10001", 2, "1 to 10000", "got '10001'")]
    [InlineData("--input @wide.csv --layout wide --horizon x", 2, "whole number", "got 'x'")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --level 0.95", 2, "got '0.95'", "write 95")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --level 99.9999999", 2, "got '99.9999999'")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --level 80,95", 2, "--level takes one level in the wide layout", "long layout")]
    [InlineData("--input @long.csv --label-col sales --horizon 2 --level 80,80", 2, "--level has 80 twice")]
    [InlineData("--input @long.csv --label-col sales --horizon 2 --level 80,x", 2, "got 'x'")]
    [InlineData("--input @wide.csv --layout tall --horizon 2", 2, "tall")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --time-col t", 2, "long layout")]
    [InlineData("--input @long.csv --label-col sales --horizon 2 --lower @L.csv", 2, "wide layout")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --lower @F.csv", 2, "two outputs")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --lower @none/L.csv", 4, "cannot be written", "folder does not exist")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --threads 0", 2, "--threads", "got '0'")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --seasonality 0", 2, "--seasonality", "got '0'")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --chart @c.gif", 2, ".png or .svg")]
    [InlineData("--input @wide.csv --layout wide --horizon 2 --chart @c.png --chart-series X", 2, "no series 'X'")]
    [InlineData("--input @wide.csv --layout wide --model @none.zip", 3, "no model", "grumlnet train")]
    [InlineData("--input @wide.csv --layout wide --model @model.zip", 3, "not a model")]
    [InlineData("--input @wide.csv --layout wide --model @model.zip --save-model @m.zip", 2, "--save-model")]
    [InlineData("--layout wide --horizon 2", 2, "--input")]
    [InlineData("--input @wide.csv --horizn 2", 2, "--horizn")]
    public void Forecast_WhatCannotWork_SaysWhy(string options, int exitCode, params string[] parts)
    {
        Outcome outcome = tool.Run($"forecast {options} --output @F.csv");
        Assert.True(exitCode == outcome.ExitCode, $"Exit code {outcome.ExitCode}: {outcome.Error}");
        Assert.All(parts, part => Assert.Contains(part, outcome.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["old"], tool.Lines("F.csv"));
        Assert.DoesNotContain(tool.FileNames, name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Output_InAFolderThatIsReadOnly_IsFoundOutBeforeTraining()
    {
        Outcome outcome = tool.Run("forecast --input @wide.csv --layout wide --horizon 2 --output /proc/F.csv");
        Assert.SkipUnless(Directory.Exists("/proc"), "There is no folder that nobody can write to.");
        Assert.Equal(ExitCode.Output, outcome.ExitCode);
        Assert.DoesNotContain("Trained", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--input")]
    [InlineData("--output")]
    public async Task FileName_Blank_IsNamed(string option)
    {
        string[] args = ["forecast", "--layout", "wide", "--horizon", "2", "--input", tool["wide.csv"], "--output", tool["G.csv"]];
        args[Array.IndexOf(args, option) + 1] = "";
        using StringWriter output = new(), error = new();
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(args, output, error, TestContext.Current.CancellationToken));
        Assert.Contains($"{option} is blank", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NoCommand_ShowsTheHelp()
    {
        Outcome outcome = tool.Run("");
        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.All((string[])["grumlnet [command]", "train", "forecast", "info"], part => Assert.Contains(part, outcome.Output, StringComparison.Ordinal));
        Assert.Equal(ExitCode.Usage, tool.Run("predict").ExitCode);
    }
}
