using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Reads the current row's history vector, dense or sparse, of any length, as one dense array.</summary>
internal sealed class WindowReader
{
    private readonly DataViewRow row;
    private readonly string column;
    private readonly ValueGetter<VBuffer<float>> getter;
    private VBuffer<float> window;

    internal WindowReader(DataViewRow row, string column)
    {
        (this.row, this.column) = (row, column);
        getter = row.GetGetter<VBuffer<float>>(SchemaCheck.Column(row.Schema, column));
    }

    internal float[] Read()
    {
        getter(ref window);
        float[] values = [.. window.DenseValues()];
        _ = SequenceReader.CheckFinite(values, column, row.Position);
        return values;
    }
}
