// In which order training goes through the examples.
namespace GruMlNet.Engine.Training;

/// <summary>Deals all examples in random order, shuffles again, and so on without end: each example comes equally often.</summary>
internal sealed class ExampleOrder
{
    private readonly int[] _order;
    private readonly SeededRandom _random;
    private int _next;

    public ExampleOrder(int count, ulong seed)
    {
        _order = new int[count];
        for (var i = 0; i < count; i++) _order[i] = i;
        _random = new SeededRandom(seed);
        _next = count;
    }

    public void Deal(Span<int> indices)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            if (_next == _order.Length)
            {
                _random.Shuffle(_order.AsSpan());
                _next = 0;
            }
            indices[i] = _order[_next++];
        }
    }
}
