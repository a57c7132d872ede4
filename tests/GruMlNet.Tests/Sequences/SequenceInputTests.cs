// The ways in which a row can hold a sequence give the same numbers; missing values, lengths, and long data.

using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Sequences;

public sealed class SequenceInputTests
{
    private readonly MLContext ml = new(seed: 3);

    public sealed class ChannelRow
    {
        public float[] Sine { get; set; } = [];

        public float[] Cosine { get; set; } = [];

        [KeyType(3)]
        public uint Class { get; set; }
    }

    public sealed class LongRow
    {
        public string Name { get; set; } = "";

        public float Time { get; set; }

        public float Sine { get; set; }

        public float Cosine { get; set; }

        [VectorType(2)]
        public float[] Both { get; set; } = [];

        [KeyType(3)]
        public uint Class { get; set; }
    }

    private static IEnumerable<ChannelRow> Channels(IEnumerable<VariableSequenceRow> rows)
        => rows.Select(row => new ChannelRow { Class = row.Class, Sine = [.. row.Sequence.Where((_, i) => i % 2 == 0)], Cosine = [.. row.Sequence.Where((_, i) => i % 2 == 1)] });

    private List<string> Encode(IDataView data, GruSequenceEncodingEstimator.Options options)
    {
        (options.OutputColumnName, options.LabelColumnName, options.Model) = ("Encoding", "Class", SequenceRows.Tiny());
        return ViewText.Values(ml.Transforms.EncodeSequenceByGru(options).Fit(data).Transform(data), "Encoding");
    }

    private static GruSequenceEncodingEstimator.Options Flat(string column) => new() { InputColumnName = column, Input = { FeaturesPerStep = 2 } };

    private static GruSequenceEncodingEstimator.Options Two => new() { Input = { ChannelColumnNames = ["Sine", "Cosine"] } };

    [Fact]
    public void ChannelColumns_EqualOneTimeMajorColumn()
    {
        VariableSequenceRow[] rows = SequenceRows.Variable(12);
        Assert.Equal(Encode(ml.Data.LoadFromEnumerable(rows), Flat("Sequence")), Encode(ml.Data.LoadFromEnumerable(Channels(rows)), Two));
    }

