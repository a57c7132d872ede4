using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>The row an engine's results are read from: the prepared example's columns, then the forecast columns.</summary>
internal sealed class EngineRow(DataViewSchema schema, DataViewRow? example, Func<long> position, Delegate[] forecastGetters) : DataViewRow
{
    private readonly int exampleColumns = schema.Count - forecastGetters.Length;

    public override DataViewSchema Schema => schema;

    public override long Position => position();

    public override long Batch => 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (column.Index < exampleColumns)
            return example!.GetGetter<TValue>(example.Schema[column.Index]);
        return forecastGetters[column.Index - exampleColumns] as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' holds VBuffer<float>, not {typeof(TValue)}.");
    }
}
