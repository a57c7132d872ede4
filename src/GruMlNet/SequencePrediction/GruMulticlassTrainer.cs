using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Learns to put whole sequences into classes.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Input columns</term><description>Sequence: see <see cref="SequenceInputOptions"/>. Label: a key, missing where 0. Weight: Single, optional.</description></item>
/// <item><term>Output columns</term><description>PredictedLabel: a key with the label's values. Score: the probability of each class, with slot names.</description></item>
/// <item><term>Row to row?</term><description>Yes: works in a PredictionEngine, in CrossValidate and in parallel cursors.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// </remarks>
public sealed class GruMulticlassTrainer : GruTrainerBase
{
    private readonly float[]? classWeights;
    private readonly bool balance;

    internal GruMulticlassTrainer(IHostEnvironment environment, Options options)
        : base(environment, options)
        => (classWeights, balance) = (options.ClassWeights?.ToArray(), options.BalanceClasses);

    /// <summary>Options of the trainer.</summary>
    public sealed class Options : GruTrainerOptions
    {
        /// <summary>How much each class counts, in the order of the label's key values; each at least 0. Default: null, all count 1.</summary>
        public IReadOnlyList<float>? ClassWeights { get; set; }

        /// <summary>Whether rare classes count as much as frequent ones; multiplies <see cref="ClassWeights"/>. Default: false.</summary>
        public bool BalanceClasses { get; set; }

        private protected override void AddProblems(List<string> problems) => ClassBalance.AddProblems(ClassWeights, problems);
    }

    private protected override SequenceTask PromisedTask => new(TaskKind.Multiclass, 2);

    private protected override void CheckLabel(SchemaShape.Column column) => LabelCheck.Key(column, SchemaShape.Column.VectorKind.Scalar);

    private protected override TrainingRows.LabelReader CreateLabelReader(DataViewRow row, DataViewSchema.Column column) => KeyReader.CreateLabel(row, column);

    private protected override (SequenceTask Task, SequenceData Data) Prepare(DataViewSchema.Column column, SequenceData data)
    {
        int classes = LabelCheck.Classes(column);
        float[] weights = ClassBalance.Weights(classWeights, balance, classes, data.Targets.Values.Select(value => (int)value));
        float[] rows = [.. data.Targets.Weights.Select((weight, i) => weight * weights[(int)data.Targets.Values[i]])];
        return (new SequenceTask(TaskKind.Multiclass, classes), data with { Targets = data.Targets with { Weights = rows } });
    }

    private protected override KeyNames? Names(DataViewSchema.Column column) => KeyNames.Of(column);

    private protected override KeyNames? PromisedNames(SchemaShape.Column column) => KeyNames.Promise(column, PromisedTask.Outputs);
}
