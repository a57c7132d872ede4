using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Reads labels that are classes: keys of any width, and yes or no.</summary>
internal static class KeyReader
{
    /// <summary>The class of the current row from 0; null where the key is missing.</summary>
    internal static TrainingRows.LabelReader CreateLabel(DataViewRow row, DataViewSchema.Column column)
    {
        ulong count = ((KeyDataViewType)column.Type).Count;
        return column.Type.RawType == typeof(byte) ? Of<byte>(value => value)
            : column.Type.RawType == typeof(ushort) ? Of<ushort>(value => value)
            : column.Type.RawType == typeof(ulong) ? Of<ulong>(value => value)
            : Of<uint>(value => value);

        // Keys count from 1; 0, and what is beyond the last one, stands for missing.
        TrainingRows.LabelReader Of<T>(Func<T, ulong> number) => Create<T>(row, column, value => number(value) == 0 || number(value) > count ? null : number(value) - 1);
    }

    /// <summary>1 for true.</summary>
    internal static TrainingRows.LabelReader CreateBoolean(DataViewRow row, DataViewSchema.Column column) => Create<bool>(row, column, value => value ? 1 : 0);

    private static TrainingRows.LabelReader Create<T>(DataViewRow row, DataViewSchema.Column column, Func<T, float?> number)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return (SequenceRowReader _, out int[] steps) =>
        {
            steps = [];
            getter(ref value);
            return number(value);
        };
    }
}
