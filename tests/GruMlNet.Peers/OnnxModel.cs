// Writes a recurrent network as an ONNX model: just as much of the format as that takes.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using GruMlNet.Engine;

namespace GruMlNet.Peers;

/// <summary>
/// X [T,B,I] → GRU or LSTM → MatMul, Add → Y [1,B,1]. Where state is carried, initial_h (and initial_c) come in as well, and Y_h (and Y_c) go
/// out in the place of Y, each [1,B,H]. Field numbers are those of onnx.proto; format 8, operator set 14.
/// </summary>
internal static class OnnxModel
{
    private const int FloatType = 1, IntAttribute = 2;

    public static byte[] Recurrent(InferCase c, CaseData data)
    {
        var (lstm, gates, rows) = (c.Cell == RecurrentCell.Lstm, c.Blocks, c.Blocks * c.H);
        string[] initial = !c.CarriesState ? [] : lstm ? ["initial_h", "initial_c"] : ["initial_h"];
        string[] final = lstm && c.CarriesState ? ["Y_h", "Y_c"] : ["Y_h"];
        var layer = new Message();
        foreach (var input in (string[])["X", "W", "R", "B", "", .. initial]) layer.Text(1, input);
        foreach (var output in (string[])["", .. final]) layer.Text(2, output);
        layer.Text(4, lstm ? "LSTM" : "GRU").Add(5, Attribute("hidden_size", c.H));
        if (!lstm) layer.Add(5, Attribute("linear_before_reset", 1)); // reset after the product, as PyTorch has it

        var graph = new Message()
            .Add(1, layer)
            .Text(2, "recurrent")
            .Add(5, Tensor("W", Reorder(data.WeightIh, gates), 1, rows, c.I))
            .Add(5, Tensor("R", Reorder(data.WeightHh, gates), 1, rows, c.H))
            .Add(5, Tensor("B", [.. Reorder(data.BiasIh, gates), .. Reorder(data.BiasHh, gates)], 1, 2 * rows))
            .Add(11, Value("X", c.T, c.B, c.I));
        foreach (var name in initial) graph.Add(11, Value(name, 1, c.B, c.H));
        if (c.CarriesState)
            foreach (var name in final) graph.Add(12, Value(name, 1, c.B, c.H));
        else
            AddHead(graph, c, data);
        return new Message().Number(1, 8).Add(7, graph).Add(8, new Message().Text(1, "").Number(2, 14)).ToArray();
    }

    private static void AddHead(Message graph, InferCase c, CaseData data) => graph
        .Add(1, new Message().Text(1, "Y_h").Text(1, "head_weight").Text(2, "product").Text(4, "MatMul"))
        .Add(1, new Message().Text(1, "product").Text(1, "head_bias").Text(2, "Y").Text(4, "Add"))
        .Add(5, Tensor("head_weight", data.HeadWeight, c.H, 1))
        .Add(5, Tensor("head_bias", data.HeadBias, 1))
        .Add(12, Value("Y", 1, c.B, 1));

    /// <summary>Gate blocks from PyTorch's order (GRU r,z,n; LSTM i,f,g,o) to ONNX's (GRU z,r,h; LSTM i,o,f,c).</summary>
    private static float[] Reorder(float[] values, int gates)
    {
        int[] order = gates == 4 ? [0, 3, 1, 2] : [1, 0, 2];
        var size = values.Length / gates;
        return [.. order.SelectMany(gate => values.Skip(gate * size).Take(size))];
    }

    private static Message Attribute(string name, int value) => new Message().Text(1, name).Number(3, value).Number(20, IntAttribute);

    private static Message Tensor(string name, float[] values, params int[] sizes)
    {
        var tensor = new Message();
        foreach (var size in sizes) tensor.Number(1, size);
        return tensor.Number(2, FloatType).Text(8, name).Bytes(9, LittleEndian(values));
    }

    private static Message Value(string name, params int[] sizes)
    {
        var shape = new Message();
        foreach (var size in sizes) shape.Add(1, new Message().Number(1, size));
        return new Message().Text(1, name).Add(2, new Message().Add(1, new Message().Number(1, FloatType).Add(2, shape)));
    }

    private static byte[] LittleEndian(float[] values)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        if (!BitConverter.IsLittleEndian)
            for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }

    /// <summary>A protocol-buffers message under construction: numbered fields, one after another.</summary>
    private sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, int value)
        {
            Varint(field << 3);
            Varint(value);
            return this;
        }

        public Message Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public Message Add(int field, Message value) => Bytes(field, value.ToArray());

        public Message Bytes(int field, byte[] value)
        {
            Varint((field << 3) | 2);
            Varint(value.Length);
            _bytes.AddRange(value);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];

        private void Varint(int value)
        {
            for (var rest = (uint)value; ; rest >>= 7)
            {
                _bytes.Add((byte)(rest < 128 ? rest : rest | 128));
                if (rest < 128) return;
            }
        }
    }
}
