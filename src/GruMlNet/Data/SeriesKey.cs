using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>Reads what tells series or categories apart, of any accepted type, as text.</summary>
internal static class SeriesKey
{
    internal static bool IsKey(DataViewType type)
        => type is TextDataViewType || type == NumberDataViewType.Int32 || type == NumberDataViewType.Int64 || type == NumberDataViewType.UInt32 || type == NumberDataViewType.UInt64;

    /// <summary>A function that reads the current row's text. A key is its number, from 1; 0 where it is missing.</summary>
    internal static Func<string> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => TextReader(row, column),
        { RawType: var raw } when raw == typeof(byte) => Read<byte>(row, column),
        { RawType: var raw } when raw == typeof(ushort) => Read<ushort>(row, column),
        { RawType: var raw } when raw == typeof(uint) => Read<uint>(row, column),
        { RawType: var raw } when raw == typeof(ulong) => Read<ulong>(row, column),
        { RawType: var raw } when raw == typeof(int) => Read<int>(row, column),
        { RawType: var raw } when raw == typeof(long) => Read<long>(row, column),
        _ => throw new ArgumentOutOfRangeException(null, $"Schema mismatch for series column '{column.Name}': expected text, a key or an integer, got {column.Type}."),
    };

    // Rows of a series often follow each other: their text is made once.
    private static Func<string> TextReader(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<ReadOnlyMemory<char>> getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        string last = string.Empty;
        return () =>
        {
            getter(ref value);
            return value.Span.SequenceEqual(last) ? last : last = value.ToString();
        };
    }

    private static Func<string> Read<T>(DataViewRow row, DataViewSchema.Column column)
        where T : struct, IFormattable, IEquatable<T>
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default, last = default;
        string text = last.ToString(null, CultureInfo.InvariantCulture);
        return () =>
        {
            getter(ref value);
            if (!value.Equals(last))
                (last, text) = (value, value.ToString(null, CultureInfo.InvariantCulture));
            return text;
        };
    }
}
