// Where each named tensor of a network lies in its one flat parameter array.
namespace GruMlNet.Engine.Networks;

/// <summary>Brings a tensor's gradient from the layout that it is summed in into that of the tensor: overwrites it.</summary>
internal delegate void GradientCollector(ReadOnlySpan<float> sums, Span<float> gradient);

/// <summary>
/// A named matrix [Rows, Columns], row-major, at <paramref name="Offset"/> in the flat array, and how it starts; its gradient is summed at
/// <paramref name="SumOffset"/> in another array, in a layout of its own where there is a <paramref name="Collector"/>.
/// </summary>
internal readonly record struct ParameterSlice(string Name, int Offset, int Rows, int Columns, Initializer Start, int SumOffset, int SumLength, GradientCollector? Collector)
{
    public int Length => Rows * Columns;

    public Span<float> Of(Span<float> parameters) => parameters.Slice(Offset, Length);

    public ReadOnlySpan<float> Of(ReadOnlySpan<float> parameters) => parameters.Slice(Offset, Length);

    public Span<float> SumsOf(Span<float> sums) => sums.Slice(SumOffset, SumLength);
}

/// <summary>
/// Grows while layers are made, each adding its tensors, and is read-only afterwards. Parameters, gradients, averages
/// and optimizer moments are all plain arrays of <see cref="Count"/> floats in this layout. While a backward pass sums gradients, they lie in
/// an array of <see cref="SumCount"/> floats, in layouts that suit the kernels; <see cref="Collect"/> brings them home, once per step.
/// </summary>
internal sealed class ParameterLayout
{
    private readonly List<ParameterSlice> _slices = [];

    public int Count { get; private set; }

    public int SumCount { get; private set; }

    public IReadOnlyList<ParameterSlice> Slices => _slices;

    /// <summary>Reserves a place for a tensor; it starts as zeros where no initializer is given, and its gradient is summed in its own layout unless said otherwise.</summary>
    public ParameterSlice Add(string name, int rows, int columns, Initializer? start = null, int? sumLength = null, GradientCollector? collector = null)
    {
        if (_slices.Exists(s => s.Name == name)) throw new ArgumentException($"A tensor named '{name}' is already there.", nameof(name));
        var slice = new ParameterSlice(name, Count, rows, columns, start ?? Initializer.Zeros, SumCount, sumLength ?? rows * columns, collector);
        Count = checked(Count + slice.Length);
        SumCount = checked(SumCount + slice.SumLength);
        _slices.Add(slice);
        return slice;
    }

    /// <summary>From sums to a gradient in the layout of the parameters, which is overwritten.</summary>
    public void Collect(Span<float> sums, Span<float> gradient)
    {
        foreach (var slice in _slices)
        {
            if (slice.Collector is { } collector) collector(slice.SumsOf(sums), slice.Of(gradient));
            else slice.SumsOf(sums).CopyTo(slice.Of(gradient));
        }
    }

    public ParameterSlice Find(string name)
    {
        var index = _slices.FindIndex(s => s.Name == name);
        return index >= 0 ? _slices[index] : throw new ArgumentException($"No tensor is named '{name}'. There are: {string.Join(", ", _slices.Select(s => s.Name))}.", nameof(name));
    }

    /// <summary>Fresh parameters: every tensor started from <paramref name="seed"/> alone, in the order of the slices.</summary>
    public float[] Initialize(int seed)
    {
        var parameters = new float[Count];
        var random = new SeededRandom((ulong)seed);
        foreach (var slice in _slices) slice.Start.Fill(slice.Of(parameters.AsSpan()), slice.Rows, slice.Columns, random);
        return parameters;
    }
}
