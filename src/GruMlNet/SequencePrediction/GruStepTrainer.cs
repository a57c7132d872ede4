using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Learns the class of every step of a sequence (sequence labelling).</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Input columns</term><description>Sequence: see <see cref="SequenceInputOptions"/>. Label: a vector of keys, one per step; a step is not learnt from where it is missing. Weight: Single per row, optional.</description></item>
/// <item><term>Output columns</term><description>PredictedLabel: a vector of keys, one per step, with the label's values. Score: the probabilities, [T, classes], time-major. Steps beyond <see cref="SequenceInputOptions.MaxLength"/> have none: 0 (missing) and NaN.</description></item>
/// <item><term>Row to row?</term><description>Yes: works in a PredictionEngine and in parallel cursors.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// </remarks>
public sealed class GruStepTrainer : GruTrainerBase
{
    internal GruStepTrainer(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    /// <summary>Options of the trainer.</summary>
    public sealed class Options : GruTrainerOptions
    {
        private protected override void AddProblems(List<string> problems)
        {
            if (Model?.WindowStride is not (null or 1))
                problems.Add($"WindowStride must be 1 where every step is given a class, got {Model.WindowStride}: leave it null.");
        }
    }

    private protected override SequenceTask PromisedTask => new(TaskKind.PerStep, 2);

    private protected override void CheckLabel(SchemaShape.Column column) => LabelCheck.Key(column, SchemaShape.Column.VectorKind.VariableVector);

    private protected override TrainingRows.LabelReader CreateLabelReader(DataViewRow row, DataViewSchema.Column column)
    {
        var keys = new SequenceRowReader(row, SequenceColumns.Single(column.Name));
        return (SequenceRowReader sequence, out int[] steps) =>
        {
            keys.Read();
            if (keys.Steps != sequence.Steps)
                throw new InvalidOperationException($"Row {row.Position} has {sequence.Steps} steps, but {keys.Steps} labels in column '{column.Name}': give one label per step, a missing one where it is not known.");
            steps = keys.Tokens.ToArray();
            return Array.Exists(steps, step => step >= 0) ? 0 : null;
        };
    }

    private protected override (SequenceTask Task, SequenceData Data) Prepare(DataViewSchema.Column column, SequenceData data)
        => (new SequenceTask(TaskKind.PerStep, LabelCheck.Classes(column)), data);

    private protected override KeyNames? Names(DataViewSchema.Column column) => KeyNames.Of(column);

    private protected override KeyNames? PromisedNames(SchemaShape.Column column) => KeyNames.Promise(column, PromisedTask.Outputs);
}
