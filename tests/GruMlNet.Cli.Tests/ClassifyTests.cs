// grumlnet classify: from files of sequences to an accuracy, a model that other programs can load, and predictions.

using System.Globalization;
using System.Text.RegularExpressions;
using GruMlNet.Cli.Sequences;
using Microsoft.ML;

namespace GruMlNet.Cli.Tests;

public sealed class ClassifyTests : IDisposable
{
    private readonly Tool tool = new();

    public ClassifyTests()
    {
        tool.Write("Waves_TRAIN.ts", ["# two kinds of waves", "@problemName Waves", "@timeStamps false", "@univariate true", "@classLabel true slow fast", "@data", .. Cases(0, 16)]);
        tool.Write("Waves_TEST.ts", ["@problemName Waves", "@classLabel true slow fast", "", "@data", .. Cases(16, 10)]);
        tool.Write("steps.csv", ["id,kind,t,x,y", .. Enumerable.Range(0, 12).SelectMany(i => Enumerable.Range(0, 8 + (i % 3)).Select(t => $"S{i},{Kind(i)},{t},{Text(Wave(i, t))},{(t == 3 ? "?" : Text(-Wave(i, t)))}"))]);
    }

    public void Dispose()
    {
        tool.Dispose();
    }

    private static string Kind(int i) => i % 2 == 0 ? "slow" : "fast";

    private static float Wave(int i, int t) => MathF.Sin((i % 2 == 0 ? 0.3f : 1.3f) * (t + i));

