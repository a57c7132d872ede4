// The contract applied to the trainers.

using GruMlNet.Tests.Contract;
using Microsoft.ML;

namespace GruMlNet.Tests.Sequences;

public sealed class MulticlassResult
{
    public float[] Score { get; set; } = [];

    public uint PredictedLabel { get; set; }
}

public sealed class BinaryResult
{
    public float Score { get; set; }

    public float Probability { get; set; }

    public bool PredictedLabel { get; set; }
}

public sealed class RegressionResult
{
    public float Score { get; set; }
}

public sealed class StepResult
{
    public float[] Score { get; set; } = [];

    public uint[] PredictedLabel { get; set; } = [];
}

public sealed class MulticlassTrainerContractTests : NumberContract<VariableSequenceRow, MulticlassResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Score", "PredictedLabel"];

    protected override IReadOnlyList<string> TrainingColumns => ["Class", "Sequence"];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => Create(ml, SequenceRows.Tiny());

    protected override IEstimator<ITransformer>? CreateInPlaceEstimator(MLContext ml) => null;

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => Create(ml, SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<VariableSequenceRow> CreateRows(int variant) => SequenceRows.Variable(12, variant);

    private static GruMulticlassTrainer Create(MLContext ml, GruSequenceOptions model)
    {
        model.EnsembleSize = 2;
        return ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", featuresPerStep: SequenceRows.Features, model: model);
    }
}

public sealed class TokenTrainerContractTests : SequenceContract<TokenRow, MulticlassResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Score", "PredictedLabel"];

    protected override IReadOnlyList<string> TrainingColumns => ["Class", "Sequence"];

    protected override IEnumerable<InvalidInput> InvalidInputs => base.InvalidInputs.Where(invalid => invalid.Name is "missing" or "text" or "words");

    protected override IEnumerable<UnusualRows<TokenRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'Sequence'", "rows"] },
        new("one row", SequenceRows.Tokens(1)),
        new("some missing", [new TokenRow { Class = 1, Sequence = [1, SequenceRows.Missing, 3, 4] }, new TokenRow { Class = 2, Sequence = [1, 1] }, new TokenRow { Class = 0 }]),
        new("no labels", [new TokenRow { Class = SequenceRows.Missing, Sequence = [1, 2] }]) { FitMessage = ["'Class'", "missing", "MapValueToKey"] },
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => ml.MulticlassClassification.Trainers.Gru("Class", "Sequence", model: Model());

    protected override IEstimator<ITransformer>? CreateInPlaceEstimator(MLContext ml) => null;

    protected override IReadOnlyList<TokenRow> CreateRows(int variant) => SequenceRows.Tokens(12, variant);

    private static GruSequenceOptions Model()
    {
        GruSequenceOptions model = SequenceRows.Tiny();
        model.EnsembleSize = 1;
        return model;
    }
}

public sealed class BinaryTrainerContractTests : NumberContract<SequenceRow, BinaryResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Score", "Probability", "PredictedLabel"];

    protected override IReadOnlyList<string> TrainingColumns => ["Flag", "Sequence"];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => Create(ml, SequenceRows.Tiny());

    protected override IEstimator<ITransformer>? CreateInPlaceEstimator(MLContext ml) => null;

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => Create(ml, SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<SequenceRow> CreateRows(int variant) => SequenceRows.Fixed(12, variant);

    private static GruBinaryTrainer Create(MLContext ml, GruSequenceOptions model)
    {
        model.EnsembleSize = 1;
        return ml.BinaryClassification.Trainers.Gru("Flag", "Sequence", featuresPerStep: SequenceRows.Features, model: model);
    }
}

public sealed class RegressionTrainerContractTests : NumberContract<VariableSequenceRow, RegressionResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Score"];

    protected override IReadOnlyList<string> TrainingColumns => ["Sequence", "Target"];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => Create(ml, SequenceRows.Tiny());

    protected override IEstimator<ITransformer>? CreateInPlaceEstimator(MLContext ml) => null;

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => Create(ml, SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<VariableSequenceRow> CreateRows(int variant) => SequenceRows.Variable(12, variant);

    private static GruRegressionTrainer Create(MLContext ml, GruSequenceOptions model)
    {
        model.EnsembleSize = 1;
        return ml.Regression.Trainers.Gru("Target", "Sequence", featuresPerStep: SequenceRows.Features, model: model);
    }
}

public sealed class StepTrainerContractTests : SequenceContract<StepRow, StepResult>
{
    protected override IReadOnlyList<string> OutputColumns => ["Score", "PredictedLabel"];

    protected override IReadOnlyList<string> TrainingColumns => ["Classes", "Sequence"];

    protected override IEnumerable<UnusualRows<StepRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'Sequence'", "rows"] },
        new("one row", SequenceRows.Steps(1)),
        new("too few labels", [new StepRow { Sequence = [1, 2, 3, 4], Classes = [1] }]) { FitMessage = ["Row 0", "2 steps", "1 labels", "'Classes'"] },
        new("unknown labels", [new StepRow { Sequence = [1, 2, 3, 4], Classes = [SequenceRows.Missing, 2] }, new StepRow()]),
        new("no labels", [new StepRow { Sequence = [1, 2], Classes = [SequenceRows.Missing] }]) { FitMessage = ["'Classes'", "missing"] },
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml) => Create(ml, SequenceRows.Tiny());

    protected override IEstimator<ITransformer>? CreateInPlaceEstimator(MLContext ml) => null;

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        => Create(ml, SequenceRows.Cancellable(progress, token));

    protected override IReadOnlyList<StepRow> CreateRows(int variant) => SequenceRows.Steps(12, variant);

    private static GruStepTrainer Create(MLContext ml, GruSequenceOptions model)
    {
        model.EnsembleSize = 1;
        return ml.MulticlassClassification.Trainers.GruPerStep("Classes", "Sequence", featuresPerStep: SequenceRows.Features, model: model);
    }
}
