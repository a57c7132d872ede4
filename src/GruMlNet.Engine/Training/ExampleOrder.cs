// In which order training goes through the examples.
namespace GruMlNet.Engine.Training;

/// <summary>Deals all examples, in random order or in their own, and so on without end: each example comes equally often.</summary>
internal sealed class ExampleOrder
{
    private readonly int[] _order;
    private readonly SeededRandom? _random;
    private int _next;

    /// <summary>Random order; or their own, over and over, where <paramref name="shuffle"/> is false.</summary>
    public ExampleOrder(int count, ulong seed, bool shuffle = true)
    {
        _order = new int[count];
        for (var i = 0; i < count; i++) _order[i] = i;
        _random = shuffle ? new SeededRandom(seed) : null;
        _next = count;
    }

    public void Deal(Span<int> indices)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            if (_next == _order.Length)
            {
                _random?.Shuffle(_order.AsSpan());
                _next = 0;
            }
            indices[i] = _order[_next++];
        }
    }
}
