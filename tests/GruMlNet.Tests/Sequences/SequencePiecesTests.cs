// How sequences are cut for back-propagation: nothing is lost, nothing comes twice, nothing is too long.

using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Sequences;
using Microsoft.ML;

namespace GruMlNet.Tests.Sequences;

public sealed class SequencePiecesTests
{
    private static readonly int[] Lengths = [3, 0, 25, 10, 11, 97];

    private static readonly int[] All = [0, 1, 2, 3, 4, 5];

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Cut_HasEveryStepOnce_InPiecesWithinTheLimit(int limit)
    {
        SequencePiece[] pieces = SequencePieces.Cut(All, place => Lengths[place], limit);
        Assert.Equal(SequencePieces.Count(All, place => Lengths[place], limit), pieces.Length);
        AssertComplete(pieces, limit);
        Assert.DoesNotContain(pieces, piece => piece.Continues);
        foreach (IGrouping<int, SequencePiece> sequence in pieces.GroupBy(piece => piece.Place))
            Assert.Equal(1, sequence.Sum(piece => piece.Share), 1e-4f);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 100)]
    [InlineData(10, 2)]
    [InlineData(1000, 8)]
    public void Stream_HasEveryStepOnce_AndEachChunkFollowsTheOneBefore(int limit, int most)
    {
        (SequencePiece[] pieces, int streams) = SequencePieces.Stream(All, place => Lengths[place], limit, most);
        Assert.InRange(streams, 1, most);
        Assert.Equal(0, pieces.Length % streams);
        AssertComplete([.. pieces.Where(piece => piece.Count > 0)], limit);
        for (int i = streams; i < pieces.Length; i++)
        {
            SequencePiece before = pieces[i - streams];
            bool follows = pieces[i].Count > 0 && pieces[i].Place == before.Place && pieces[i].First == before.First + before.Count && before.Count > 0;
            Assert.Equal(follows, pieces[i].Continues);
        }

        Assert.All(pieces[..streams], piece => Assert.False(piece.Continues));
    }

    [Fact]
    public void Stream_OfOneLongSequence_HasSeveralStreamsOfManyChunks()
    {
        (SequencePiece[] pieces, int streams) = SequencePieces.Stream([0], _ => 100_000, 1024, 64);
        Assert.Equal(12, streams);
        Assert.InRange(pieces.Length / streams, 8, 9);
    }

    [Fact]
    public void Streams_TellTheBatch_WhichRowsGoOn_AndFillTheStepsOfTheirChunks()
    {
        var plan = new SequencePlan { Features = 1, Keys = 0, MaxLength = 1000, KeepEnd = false, Means = [0], Scales = [1], ChangeScales = [1] };
        PreparedSequence[] sequences = [.. Lengths.Select(length => PreparedSequence.Of(new SequenceSample(length, [.. Enumerable.Range(0, length).Select(t => t / 100f)], []), plan))];
        var targets = new SequenceTargets(new float[6], [.. Lengths.Select(length => Enumerable.Range(0, length).ToArray())], [1, 1, 1, 1, 1, 1]);
        (SequencePiece[] pieces, int streams) = SequencePieces.Stream(All, place => Lengths[place], 4, 3);
        var task = new SequenceTask(TaskKind.PerStep, 100);
        var source = new SequenceStreams(sequences, pieces, streams, targets, task, plan, new StepLayout(1, 1));
        var shape = new NetworkShape { InputSize = 1, OutputSize = 100, HiddenSize = 2, Pooling = SequencePooling.Whole };
        var batch = new SequenceBatch(shape, source.MaxSteps, streams, task.CreateLoss(0));
        Assert.Contains(pieces, piece => piece.Continues);
        for (int from = 0; from < source.Count; from += streams)
        {
            source.Fill([.. Enumerable.Range(from, streams)], batch);
            for (int row = 0; row < streams; row++)
            {
                SequencePiece piece = pieces[from + row];
                Assert.Equal((piece.Continues, piece.Count), (batch.Continues[row], batch.Lengths[row]));
                for (int t = 0; t < batch.Steps; t++)
                {
                    int place = (t * streams) + row;
                    Assert.Equal(t < piece.Count ? 1 : 0, batch.Weights[place]);
                    if (t < piece.Count)
                        Assert.Equal(((piece.First + t) / 100f, (float)(piece.First + t)), (batch.Inputs[place], batch.Targets[place]));
                }
            }
        }
    }

    [Fact]
    public void LongSequence_ByDefault_IsLearntInPiecesWhoseMemoryDoesNotGrow()
    {
        var ml = new MLContext(seed: 1);
        var lines = new List<string>();
        ml.Log += (_, e) =>
        {
            lock (lines)
                lines.Add(e.Message);
        };
        var rows = new[] { new StepRow { Sequence = SequenceRows.Wave(0, 20_000), Classes = [.. Enumerable.Range(0, 20_000).Select(t => (uint)(1 + (t / 7000)))] } };
        GruSequenceOptions model = SequenceRows.Tiny();
        model.EnsembleSize = 1;
        _ = ml.MulticlassClassification.Trainers.GruPerStep("Classes", "Sequence", featuresPerStep: 2, model: model).Fit(ml.Data.LoadFromEnumerable(rows));
        Assert.Contains(lines, line => line.Contains("20 pieces of at most 1024 steps", StringComparison.Ordinal));
    }

    private static void AssertComplete(SequencePiece[] pieces, int limit)
    {
        Assert.All(pieces, piece => Assert.InRange(piece.Count, 0, limit));
        IEnumerable<(int, int)> steps = pieces.SelectMany(piece => Enumerable.Range(piece.First, piece.Count).Select(step => (piece.Place, step)));
        Assert.Equal(All.SelectMany(place => Enumerable.Range(0, Lengths[place]).Select(step => (place, step))).Order(), steps.Order());
    }
}
