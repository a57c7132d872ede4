using GruMlNet.Data;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>What an encoder may learn from: classes as keys, yes or no, or a number.</summary>
internal static class EncodingLabel
{
    internal static void Check(SchemaShape.Column column)
    {
        bool known = column.IsKey || column.ItemType == BooleanDataViewType.Instance || column.ItemType == NumberDataViewType.Single;
        if (column.Kind == SchemaShape.Column.VectorKind.Scalar && known)
            return;
        throw SchemaCheck.Mismatch(column.Name, "a key, Boolean or Single", column, $"For classes add Transforms.Conversion.MapValueToKey(\"{column.Name}\") before, for numbers Transforms.Conversion.ConvertType.");
    }

    internal static TrainingRows.LabelReader CreateReader(DataViewRow row, DataViewSchema.Column column)
        => column.Type is KeyDataViewType ? KeyReader.CreateLabel(row, column)
            : column.Type is BooleanDataViewType ? KeyReader.CreateBoolean(row, column)
            : GruRegressionTrainer.NumberLabel(row, column);

    internal static SequenceTask Task(DataViewSchema.Column column, SequenceData data)
        => column.Type is KeyDataViewType ? new SequenceTask(TaskKind.Multiclass, LabelCheck.Classes(column))
            : column.Type is BooleanDataViewType ? new SequenceTask(TaskKind.Binary, 1)
            : GruRegressionTrainer.NumberTask(data);
}
