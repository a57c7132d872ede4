// Where each named tensor of a network lies in its one flat parameter array.
namespace GruMlNet.Engine.Networks;

/// <summary>A named matrix [Rows, Columns], row-major, at <paramref name="Offset"/> in the flat array, and how it starts.</summary>
internal readonly record struct ParameterSlice(string Name, int Offset, int Rows, int Columns, Initializer Start)
{
    public int Length => Rows * Columns;

    public Span<float> Of(Span<float> parameters) => parameters.Slice(Offset, Length);

    public ReadOnlySpan<float> Of(ReadOnlySpan<float> parameters) => parameters.Slice(Offset, Length);
}

/// <summary>
/// Grows while layers are made, each adding its tensors, and is read-only afterwards. Parameters, gradients, averages
/// and optimizer moments are all plain arrays of <see cref="Count"/> floats in this layout.
/// </summary>
internal sealed class ParameterLayout
{
    private readonly List<ParameterSlice> _slices = [];

    public int Count { get; private set; }

    public IReadOnlyList<ParameterSlice> Slices => _slices;

    /// <summary>Reserves a place for a tensor; it starts as zeros where no initializer is given.</summary>
    public ParameterSlice Add(string name, int rows, int columns, Initializer? start = null)
    {
        if (_slices.Exists(s => s.Name == name)) throw new ArgumentException($"A tensor named '{name}' is already there.", nameof(name));
        var slice = new ParameterSlice(name, Count, rows, columns, start ?? Initializer.Zeros);
        Count = checked(Count + rows * columns);
        _slices.Add(slice);
        return slice;
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
