using GruMlNet.Data;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using VectorKind = Microsoft.ML.SchemaShape.Column.VectorKind;

namespace GruMlNet;

/// <summary>Checks the type of a label column; the messages say which conversion to add.</summary>
internal static class LabelCheck
{
    internal static void Key(SchemaShape.Column column, VectorKind kind)
    {
        bool vector = kind != VectorKind.Scalar;
        if (column.IsKey && vector == (column.Kind != VectorKind.Scalar))
            return;
        throw SchemaCheck.Mismatch(column.Name, vector ? "a vector of keys, one per step" : "a key", column, $"Map the label to keys: add Transforms.Conversion.MapValueToKey(\"{column.Name}\") before.");
    }

    internal static void Boolean(SchemaShape.Column column)
    {
        if (column.Kind == VectorKind.Scalar && !column.IsKey && column.ItemType == BooleanDataViewType.Instance)
            return;
        throw SchemaCheck.Mismatch(column.Name, "Boolean", column, $"Convert it: add Transforms.Conversion.ConvertType(\"{column.Name}\", outputKind: DataKind.Boolean) before; for several classes use MulticlassClassification.Trainers.Gru.");
    }

    internal static void Single(SchemaShape.Column column)
    {
        if (column.Kind == VectorKind.Scalar && !column.IsKey && column.ItemType == NumberDataViewType.Single)
            return;
        throw SchemaCheck.Mismatch(column.Name, "Single", column, $"Convert it: add Transforms.Conversion.ConvertType(\"{column.Name}\", outputKind: DataKind.Single) before.");
    }

    /// <summary>Number of classes of a label of keys.</summary>
    internal static int Classes(DataViewSchema.Column column)
    {
        ulong count = ((KeyDataViewType)((column.Type as VectorDataViewType)?.ItemType ?? column.Type)).Count;
        return count is >= 2 and <= SequenceLimits.MaxClasses ? (int)count
            : throw new InvalidOperationException($"Label column '{column.Name}' has {count} {(count == 1 ? "class" : "classes")}, and 2 to {SequenceLimits.MaxClasses} can be learnt to tell apart: check how it is loaded.");
    }
}
