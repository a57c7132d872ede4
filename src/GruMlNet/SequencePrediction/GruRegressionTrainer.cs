using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Learns to estimate a number from a whole sequence.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Input columns</term><description>Sequence: see <see cref="SequenceInputOptions"/>. Label: Single, missing where NaN. Weight: Single, optional.</description></item>
/// <item><term>Output column</term><description>Score: the number, learnt by least squares.</description></item>
/// <item><term>Row to row?</term><description>Yes: works in a PredictionEngine, in CrossValidate and in parallel cursors.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// </remarks>
public sealed class GruRegressionTrainer : GruTrainerBase
{
    internal GruRegressionTrainer(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    /// <summary>Options of the trainer.</summary>
    public sealed class Options : GruTrainerOptions
    {
    }

    private protected override SequenceTask PromisedTask => new(TaskKind.Regression, 1);

    private protected override void CheckLabel(SchemaShape.Column column) => LabelCheck.Single(column);

    private protected override TrainingRows.LabelReader CreateLabelReader(DataViewRow row, DataViewSchema.Column column) => NumberLabel(row, column);

    /// <summary>NaN is missing.</summary>
    /// <exception cref="InvalidOperationException">A label is infinite.</exception>
    internal static TrainingRows.LabelReader NumberLabel(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<float> getter = row.GetGetter<float>(column);
        float value = 0;
        return (SequenceRowReader _, out int[] steps) =>
        {
            steps = [];
            getter(ref value);
            Data.SequenceReader.CheckFinite(value, column.Name, row.Position);
            return float.IsNaN(value) ? null : value;
        };
    }

    private protected override (SequenceTask Task, SequenceData Data) Prepare(DataViewSchema.Column column, SequenceData data) => (NumberTask(data), data);

    /// <summary>Numbers are learnt on their own scale.</summary>
    internal static SequenceTask NumberTask(SequenceData data)
    {
        (float mean, float deviation) = PreparedSequence.Moments(data.Targets.Values, 0, 1, data.Targets.Values.Length);
        return new SequenceTask(TaskKind.Regression, 1, mean, deviation > 1e-6f * Math.Abs(mean) ? deviation : 1f);
    }
}
