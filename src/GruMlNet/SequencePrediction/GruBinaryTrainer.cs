using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Learns to answer yes or no about whole sequences.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Input columns</term><description>Sequence: see <see cref="SequenceInputOptions"/>. Label: Boolean. Weight: Single, optional.</description></item>
/// <item><term>Output columns</term><description>PredictedLabel: Boolean. Probability: of true. Score: its logit.</description></item>
/// <item><term>Row to row?</term><description>Yes: works in a PredictionEngine, in CrossValidate and in parallel cursors.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// </remarks>
public sealed class GruBinaryTrainer : GruTrainerBase
{
    private readonly float positiveWeight;
    private readonly bool balance;
    private readonly float smoothing;

    internal GruBinaryTrainer(IHostEnvironment environment, Options options)
        : base(environment, options)
        => (positiveWeight, balance, smoothing) = (options.PositiveWeight, options.BalanceClasses, SequenceRules.Smoothing(options.Model));

    /// <summary>Options of the trainer.</summary>
    public sealed class Options : GruTrainerOptions
    {
        /// <summary>How much a row counts whose label is true; at least 0, default 1. Others count 1.</summary>
        public float PositiveWeight { get; set; } = 1f;

        /// <summary>Whether the rarer answer counts as much as the more frequent one; multiplies <see cref="PositiveWeight"/>. Default: false.</summary>
        public bool BalanceClasses { get; set; }

        private protected override void AddProblems(List<string> problems)
        {
            if (!(PositiveWeight >= 0) || float.IsInfinity(PositiveWeight))
                problems.Add(FormattableString.Invariant($"positiveWeight must be a number of at least 0, got {PositiveWeight}."));
        }
    }

    private protected override SequenceTask PromisedTask => new(TaskKind.Binary, 1);

    private protected override void CheckLabel(SchemaShape.Column column) => LabelCheck.Boolean(column);

    private protected override TrainingRows.LabelReader CreateLabelReader(DataViewRow row, DataViewSchema.Column column) => KeyReader.CreateBoolean(row, column);

    private protected override (SequenceTask Task, SequenceData Data) Prepare(DataViewSchema.Column column, SequenceData data)
    {
        float[] labels = data.Targets.Values;
        float[] weights = ClassBalance.Weights([1, positiveWeight], balance, 2, labels.Select(value => (int)value));
        float[] rows = [.. data.Targets.Weights.Select((weight, i) => weight * weights[(int)labels[i]])];
        float[] smooth = [.. labels.Select(value => value + smoothing * (0.5f - value))];
        return (new SequenceTask(TaskKind.Binary, 1), data with { Targets = data.Targets with { Values = smooth, Weights = rows } });
    }
}
