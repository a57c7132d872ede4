using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>
/// Reads a time column of any accepted type as decimals: ticks (UTC for DateTimeOffset) or the number itself,
/// both without loss, so that all time arithmetic has one form. Text is dates where its first value is no number.
/// </summary>
internal static class TimeColumn
{
    internal static bool IsTime(DataViewType type)
        => IsDate(type) || type is TextDataViewType || type == NumberDataViewType.Int32 || type == NumberDataViewType.Int64
            || type == NumberDataViewType.Single || type == NumberDataViewType.Double;

    internal static bool IsDate(DataViewType type) => type is DateTimeDataViewType or DateTimeOffsetDataViewType;

    /// <summary>A function that reads the current row's time from <paramref name="row"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">Its time column.</param>
    /// <param name="isDate">Whether text is dates or numbers; set by the first text where it is null.</param>
    internal static Func<decimal> Reader(DataViewRow row, DataViewSchema.Column column, StrongBox<bool?> isDate) => column.Type switch
    {
        TextDataViewType => Read<ReadOnlyMemory<char>>(row, column, value => FromText(value.Span, column.Name, isDate, row)),
        DateTimeDataViewType => Read<DateTime>(row, column, value => value.Ticks),
        DateTimeOffsetDataViewType => Read<DateTimeOffset>(row, column, value => value.UtcTicks),
        { } type when type == NumberDataViewType.Int32 => Read<int>(row, column, value => value),
        { } type when type == NumberDataViewType.Int64 => Read<long>(row, column, value => value),
        { } type when type == NumberDataViewType.Single => Read<float>(row, column, value => FromNumber(value, column.Name)),
        _ => Read<double>(row, column, value => FromNumber(value, column.Name)),
    };

    internal static string Text(decimal time, bool isDate) => isDate
        ? new DateTime((long)time).ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)
        : time.ToString(CultureInfo.InvariantCulture);

    private static Func<decimal> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, decimal> convert)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }

    private static decimal FromText(ReadOnlySpan<char> text, string column, StrongBox<bool?> isDate, DataViewRow row)
    {
        bool isNumber = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number);
        isDate.Value ??= !isNumber;
        if (isDate.Value == false && isNumber)
            return number;
        if (isDate.Value == true && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time))
            return time.Ticks;
        throw new InvalidOperationException($"Time column '{column}': row {row.Position} has '{text}', which is not {(isDate.Value == true ? "a date like 2024-12-31 or 2024-12-31 23:59:59" : "a number like the times before")}. "
            + "Correct the text, or load the column as DateTime.");
    }

    private static decimal FromNumber(double value, string column)
    {
        // Far below decimal's own limit, so that the difference of two times cannot overflow.
        const double limit = 1e27;
        if (Math.Abs(value) < limit)
            return (decimal)value;
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Time column '{column}' has the value {value}; every row needs a time: remove the row (Data.FilterRowsByMissingValues) or fill in its time."));
    }
}
