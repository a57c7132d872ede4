// The contract applied to the encoder: with labels, as auto-encoder, and guessing the next step; sequences of one length and of many, numbers and tokens.

using GruMlNet.Engine;
using GruMlNet.Tests.Contract;
using Microsoft.ML;

namespace GruMlNet.Tests.Sequences;

public sealed class EncodingResult
{
    public float[] Encoding { get; set; } = [];
}

public sealed class AutoEncodingResult
{
    public float[] Encoding { get; set; } = [];

    public float Error { get; set; }
}

internal static class TinyEncoder
{
    public static IEstimator<ITransformer> Create(MLContext ml, string output = "Encoding", string? label = null, int features = SequenceRows.Features, GruSequenceOptions? model = null)
    {
        return ml.Transforms.EncodeSequenceByGru(output, "Sequence", label, features, model ?? SequenceRows.Tiny());
    }

    public static IEstimator<ITransformer> Create(MLContext ml, SelfSupervision objective, string? error, string output = "Encoding", string? label = null, int features = SequenceRows.Features, GruSequenceOptions? model = null)
    {
        return ml.Transforms.EncodeSequenceByGru(new GruSequenceEncodingEstimator.Options
        {
            OutputColumnName = output,
            InputColumnName = "Sequence",
            LabelColumnName = label,
            Objective = objective,
            ReconstructionErrorColumnName = error,
            Input = { FeaturesPerStep = features },
            Model = model ?? SequenceRows.Tiny(),
        });
    }
}

public sealed class AutoEncoderContractTests : NumberContract<VariableSequenceRow, AutoEncodingResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Encoding", "Error"];

    protected override IEnumerable<UnusualRows<VariableSequenceRow>> UnusualInputs =>
    [
        .. base.UnusualInputs,
        new("an empty sequence among others", [.. Rows(3, value => value), new VariableSequenceRow()]),
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => TinyEncoder.Create(ml, SelfSupervision.AutoEncoder, "Error");

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml) => TinyEncoder.Create(ml, "Sequence");

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => TinyEncoder.Create(ml, SelfSupervision.AutoEncoder, "Error", model: SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<VariableSequenceRow> CreateRows(int variant) => SequenceRows.Variable(12, variant);
}

public sealed class NextStepEncoderContractTests : NumberContract<SequenceRow, EncodingResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Encoding"];

    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        .. base.InvalidInputs,
        new("tokens with two features", ml => ml.Data.LoadFromEnumerable([new TokenRow()]), "'Sequence'", "featuresPerStep 1"),
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => TinyEncoder.Create(ml, SelfSupervision.NextStep, error: null);

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml) => TinyEncoder.Create(ml, SelfSupervision.NextStep, error: null, "Sequence");

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => TinyEncoder.Create(ml, SelfSupervision.NextStep, error: null, model: SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<SequenceRow> CreateRows(int variant) => SequenceRows.Fixed(12, variant);
}

public sealed class SupervisedEncoderContractTests : NumberContract<VariableSequenceRow, EncodingResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Encoding"];

    protected override IReadOnlyList<string> TrainingColumns => ["Class", "Sequence"];

    protected override IEnumerable<UnusualRows<VariableSequenceRow>> UnusualInputs =>
    [
        .. base.UnusualInputs,
        new("half a step", [new VariableSequenceRow { Class = 1, Sequence = [1, 2, 3] }]) { FitMessage = ["'Sequence'", "row 0", "3 values", "featuresPerStep"], TransformMessage = ["'Sequence'", "3 values"] },
        new("an empty sequence among others", [.. Rows(3, value => value), new VariableSequenceRow { Class = 1 }]),
        new("empty sequences", [new VariableSequenceRow { Class = 1 }, new VariableSequenceRow { Class = 2 }]) { FitMessage = ["'Sequence'", "empty sequence"] },
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => TinyEncoder.Create(ml, label: "Class", model: Model());

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml) => TinyEncoder.Create(ml, "Sequence", "Class", model: Model());

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => TinyEncoder.Create(ml, label: "Class", model: SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<VariableSequenceRow> CreateRows(int variant) => SequenceRows.Variable(12, variant);

    private static GruSequenceOptions Model()
    {
        GruSequenceOptions model = SequenceRows.Tiny();
        (model.Pooling, model.ScalePerSequence) = (SequencePooling.Attention, true);
        return model;
    }
}

public sealed class TokenEncoderContractTests : SequenceContract<TokenRow, AutoEncodingResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Encoding", "Error"];

    protected override IEnumerable<InvalidInput> InvalidInputs => base.InvalidInputs.Where(invalid => invalid.Name is "missing" or "text" or "words");

    protected override IEnumerable<UnusualRows<TokenRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'Sequence'", "rows"] },
        new("one row", SequenceRows.Tokens(1)),
        new("all missing", [new TokenRow { Sequence = [SequenceRows.Missing, SequenceRows.Missing] }]) { FitMessage = ["'Sequence'", "missing"] },
        new("some missing", [new TokenRow { Sequence = [1, SequenceRows.Missing, 3, 4] }, new TokenRow { Sequence = [1, 1] }, new TokenRow()]),
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => TinyEncoder.Create(ml, SelfSupervision.AutoEncoder, "Error", features: 1);

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml) => TinyEncoder.Create(ml, "Sequence", features: 1);

    protected override IReadOnlyList<TokenRow> CreateRows(int variant) => SequenceRows.Tokens(12, variant);
}
