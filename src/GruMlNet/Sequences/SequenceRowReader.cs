using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Sequences;

/// <summary>Reads the current row's sequence into reused buffers: belongs to one cursor or row.</summary>
internal sealed class SequenceRowReader
{
    private readonly DataViewRow row;
    private readonly SequenceColumns columns;
    private readonly ValueGetter<VBuffer<float>>[] numberGetters = [];
    private readonly Func<int>? readTokens;
    private readonly VBuffer<float>[] vectors;
    private float[] values = [];
    private int[] tokens = [];

    internal SequenceRowReader(DataViewRow row, SequenceColumns columns)
    {
        (this.row, this.columns) = (row, columns);
        DataViewSchema.Column[] found = [.. columns.Names.Select(name => SchemaCheck.Column(row.Schema, name))];
        vectors = new VBuffer<float>[found.Length];
        if (found[0].Type is VectorDataViewType { ItemType: KeyDataViewType key })
            readTokens = TokenReader(found[0], key);
        else
            numberGetters = [.. found.Select(column => row.GetGetter<VBuffer<float>>(column))];
    }

    /// <summary>Numbers of the row, [T,F].</summary>
    internal ReadOnlySpan<float> Values => values.AsSpan(0, readTokens is null ? Steps * columns.Features : 0);

    /// <summary>Tokens of the row, [T], −1 where missing.</summary>
    internal ReadOnlySpan<int> Tokens => tokens.AsSpan(0, readTokens is null ? 0 : Steps);

    internal int Steps { get; private set; }

    /// <exception cref="InvalidOperationException">A value is infinite, or the values are no whole number of steps.</exception>
    internal void Read()
    {
        if (readTokens is not null)
            Steps = readTokens();
        else if (columns.AreChannels)
            ReadChannels();
        else
            ReadSteps();
    }

    private void ReadSteps()
    {
        numberGetters[0](ref vectors[0]);
        int length = vectors[0].Length;
        if (length % columns.FeaturesPerStep != 0)
            throw new InvalidOperationException($"Column '{columns.Names[0]}' has {length} values in row {row.Position}, which is no whole number of steps of {columns.FeaturesPerStep} features: correct featuresPerStep, or the column.");
        Steps = length / columns.FeaturesPerStep;
        Grow(length);
        vectors[0].CopyTo(values);
        Check(0, values.AsSpan(0, length));
    }

    private void ReadChannels()
    {
        int F = vectors.Length;
        Steps = 0;
        for (int f = 0; f < F; f++)
        {
            numberGetters[f](ref vectors[f]);
            Steps = Math.Max(Steps, vectors[f].Length);
        }

        Grow(Steps * F);
        values.AsSpan(0, Steps * F).Fill(float.NaN);
        for (int f = 0; f < F; f++)
        {
            foreach (KeyValuePair<int, float> item in vectors[f].Items(all: true))
                values[item.Key * F + f] = item.Value;
        }

        for (int f = 0; f < F; f++)
            Check(f, vectors[f].GetValues());
    }

    private void Grow(int size)
    {
        if (values.Length < size)
            values = new float[size];
    }

    private void Check(int column, ReadOnlySpan<float> items) => _ = SequenceReader.CheckFinite(items, columns.Names[column], row.Position);

    private Func<int> TokenReader(DataViewSchema.Column column, KeyDataViewType key)
        => key.RawType == typeof(byte) ? TokenReader<byte>(column, key.Count, item => item)
            : key.RawType == typeof(ushort) ? TokenReader<ushort>(column, key.Count, item => item)
            : key.RawType == typeof(ulong) ? TokenReader<ulong>(column, key.Count, item => item)
            : TokenReader<uint>(column, key.Count, item => item);

    private Func<int> TokenReader<T>(DataViewSchema.Column column, ulong count, Func<T, ulong> number)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> vector = default;
        return () =>
        {
            getter(ref vector);
            if (tokens.Length < vector.Length)
                tokens = new int[vector.Length];
            // Keys count from 1; 0, and what is beyond the last one, stands for missing.
            foreach (KeyValuePair<int, T> item in vector.Items(all: true))
            {
                ulong token = number(item.Value);
                tokens[item.Key] = token <= count ? (int)token - 1 : -1;
            }

            return vector.Length;
        };
    }
}
