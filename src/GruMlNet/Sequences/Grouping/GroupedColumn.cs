using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Sequences;

/// <summary>One column of a view with one row per group: read step by step, then fixed.</summary>
internal abstract class GroupedColumn(string name, DataViewType type, DataViewSchema.Annotations annotations)
{
    internal string Name => name;

    internal DataViewType Type => type;

    internal DataViewSchema.Annotations Annotations => annotations;

    /// <summary>A reader of the current row's value into a group: called once per row, groups are numbered in the order of their first rows.</summary>
    internal abstract Action<int> Reader(DataViewRow row);

    /// <summary>Puts the steps of each group in order; order[g][i] is the number, as read, of the step that comes i-th.</summary>
    internal abstract void Finish(int[][] order);

    internal abstract Delegate Getter(Func<int> group);

    /// <summary>A column whose values become a vector per group, time-major.</summary>
    internal static GroupedColumn Steps(DataViewSchema.Column column)
    {
        var vector = column.Type as VectorDataViewType;
        DataViewType item = vector?.ItemType ?? column.Type;
        if (item is not PrimitiveDataViewType primitive || vector is { IsKnownSize: false })
            throw SchemaCheck.Mismatch(column.Name, "a number, a key or a vector of known size of such", Shape(column), "Each row holds one step.");
        return Create(typeof(StepsColumn<>), item.RawType, column, new VectorDataViewType(primitive));
    }

    /// <summary>A column that keeps the value of each group's first row.</summary>
    internal static GroupedColumn First(DataViewSchema.Column column) => Create(typeof(FirstColumn<>), column.Type.RawType, column, column.Type);

    private static GroupedColumn Create(Type generic, Type item, DataViewSchema.Column column, DataViewType type)
        => (GroupedColumn)Activator.CreateInstance(generic.MakeGenericType(item), column, type)!;

    private static SchemaShape.Column Shape(DataViewSchema.Column column)
        => SchemaShape.Create(new[] { column }.Aggregate(new DataViewSchema.Builder(), Add).ToSchema())[0];

    private static DataViewSchema.Builder Add(DataViewSchema.Builder builder, DataViewSchema.Column column)
    {
        builder.AddColumn(column.Name, column.Type);
        return builder;
    }
}

internal sealed class FirstColumn<T>(DataViewSchema.Column column, DataViewType type) : GroupedColumn(column.Name, type, column.Annotations)
{
    private readonly List<T> values = [];

    internal override Action<int> Reader(DataViewRow row)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        return group =>
        {
            // A new variable each time: a vector that is kept must not be written over.
            T value = default!;
            if (group < values.Count)
                return;
            getter(ref value);
            values.Add(value);
        };
    }

    internal override void Finish(int[][] order)
    {
    }

    internal override Delegate Getter(Func<int> group) => (ValueGetter<T>)((ref T value) => value = values[group()]);
}

internal sealed class StepsColumn<T>(DataViewSchema.Column column, DataViewType type) : GroupedColumn(column.Name, type, Kept(column))
{
    private readonly List<List<T>> values = [];
    private readonly int width = (column.Type as VectorDataViewType)?.Size ?? 1;

    internal override Action<int> Reader(DataViewRow row)
    {
        if (column.Type is VectorDataViewType)
        {
            ValueGetter<VBuffer<T>> vectors = row.GetGetter<VBuffer<T>>(column);
            VBuffer<T> vector = default;
            return group =>
            {
                vectors(ref vector);
                Of(group).AddRange(vector.DenseValues());
            };
        }

        ValueGetter<T> getter = row.GetGetter<T>(column);
        return group =>
        {
            T value = default!;
            getter(ref value);
            Of(group).Add(value);
        };
    }

    internal override void Finish(int[][] order)
    {
        for (int g = 0; g < order.Length; g++)
        {
            List<T> read = values[g];
            values[g] = [.. order[g].SelectMany(step => read.GetRange(step * width, width))];
        }
    }

    internal override Delegate Getter(Func<int> group) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        List<T> items = values[group()];
        var editor = VBufferEditor.Create(ref value, items.Count);
        items.CopyTo(editor.Values);
        value = editor.Commit();
    });

    private List<T> Of(int group)
    {
        if (group == values.Count)
            values.Add([]);
        return values[group];
    }

    /// <summary>What the keys stand for is the same; slot names are not, where steps follow each other.</summary>
    private static DataViewSchema.Annotations Kept(DataViewSchema.Column column)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(column.Annotations, name => name == AnnotationUtils.Kinds.KeyValues);
        return builder.ToAnnotations();
    }
}