    private static string Text(float value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Cases(int from, int count)
        => Enumerable.Range(from, count).Select(i => string.Join(',', Enumerable.Range(0, 20 + (i % 4)).Select(t => t == 5 ? "?" : Text(Wave(i, t)))) + ":" + Kind(i));

    [Fact]
    public void Evaluate_OnTsFiles_PrintsTheAccuracy()
    {
        string line = tool.RunWell("classify evaluate --train @Waves_TRAIN.ts --test @Waves_TEST.ts --seed 1 --networks 2 --hidden 8").Output.Trim();
        Match match = Regex.Match(line, @"^Waves accuracy ([01]\.\d{4}) \(train n=16, test n=10, classes=2, seconds=\d+\.\d\)$");
        Assert.True(match.Success, line);
        Assert.True(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) >= 0.9, line);
        string again = tool.RunWell("classify evaluate --train @Waves_TRAIN.ts --test @Waves_TEST.ts --seed 1 --networks 2 --hidden 8 --threads 1").Output;
        Assert.Contains($"accuracy {match.Groups[1].Value} ", again, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_CsvWithoutTheClass_SaysWhichOptionNamesIt()
    {
        Outcome outcome = tool.Run("classify train --train @steps.csv --series-col id --model @m.zip");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("--label-col is missing: name the column with the class", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ThenPredictAndEvaluate_WorkFromTheFile()
    {
        Outcome trained = tool.RunWell("classify train --train @Waves_TRAIN.ts --model @m.zip --networks 1 --hidden 8");
        Assert.Contains("2 classes, trained on 16 sequences of 1 channel", trained.Error, StringComparison.Ordinal);
        _ = tool.RunWell("classify predict --model @m.zip --input @Waves_TEST.ts --output @p.csv");
        string[] lines = tool.Lines("p.csv");
        Assert.Equal("id,class,fast,slow", lines[0]);
        string[][] rows = [.. lines.Skip(1).Select(line => line.Split(','))];
        Assert.Equal(10, rows.Length);
        Assert.All(rows, row => Assert.Equal(1f, float.Parse(row[2], CultureInfo.InvariantCulture) + float.Parse(row[3], CultureInfo.InvariantCulture), 1e-4f));
        int right = rows.Where((row, i) => row[1] == Kind(16 + i)).Count();
        Assert.Contains(FormattableString.Invariant($"Waves accuracy {right / 10.0:F4} (test n=10, classes=2, seconds="), tool.RunWell("classify evaluate --model @m.zip --test @Waves_TEST.ts").Output, StringComparison.Ordinal);
        Assert.Equal(string.Join('\n', lines) + "\n", tool.RunWell("classify predict --model @m.zip --input @Waves_TEST.ts").Output);

        // What a loaded model cannot know is said, not guessed.
        tool.Write("two.ts", "@problemName Two", "@classLabel true slow fast", "@data", "1,2,3:4,5,6:slow");
        tool.Write("new.ts", "@problemName New", "@classLabel true slow new", "@data", "1,2,3:slow", "1,2,3:new");
        Outcome channels = tool.Run("classify predict --model @m.zip --input @two.ts");
        Assert.Equal(ExitCode.Data, channels.ExitCode);
        Assert.Contains("sequences of 1 channels, and those of 'Two' have 2", channels.Error, StringComparison.Ordinal);
        Assert.Contains("1 of 2 sequences are of a class that the model has not learnt ('new')", tool.RunWell("classify evaluate --model @m.zip --test @new.ts").Error, StringComparison.Ordinal);
        Outcome forecaster = tool.Run("forecast --model @m.zip --input @p.csv --output @o.csv");
        Assert.Contains("a classifier belongs to grumlnet classify", forecaster.Error, StringComparison.Ordinal);

        // Any program with ML.NET can load it.
        Assert.NotNull(new MLContext().Model.Load(tool["m.zip"], out _));
    }

    [Fact]
    public void Train_OnLongCsv_ReadsChannelsTimesAndMissingValues()
    {
        LabelledSequences data = StepFile.Read(tool["steps.csv"], "id", "kind", "t", valueColumns: null);
        Assert.Equal(2, data.Channels);
        Assert.Equal(12, data.Sequences.Count);
        Assert.True(float.IsNaN(data.Sequences[0].Features[7]));
        string output = tool.RunWell("classify evaluate --train @steps.csv --test @steps.csv --series-col id --label-col kind --time-col t --networks 1 --hidden 8").Output;
        Assert.StartsWith("steps accuracy ", output, StringComparison.Ordinal);
        Assert.Equal(1, StepFile.Read(tool["steps.csv"], "id", "kind", "t", ["y"]).Channels);
    }

    [Fact]
    public void TsFile_ChannelsOfUnequalLength_MissTheirLastSteps()
    {
        tool.Write("m.ts", "@problemName M", "@dimensions 2", "@classLabel true a b", "@data", "1,2,3:4,?:a", "5:6,7:b");
        LabelledSequences data = TsFile.Read(tool["m.ts"]);
        Assert.Equal(("M", 2), (data.Name, data.Channels));
        Assert.Equal([1, 4, 2, float.NaN, 3, float.NaN], data.Sequences[0].Features);
        Assert.Equal([5, 6, float.NaN, 7], data.Sequences[1].Features);
        Assert.Equal(["a", "b"], data.Sequences.Select(sequence => sequence.Label));
    }

    [Theory]
    [InlineData("evaluate --train @none.ts --test @Waves_TEST.ts", 3, "no file", "none.ts")]
    [InlineData("evaluate --test @Waves_TEST.ts", 2, "--train FILE", "--model FILE")]
    [InlineData("evaluate --train @bad.ts --test @Waves_TEST.ts", 3, "line 3", "'x'", "not a number")]
    [InlineData("evaluate --train @ragged.ts --test @Waves_TEST.ts", 3, "line 4", "2 channels", "have 1")]
    [InlineData("evaluate --train @stamped.ts --test @Waves_TEST.ts", 3, "line 1", "time stamps")]
    [InlineData("evaluate --train @text.ts --test @Waves_TEST.ts", 3, "line 1", "@data")]
    [InlineData("evaluate --train @nodata.ts --test @Waves_TEST.ts", 3, "no cases", "@data")]
    [InlineData("evaluate --train @oneclass.ts --test @Waves_TEST.ts", 3, "1 class")]
    [InlineData("evaluate --train @nolabels.ts --test @Waves_TEST.ts", 3, "no class")]
    [InlineData("evaluate --train @two.ts --test @Waves_TEST.ts", 3, "2 channels", "has 1")]
    [InlineData("train --train @steps.csv --model @m.zip", 2, "--series-col")]
    [InlineData("train --train @steps.csv --series-col name --label-col kind --model @m.zip", 2, "no column 'name'", "'id'")]
    [InlineData("train --train @Waves_TRAIN.ts --model @none/m.zip", 4, "cannot be written")]
    [InlineData("predict --model @none.zip --input @Waves_TEST.ts", 3, "no model", "classify train")]
    [InlineData("predict --model @bad.ts --input @Waves_TEST.ts", 3, "not a model")]
    [InlineData("evaluate --train @Waves_TRAIN.ts --test @Waves_TEST.ts --networks 0", 2, "--networks", "got '0'")]
    public void WhatCannotWork_SaysWhy(string options, int exitCode, params string[] parts)
    {
        tool.Write("bad.ts", "@classLabel true a", "@data", "1,x:a");
        tool.Write("ragged.ts", "@classLabel true a", "@data", "1:a", "1:2:a");
        tool.Write("two.ts", "@classLabel true a b", "@data", "1:2:a", "1:2:b");
        tool.Write("stamped.ts", "@timeStamps true", "@data");
        tool.Write("text.ts", "hello");
        tool.Write("nodata.ts", "@classLabel true a", "@data");
        tool.Write("oneclass.ts", "@classLabel true a", "@data", "1,2:a", "2,3:a");
        tool.Write("nolabels.ts", "@classLabel false", "@data", "1,2", "2,3");
        Outcome outcome = tool.Run($"classify {options}");
        Assert.True(exitCode == outcome.ExitCode, $"Exit code {outcome.ExitCode}: {outcome.Error}");
        Assert.All(parts, part => Assert.Contains(part, outcome.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }
}