    [Fact]
    public void LongData_GroupedIntoSequences_EqualsOneRowPerSequence()
    {
        VariableSequenceRow[] rows = SequenceRows.Variable(12);
        LongRow[] steps = [.. rows.SelectMany((row, r) => Enumerable.Range(0, row.Sequence.Length / 2).Select(t => new LongRow { Name = $"S{r}", Class = row.Class, Time = t, Sine = row.Sequence[2 * t], Cosine = row.Sequence[(2 * t) + 1], Both = [row.Sequence[2 * t], row.Sequence[(2 * t) + 1]] }))];
        // Sequences mixed with one another, and the steps of each from the last to the first.
        IDataView mixed = ml.Data.LoadFromEnumerable(steps.OrderByDescending(step => step.Time));
        IDataView grouped = ml.Data.GroupStepsIntoSequences(mixed, "Name", ["Sine", "Cosine", "Both"], "Time");
        string[] names = [.. ml.Data.CreateEnumerable<NameOnly>(grouped, reuseRowObject: false).Select(row => row.Name)];
        Assert.Equal(12, names.Length);
        Assert.Null(grouped.Schema.GetColumnOrNull("Time"));
        List<string> expected = Encode(ml.Data.LoadFromEnumerable(names.Select(name => rows[int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)])), Flat("Sequence"));
        Assert.Equal(expected, Encode(grouped, Two));
        Assert.Equal(expected, Encode(grouped, Flat("Both")));
    }

    private sealed class NameOnly
    {
        public string Name { get; set; } = "";
    }

    [Fact]
    public void GroupedView_IsAProperView()
    {
        LongRow[] steps = [.. Enumerable.Range(0, 9).Select(i => new LongRow { Name = $"S{i % 3}", Sine = i, Both = [i, i] })];
        IDataView grouped = ml.Data.GroupStepsIntoSequences(ml.Data.LoadFromEnumerable(steps), "Name", ["Sine"]);
        List<ViewRow> rows = ViewText.Rows(grouped);
        Assert.Equal(3, rows.Count);
        Assert.Equal(rows, ViewText.Rows(grouped));
        Assert.Equal(rows.Select(row => (row.Id, row.Values)).ToHashSet(), ViewText.Rows(grouped, random: new Random(4)).Select(row => (row.Id, row.Values)).ToHashSet());
        using DataViewRowCursor cursor = grouped.GetRowCursor(grouped.Schema);
        while (cursor.MoveNext())
        {
        }

        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void GroupSteps_WrongColumns_SaysWhich()
    {
        IDataView data = ml.Data.LoadFromEnumerable([new LongRow { Name = "A", Both = [1, 2] }]);
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Data.GroupStepsIntoSequences(data, "Nam", ["Sine"])), "'Nam'", "'Name'");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Data.GroupStepsIntoSequences(data, "Name", ["Sin"])), "'Sin'", "'Sine'");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Data.GroupStepsIntoSequences(data, "Both", ["Sine"])), "'Both'", "one value per row");
        Messages.AssertSays(Assert.Throws<ArgumentOutOfRangeException>(() => ml.Data.GroupStepsIntoSequences(data, "Name", ["Sine"], "Both")), "'Both'");
    }

    [Theory]
    [InlineData(TruncationSide.End)]
    [InlineData(TruncationSide.Start)]
    public void MaxLength_CutsAtTheSideThatIsAskedFor(TruncationSide side)
    {
        VariableSequenceRow[] rows = SequenceRows.Variable(12);
        VariableSequenceRow[] cut = [.. rows.Select(row => new VariableSequenceRow { Class = row.Class, Sequence = side == TruncationSide.End ? row.Sequence[..12] : row.Sequence[^12..] })];
        GruSequenceEncodingEstimator.Options options = Flat("Sequence");
        (options.Input.MaxLength, options.Input.Truncate) = (6, side);
        ITransformer model = Fit(options, rows);
        Assert.Equal(Values(model, cut), Values(model, rows));
        Assert.NotEqual(Values(model, rows), Values(Fit(Flat("Sequence"), rows), rows));
    }

    private ITransformer Fit(GruSequenceEncodingEstimator.Options options, VariableSequenceRow[] rows)
    {
        (options.OutputColumnName, options.Model) = ("Encoding", SequenceRows.Tiny());
        return ml.Transforms.EncodeSequenceByGru(options).Fit(ml.Data.LoadFromEnumerable(rows));
    }

    private List<string> Values(ITransformer model, VariableSequenceRow[] rows) => ViewText.Values(model.Transform(ml.Data.LoadFromEnumerable(rows)), "Encoding");

    [Fact]
    public void ChannelsOfDifferentLength_MissTheirLastSteps()
    {
        ChannelRow[] rows = [.. Channels(SequenceRows.Variable(12))];
        ChannelRow[] padded = [.. rows.Select(row => new ChannelRow { Class = row.Class, Sine = row.Sine, Cosine = [.. row.Cosine[..4], .. Enumerable.Repeat(float.NaN, row.Sine.Length - 4)] })];
        ChannelRow[] shorter = [.. rows.Select(row => new ChannelRow { Class = row.Class, Sine = row.Sine, Cosine = row.Cosine[..4] })];
        Assert.Equal(Encode(ml.Data.LoadFromEnumerable(padded), Two), Encode(ml.Data.LoadFromEnumerable(shorter), Two));
    }

    [Fact]
    public void MissingValues_AreNotSeenAsZeros()
    {
        VariableSequenceRow[] holes = SequenceRows.Variable(12);
        foreach (VariableSequenceRow row in holes)
            row.Sequence[4] = float.NaN;
        VariableSequenceRow[] zeros = [.. holes.Select(row => new VariableSequenceRow { Class = row.Class, Sequence = [.. row.Sequence.Select(value => float.IsNaN(value) ? 0 : value)] })];
        ITransformer model = Fit(Flat("Sequence"), holes);
        Assert.NotEqual(Values(model, zeros), Values(model, holes));
    }

    [Fact]
    public void WordsAndCharacters_AsKeys_AreTokens()
    {
        string[] texts = ["a cat sat", "the dog ran off", "a cat ran", "the dog sat down"];
        IDataView data = ml.Data.LoadFromEnumerable(texts.Select((text, i) => new { Text = text, Flag = i % 2 == 0 }));
        var words = ml.Transforms.Text.TokenizeIntoWords("Words", "Text").Append(ml.Transforms.Conversion.MapValueToKey("Tokens", "Words"));
        var characters = ml.Transforms.Text.TokenizeIntoCharactersAsKeys("Tokens", "Text");
        foreach (IEstimator<ITransformer> tokens in (IEstimator<ITransformer>[])[words, characters])
        {
            ITransformer model = tokens.Append(ml.BinaryClassification.Trainers.Gru("Flag", "Tokens", model: SequenceRows.Tiny())).Fit(data);
            Assert.Equal(4, ViewText.Values(model.Transform(data), "Probability").Distinct().Count());
        }
    }

    [Fact]
    public void OtherKeysThanTrainedOn_AreRefused()
    {
        var model = ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", model: SequenceRows.Tiny()).Fit(ml.Data.LoadFromEnumerable(SequenceRows.Tokens(6)));
        Exception exception = Assert.ThrowsAny<ArgumentException>(() => model.Transform(ml.Data.LoadFromEnumerable(SequenceRows.Variable(6))));
        Messages.AssertSays(exception, "'Sequence'", "60 keys");
    }

    [Fact]
    public void KnownSizeThatIsNoWholeNumberOfSteps_IsRefusedBeforeReading()
    {
        Exception exception = Assert.ThrowsAny<ArgumentException>(() => ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: 5, model: SequenceRows.Tiny()).Fit(ml.Data.LoadFromEnumerable(SequenceRows.Fixed(6))));
        Messages.AssertSays(exception, "'Sequence'", "24 values", "5 features");
    }
}
