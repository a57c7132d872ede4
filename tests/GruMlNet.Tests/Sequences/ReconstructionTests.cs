// The auto-encoder's reconstruction error: what it is, and what it tells.

using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Sequences;

public sealed class ReconstructionTests
{
    private readonly MLContext ml = new(seed: 3);

    private sealed class Scored
    {
        public float Error { get; set; }
    }

    private GruSequenceEncodingEstimator AutoEncoder(Action<GruSequenceEncodingEstimator.Options>? change = null, int features = 2)
    {
        var options = new GruSequenceEncodingEstimator.Options { OutputColumnName = "Encoding", InputColumnName = "Sequence", ReconstructionErrorColumnName = "Error", Input = { FeaturesPerStep = features } };
        change?.Invoke(options);
        return ml.Transforms.EncodeSequenceByGru(options);
    }

    private float[] Errors<T>(ITransformer model, IEnumerable<T> rows)
        where T : class
        => [.. ml.Data.CreateEnumerable<Scored>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false, ignoreMissingColumns: true).Select(row => row.Error)];

    /// <summary>Waves of any phase; the third kind is never learnt.</summary>
    private static VariableSequenceRow[] Waves(int count, int kinds, int start = 0)
        => [.. Enumerable.Range(start, count).Select(i => new VariableSequenceRow { Sequence = SequenceRows.Wave(kinds == 2 ? i % 2 : 2, 14 + (i % 4), i) })];

    [Fact]
    public void Error_OfWhatWasNotLearnt_IsLarger()
    {
        ITransformer model = AutoEncoder(options => options.Model.HiddenSize = 16).Fit(ml.Data.LoadFromEnumerable(Waves(80, kinds: 2)));
        float[] known = Errors(model, Waves(40, kinds: 2, start: 300)), strange = Errors(model, Waves(40, kinds: 1, start: 300));
        Assert.True(strange.Min() > known.Order().ElementAt(36), $"strange from {strange.Min()}, known up to {known.Max()}");
        // In units of the error on what was learnt from.
        Assert.Equal(1, Errors(model, Waves(80, kinds: 2)).Average(), 0.25);
    }

    [Fact]
    public void Error_OfTokens_IsLargerWhereTheyComeInAnotherOrderOrWereNeverMet()
    {
        static TokenRow Row(IEnumerable<int> tokens) => new() { Sequence = [.. tokens.Select(token => (uint)token)] };
        IEnumerable<TokenRow> Rising() => Enumerable.Range(0, 40).Select(i => Row(Enumerable.Range(0, 8).Select(t => 1 + ((i + t) % 12))));
        ITransformer model = AutoEncoder(features: 1).Fit(ml.Data.LoadFromEnumerable(Rising()));
        float rising = Errors(model, Rising()).Max();
        Assert.True(rising < 1, $"error {rising}");
        Assert.True(Errors(model, Rising().Select(row => Row(row.Sequence.Select(token => (int)token * 7 % 12 + 1)))).Average() > 2 * rising);
        // A token that was never met costs as much as a guess among the twelve.
        Assert.Equal(MathF.Log(12), Errors(model, [Row([50, 51])])[0], 1e-5f);
    }

    [Fact]
    public void Error_MissingValues_AreLeftOut()
    {
        VariableSequenceRow[] rows = Waves(40, kinds: 2);
        ITransformer model = AutoEncoder(options => options.Model.HiddenSize = 12).Fit(ml.Data.LoadFromEnumerable(rows));
        // One absurd value is an error, but not where it is missing.
        VariableSequenceRow Changed(float value) => new() { Sequence = [.. rows[0].Sequence[..9], value, .. rows[0].Sequence[10..]] };
        float[] errors = Errors(model, [rows[0], Changed(1000), Changed(float.NaN), new VariableSequenceRow { Sequence = [float.NaN, float.NaN] }, new VariableSequenceRow()]);
        Assert.True(errors[1] > 5 * errors[0] && errors[2] < errors[1] / 2, string.Join(" ", errors));
        Assert.True(float.IsNaN(errors[3]) && float.IsNaN(errors[4]));
    }

    [Fact]
    public void Error_OfASequenceLongerThanAnyLearnt_IsMadePieceByPiece()
    {
        ITransformer model = AutoEncoder(options =>
        {
            (options.Model.HiddenSize, options.Model.WindowStride, options.Model.WindowLength) = (12, 1, 1);
        }).Fit(ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new VariableSequenceRow { Sequence = SequenceRows.Wave(0, 16, i) })));
        VariableSequenceRow Joined(params int[] kinds) => new() { Sequence = [.. kinds.SelectMany((kind, i) => SequenceRows.Wave(kind, 16, 16 * i))] };
        float[] errors = Errors(model, [Joined(0), Joined(0, 0, 0), Joined(0, 0, 2)]);
        Assert.True(errors[1] < 5 * errors[0] + 1 && errors[2] > 2 * errors[1], string.Join(" ", errors));
    }

    [Fact]
    public void Encoding_DoesNotDependOnTheErrorColumn()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Waves(12, kinds: 2));
        List<string> Encodings(string? error) => ViewText.Values(AutoEncoder(options => (options.ReconstructionErrorColumnName, options.Model) = (error, SequenceRows.Tiny())).Fit(data).Transform(data), "Encoding");
        Assert.Equal(Encodings(null), Encodings("Error"));
    }
}
