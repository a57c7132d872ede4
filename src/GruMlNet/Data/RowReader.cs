using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>Reads the current row of a view or engine: its series, its time, its numbers. Every number is checked.</summary>
internal sealed class RowReader
{
    private readonly DataViewRow row;
    private readonly Func<string>? readSeries;
    private readonly Func<decimal>? readTime;
    private readonly List<(string Name, int Size, Action<Memory<float>> Read)> numbers = [];
    private readonly List<(string Name, Func<float> Read)> staticNumbers = [];
    private readonly List<Func<string>> staticCategories = [];

    /// <param name="row">Has the columns.</param>
    /// <param name="columns">Checked against the row's schema.</param>
    /// <param name="layout">Says how many numbers each column gives.</param>
    /// <param name="holidays">The numbers of a text holiday column.</param>
    /// <param name="isDate">Whether text times are dates; null where the first shall say.</param>
    internal RowReader(DataViewRow row, InputColumns columns, CovariateLayout layout, HolidayCodes holidays, StrongBox<bool?> isDate)
    {
        this.row = row;
        if (columns.Series is not null)
            readSeries = SeriesKey.Reader(row, Column(columns.Series));
        if (columns.Time is not null)
            readTime = TimeColumn.Reader(row, Column(columns.Time), isDate);
        if (columns.Value.Length == 0)
            numbers.Add((columns.Value, 1, target => target.Span[0] = float.NaN));
        else
            AddNumbers([columns.Value], [1]);
        AddNumbers([.. columns.Past, .. columns.Known], [.. layout.PastSizes, .. layout.KnownSizes]);
        if (columns.Holiday is not null)
            numbers.Add((columns.Holiday, 1, HolidayReader(Column(columns.Holiday), holidays)));
        for (int i = 0; i < columns.Static.Count; i++)
        {
            if (layout.StaticIsNumber[i])
                staticNumbers.Add((columns.Static[i], NumberReader(Column(columns.Static[i]))));
            else
                staticCategories.Add(SeriesKey.Reader(row, Column(columns.Static[i])));
        }
    }

    internal long Position => row.Position;

    /// <summary>Name of the row's series; empty where there is one only.</summary>
    internal string Series() => readSeries?.Invoke() ?? string.Empty;

    /// <summary>The row's time; null without a time column.</summary>
    internal decimal? Time() => readTime?.Invoke();

    /// <summary>Reads the numbers that the row gives; NaN where missing.</summary>
    /// <exception cref="InvalidOperationException">One is infinite.</exception>
    internal void Numbers(Memory<float> target)
    {
        int next = 0;
        foreach ((string name, int size, Action<Memory<float>> read) in numbers)
        {
            Memory<float> part = target.Slice(next, size);
            read(part);
            _ = SequenceReader.CheckFinite(part.Span, name, row.Position);
            next += size;
        }
    }

    internal StaticValues Statics()
    {
        if (staticNumbers.Count + staticCategories.Count == 0)
            return StaticValues.None;
        return new StaticValues([.. staticNumbers.Select(Checked)], [.. staticCategories.Select(read => read())]);

        float Checked((string Name, Func<float> Read) column)
        {
            float value = column.Read();
            SequenceReader.CheckFinite(value, column.Name, row.Position);
            return value;
        }
    }

    private DataViewSchema.Column Column(string name) => SchemaCheck.Column(row.Schema, name);

    private void AddNumbers(string[] names, int[] sizes)
    {
        for (int i = 0; i < names.Length; i++)
        {
            DataViewSchema.Column column = Column(names[i]);
            if (column.Type is VectorDataViewType)
            {
                ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(column);
                VBuffer<float> vector = default;
                numbers.Add((names[i], sizes[i], target =>
                {
                    getter(ref vector);
                    vector.CopyTo(target.Span);
                }
                ));
            }
            else
            {
                Func<float> read = NumberReader(column);
                numbers.Add((names[i], 1, target => target.Span[0] = read()));
            }
        }
    }

    private Func<float> NumberReader(DataViewSchema.Column column)
    {
        ValueGetter<float> getter = row.GetGetter<float>(column);
        float value = 0;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    private Action<Memory<float>> HolidayReader(DataViewSchema.Column column, HolidayCodes codes)
    {
        switch (column.Type)
        {
            case TextDataViewType:
                ValueGetter<ReadOnlyMemory<char>> text = row.GetGetter<ReadOnlyMemory<char>>(column);
                ReadOnlyMemory<char> name = default;
                return target =>
                {
                    text(ref name);
                    target.Span[0] = codes.CodeOf(name.Span);
                };
            case BooleanDataViewType:
                ValueGetter<bool> flag = row.GetGetter<bool>(column);
                bool isHoliday = false;
                return target =>
                {
                    flag(ref isHoliday);
                    target.Span[0] = isHoliday ? 1 : 0;
                };
            default:
                Func<float> number = NumberReader(column);
                return target => target.Span[0] = number();
        }
    }
}
