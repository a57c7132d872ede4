using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Reads the current row's history vector, dense or sparse, of any length, into one reused buffer.</summary>
internal sealed class WindowReader
{
    private readonly DataViewRow row;
    private readonly string column;
    private readonly ValueGetter<VBuffer<float>> getter;
    private VBuffer<float> window;
    private float[] values = [];

    internal WindowReader(DataViewRow row, string column)
    {
        (this.row, this.column) = (row, column);
        getter = row.GetGetter<VBuffer<float>>(SchemaCheck.Column(row.Schema, column));
    }

    internal ReadOnlySpan<float> Read()
    {
        getter(ref window);
        if (values.Length < window.Length)
            values = new float[window.Length];
        Span<float> dense = values.AsSpan(0, window.Length);
        window.CopyTo(dense);
        _ = SequenceReader.CheckFinite(dense, column, row.Position);
        return dense;
    }
}
