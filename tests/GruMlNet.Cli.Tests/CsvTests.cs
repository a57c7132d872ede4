// Reading and writing of both layouts.

using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Tests;

public sealed class CsvTests : IDisposable
{
    private readonly Tool tool = new();

    public void Dispose()
    {
        tool.Dispose();
    }

    [Fact]
    public void Reader_QuotedFields_KeepSeparatorsQuotesAndLineEnds()
    {
        File.WriteAllText(tool["a.csv"], "\uFEFF\"a,1\",\"say \"\"hi\"\"\", plain ,\r\n\r\n\"two\nlines\",x,,\n");
        CsvRow[] rows = [.. CsvReader.Read(tool["a.csv"])];
        Assert.Equal(["a,1", "say \"hi\"", "plain", ""], rows[0].Fields);
        Assert.Equal(["two\nlines", "x", "", ""], rows[1].Fields);
        Assert.Equal([1, 3], rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData("a;b;1,5")]
    [InlineData("a\tb\t1,5")]
    public void Reader_OtherSeparators_AreFound(string line)
    {
        tool.Write("a.csv", line);
        Assert.Equal(["a", "b", "1,5"], CsvReader.Read(tool["a.csv"]).Single().Fields);
    }

    [Fact]
    public void Reader_AsManyDecimalCommasAsSemicolons_SemicolonsSeparate()
    {
        tool.Write("a.csv", "A;1,5;2,5");
        Assert.Equal(["A", "1,5", "2,5"], CsvReader.Read(tool["a.csv"]).Single().Fields);
    }

    [Fact]
    public void Reader_NotUtf8_SaysHowToSaveIt()
    {
        File.WriteAllBytes(tool["a.csv"], System.Text.Encoding.Latin1.GetBytes("id,V1\n\u00C4rger,1\n"));
        Failure failure = Assert.Throws<Failure>(() => CsvReader.Read(tool["a.csv"]).ToList());
        Assert.Contains("UTF-8", failure.Message, StringComparison.Ordinal);
        File.WriteAllText(tool["a.csv"], "id,V1\n\u00C4rger,1\n", System.Text.Encoding.Unicode);
        Assert.Equal("\u00C4rger", CsvReader.Read(tool["a.csv"]).Last().Fields[0]);
    }

    [Fact]
    public void Wide_RowsOfNothing_AreNoSeries()
    {
        tool.Write("a.csv", "id,V1,V2", "A,1,2", "   ", ",,", "B,3,4", ",,");
        Assert.Equal(["A", "B"], WideFile.Read(tool["a.csv"], hasHeader: null).Series.Select(series => series.Id));
    }

    [Fact]
    public void Writer_WhatNeedsQuotes_IsReadBackTheSame()
    {
        using (StreamWriter writer = new(tool["a.csv"]))
            new CsvWriter(writer).Add("a,\"b\"").Add("line\nend").Add(float.NaN).Add(0.1f).Add(123456.79f).EndRow();
        Assert.Equal(["a,\"b\"", "line\nend", "", "0.1", "123456.79"], CsvReader.Read(tool["a.csv"]).Single().Fields);
    }

    [Fact]
    public void Wide_BlanksAtTheEnds_AreNoSteps()
    {
        tool.Write("a.csv", "\"V1\",\"V2\",\"V3\",\"V4\",\"V5\"", "\"A\",1,2,,", "B,#N/A,5,n/a,7", "C,,,,");
        Panel panel = WideFile.Read(tool["a.csv"], hasHeader: null);
        Assert.Equal(["A", "B", "C"], panel.Series.Select(series => series.Id));
        Assert.Equal([[1, 2], [5, float.NaN, 7], []], panel.Series.Select(series => series.Values));
        Assert.Equal((5, 1), (panel.Values, panel.Missing));
    }

    [Theory]
    [InlineData("id,V1,V2,V3", true)]
    [InlineData("id,1,2,3", true)]
    [InlineData("id,2019,2020,2021", true)]
    [InlineData("id,2020-01-01,2020-01-02,2020-01-03", true)]
    [InlineData("A,5,2,3", false)]
    [InlineData("A,5,,NA", false)]
    public void Header_NotSaid_IsSeen(string line, bool expected)
    {
        string[] fields = line.Split(',');
        Assert.Equal(expected, Header.IsHeader(said: null, fields));
        Assert.True(Header.IsHeader(said: true, fields));
        Assert.False(Header.IsHeader(said: false, fields));
    }

    [Fact]
    public void Long_AnyOrderAndGaps_BecomesRegularSeries()
    {
        tool.Write("a.csv", "when,shop,sales", "2024-03-01,B,30", "2024-01-01,A,1", "2024-01-01,B,10", "2024-04-01,A,4", "2024-02-01,A,2", "2024-02-01,B,", "2024-05-01,A,5");
        Panel panel = LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "sales", "when", "shop"));
        Assert.Equal(["B", "A"], panel.Series.Select(series => series.Id));
        Assert.Equal([10, float.NaN, 30], panel.Series[0].Values);
        Assert.Equal([1, 2, float.NaN, 4, 5], panel.Series[1].Values);
        Assert.Equal("2024-04-01", panel.Times!.After(0, 1));
        Assert.Equal("2025-05-01", panel.Times.After(1, 12));
    }

    [Theory]
    [InlineData("2024-01-31,2024-02-29,2024-03-31", "2024-04-30")]
    [InlineData("2024-01-01 00:00,2024-01-01 00:30,2024-01-01 01:00", "2024-01-01 01:30")]
    [InlineData("2023-10,2023-11,2023-12", "2024-01")]
    [InlineData("10,20,30", "40")]
    [InlineData("0.5,0.75,1", "1.25")]
    [InlineData("1,7,8", "1")]
    [InlineData("2024-01-01,2024-01-01 01:00:00,2024-01-01 02:00:00", "2024-01-01 03:00:00")] // as R writes midnight
    [InlineData("2024-01-01 00:00:00.25,2024-01-01 00:00:00.5,2024-01-01 00:00:00.75", "2024-01-01 00:00:01.000")]
    [InlineData("2024-01-01 00:00:00,2024-01-01 00:00:00.000500,2024-01-01 00:00:00.001000", "2024-01-01 00:00:00.0015000")]
    [InlineData("2024-01-01T01:00:00+02:00,2024-01-01T02:00:00+02:00,2024-01-01T03:00:00+02:00", "2024-01-01 02:00:00Z")]
    [InlineData("2024-01-01T01:00:00Z,2024-01-01T02:00:00Z,2024-01-01T03:00:00Z", "2024-01-01 04:00:00Z")]
    [InlineData("1/1/23,1/2/23,1/3/23", "2023-01-04")]
    [InlineData("1/1/2023,2/1/2023,3/1/2023", "2023-04-01")]
    [InlineData("01.02.2023,01.03.2023,01.04.2023", "2023-05-01")]
    [InlineData("31.1.2023 23:00,1.2.2023 00:00,1.2.2023 01:00", "2023-02-01 02:00")]
    [InlineData("Jan 2023,Feb 2023,Mar 2023", "2023-04")]
    [InlineData("30-Jan-23,31-Jan-23,1-Feb-23", "2023-02-02")]
    [InlineData("20240130,20240131,20240201", "20240202")]
    [InlineData("202311,202312,202401", "202402")]
    [InlineData("120240130,120240131,120240132", "120240133")]
    public void Long_NextTime_IsWrittenAsItWasRead(string times, string next)
    {
        tool.Write("a.csv", ["t,v", .. times.Split(',').Select(time => $"{time},1")]);
        Assert.Equal(next, LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "v", "t", null)).Times!.After(0, 1));
    }

    [Theory]
    [InlineData("Jan-15,Feb-15,Mar-15")]
    [InlineData("1/15,1/16,1/17")]
    [InlineData("10:30,10:31,10:32")]
    [InlineData("Jan 15 10:30,Jan 15 10:31,Jan 15 10:32")]
    public void Long_TimesWithoutAYear_AreNotThoseOfThisYear(string times)
    {
        tool.Write("a.csv", ["t,v", .. times.Split(',').Select(time => $"{time},1")]);
        Failure failure = Assert.Throws<Failure>(() => LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "v", "t", null)));
        Assert.Contains($"line 2, column 't': '{times.Split(',')[0]}' is not a date with its year", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20241330", "a date like 20241231")]
    [InlineData("2024", "a date like 20241231")]
    public void Long_DateInDigits_IsCheckedAsOne(string wrong, string expected)
    {
        tool.Write("a.csv", "t,v", "20241230,1", $"{wrong},2");
        Failure failure = Assert.Throws<Failure>(() => LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, null, "v", "t", null)));
        Assert.Contains($"line 3, column 't': '{wrong}' is not {expected}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_NoHeader_ColumnsByNumber()
    {
        tool.Write("a.csv", "A,1,5", "A,2,6", "B,1,7");
        Panel panel = LongFile.Read(tool["a.csv"], new FileFormat(Layout.Long, false, "2", null, "0"));
        Assert.Equal([[5, 6], [7]], panel.Series.Select(series => series.Values));
        Assert.Null(panel.Times);
    }
}
