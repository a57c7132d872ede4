using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Sequences;

/// <summary>What the keys of a label stand for: the values of ML.NET's KeyValues annotation, in a form that can be saved. Immutable.</summary>
internal sealed class KeyNames
{
    private readonly Codec codec;
    private readonly Array values;

    private KeyNames(Codec codec, Array values) => (this.codec, this.values) = (codec, values);

    internal int Count => values.Length;

    /// <summary>The values as text, for slot names.</summary>
    internal string[] Texts => codec.Texts(values);

    /// <summary>Null where the column's keys stand for nothing, or for values of a type that has no place in a model file.</summary>
    internal static KeyNames? Of(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType type || CodecOf(type.ItemType) is not { } codec)
            return null;
        return new KeyNames(codec, codec.Get(column.Annotations));
    }

    /// <summary>As many empty values as there are keys: enough to say what the annotations will look like. Null where there will be none.</summary>
    internal static KeyNames? Promise(SchemaShape.Column column, int count)
        => column.Annotations.TryFindColumn("KeyValues", out SchemaShape.Column values) && CodecOf(values.ItemType) is { } codec ? new KeyNames(codec, codec.Empty(count)) : null;

    internal void AddTo(DataViewSchema.Annotations.Builder builder, string kind) => codec.Add(builder, kind, values);

    internal void Save(BinaryWriter writer)
    {
        writer.Write(codec.Id);
        writer.Write(values.Length);
        codec.Write(writer, values);
    }

    internal static KeyNames Load(BinaryReader reader)
    {
        byte id = reader.ReadByte();
        Codec codec = Array.Find(Codecs, one => one.Id == id) ?? throw new InvalidDataException($"The labels are of unknown type {id}: the file is damaged, or newer than this library. Use another copy, or update.");
        int count = reader.ReadInt32();
        if (count < 1 || count > reader.BaseStream.Length - reader.BaseStream.Position)
            throw new InvalidDataException($"{count} labels are impossible: the file is damaged. Use another copy.");
        return new KeyNames(codec, codec.Read(reader, count));
    }

    private static Codec? CodecOf(DataViewType type) => Array.Find(Codecs, codec => codec.Type.Equals(type));

    private static readonly Codec[] Codecs =
    [
        new Codec<ReadOnlyMemory<char>>(0, TextDataViewType.Instance, (w, v) => w.Write(v.ToString()), r => r.ReadString().AsMemory()),
        new Codec<float>(1, NumberDataViewType.Single, (w, v) => w.Write(v), r => r.ReadSingle()),
        new Codec<double>(2, NumberDataViewType.Double, (w, v) => w.Write(v), r => r.ReadDouble()),
        new Codec<sbyte>(3, NumberDataViewType.SByte, (w, v) => w.Write(v), r => r.ReadSByte()),
        new Codec<short>(4, NumberDataViewType.Int16, (w, v) => w.Write(v), r => r.ReadInt16()),
        new Codec<int>(5, NumberDataViewType.Int32, (w, v) => w.Write(v), r => r.ReadInt32()),
        new Codec<long>(6, NumberDataViewType.Int64, (w, v) => w.Write(v), r => r.ReadInt64()),
        new Codec<byte>(7, NumberDataViewType.Byte, (w, v) => w.Write(v), r => r.ReadByte()),
        new Codec<ushort>(8, NumberDataViewType.UInt16, (w, v) => w.Write(v), r => r.ReadUInt16()),
        new Codec<uint>(9, NumberDataViewType.UInt32, (w, v) => w.Write(v), r => r.ReadUInt32()),
        new Codec<ulong>(10, NumberDataViewType.UInt64, (w, v) => w.Write(v), r => r.ReadUInt64()),
        new Codec<bool>(11, BooleanDataViewType.Instance, (w, v) => w.Write(v), r => r.ReadBoolean()),
        new Codec<DateTime>(12, DateTimeDataViewType.Instance, (w, v) => w.Write(v.ToBinary()), r => DateTime.FromBinary(r.ReadInt64())),
    ];

    /// <summary>What has to be known about one type of value.</summary>
    private abstract class Codec(byte id, PrimitiveDataViewType type)
    {
        internal byte Id => id;

        internal PrimitiveDataViewType Type => type;

        internal abstract Array Get(DataViewSchema.Annotations annotations);

        internal abstract Array Empty(int count);

        internal abstract string[] Texts(Array values);

        internal abstract void Add(DataViewSchema.Annotations.Builder builder, string kind, Array values);

        internal abstract void Write(BinaryWriter writer, Array values);

        internal abstract Array Read(BinaryReader reader, int count);
    }

    private sealed class Codec<T>(byte id, PrimitiveDataViewType type, Action<BinaryWriter, T> write, Func<BinaryReader, T> read) : Codec(id, type)
    {
        internal override Array Get(DataViewSchema.Annotations annotations)
        {
            VBuffer<T> values = default;
            annotations.GetValue("KeyValues", ref values);
            return values.DenseValues().ToArray();
        }

        internal override Array Empty(int count) => new T[count];

        internal override string[] Texts(Array values) => [.. ((T[])values).Select(value => string.Format(CultureInfo.InvariantCulture, "{0}", value))];

        internal override void Add(DataViewSchema.Annotations.Builder builder, string kind, Array values)
        {
            var items = (T[])values;
            builder.Add(kind, new VectorDataViewType(Type, items.Length), (ValueGetter<VBuffer<T>>)((ref VBuffer<T> result) =>
            {
                var editor = VBufferEditor.Create(ref result, items.Length);
                items.CopyTo(editor.Values);
                result = editor.Commit();
            }));
        }

        internal override void Write(BinaryWriter writer, Array values) => Array.ForEach((T[])values, value => write(writer, value));

        internal override Array Read(BinaryReader reader, int count)
        {
            var values = new T[count];
            for (int i = 0; i < count; i++)
                values[i] = read(reader);
            return values;
        }
    }
}
