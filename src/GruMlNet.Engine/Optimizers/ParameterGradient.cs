// The gradient of all parameters, of which a table may be touched in a few rows only.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Optimizers;

/// <summary>
/// One value per parameter. Of a table, where there is one, only the rows that were touched since <see cref="ClearTable"/> count: so a step costs
/// what its tokens cost, whatever the size of the vocabulary.
/// </summary>
internal sealed class ParameterGradient(int count, ParameterSlice? table = null)
{
    private readonly float[] _values = new float[count];
    private readonly bool[] _touched = new bool[table?.Rows ?? 0];
    private readonly int[] _rows = new int[table?.Rows ?? 0];
    private readonly int _from = table?.Offset ?? count, _to = table is { } t ? t.Offset + t.Length : count, _width = table?.Columns ?? 0;
    private int _rowCount;

    public Span<float> Values => _values;

    /// <summary>The parts that are to be looked at: all before the table, all behind it, and its touched rows in the order in which they were touched.</summary>
    public int Parts => 2 + _rowCount;

    /// <summary>Where part i lies among the parameters.</summary>
    public (int From, int Length) Part(int i) => i switch
    {
        0 => (0, _from),
        1 => (_to, count - _to),
        _ => (_from + _rows[i - 2] * _width, _width),
    };

    /// <summary>A row of the table, to be added to.</summary>
    public Span<float> Touch(int row)
    {
        if (!_touched[row])
        {
            _touched[row] = true;
            _rows[_rowCount++] = row;
        }
        return _values.AsSpan(_from + row * _width, _width);
    }

    /// <summary>Sets the touched rows to zero, and forgets that they were touched.</summary>
    public void ClearTable()
    {
        for (var i = 0; i < _rowCount; i++)
        {
            _touched[_rows[i]] = false;
            _values.AsSpan(_from + _rows[i] * _width, _width).Clear();
        }
        _rowCount = 0;
    }

    public double SumOfSquares()
    {
        var sum = 0.0;
        for (var i = 0; i < Parts; i++) sum += VectorOps.SumOfSquares(Of(i));
        return sum;
    }

    public void Scale(float factor)
    {
        for (var i = 0; i < Parts; i++) VectorOps.Scale(Of(i), factor);
    }

    private Span<float> Of(int part)
    {
        var (from, length) = Part(part);
        return _values.AsSpan(from, length);
    }
}
