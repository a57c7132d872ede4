// Reads and writes a network: its shape and its named tensors.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Serialization;

/// <summary>
/// The engine's weights file: a checksummed block that holds the network's shape, then each tensor with name, rows,
/// columns and values in float32. Reading it gives the same network to the last bit.
/// </summary>
public static class WeightsFile
{
    private const string Magic = "GRUWGHTS";
    private const int Version = 1;
    private const string What = "a GruMlNet weights file";

    /// <summary>Writes a network. The stream stays open.</summary>
    /// <param name="network">What to write.</param>
    /// <param name="stream">A writable stream.</param>
    public static void Write(RecurrentNetwork network, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(stream);
        CheckedBlock.Write(stream, Magic, Version, writer => WriteNetwork(writer, network));
    }

    /// <summary>Reads a network. The stream stays open, just behind the network.</summary>
    /// <param name="stream">A readable stream.</param>
    /// <exception cref="InvalidDataException">The data is not a weights file, is too new, cut off or damaged; the message says which.</exception>
    public static RecurrentNetwork Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return CheckedBlock.Read(stream, Magic, Version, What, (reader, _) => ReadNetwork(reader));
    }

    /// <summary>Writes a network into a file, by way of a temporary file beside it: the file is never half-written.</summary>
    /// <param name="network">What to write.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    public static void Write(RecurrentNetwork network, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => Write(network, stream));
    }

    /// <summary>Reads a network from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The data is not a weights file, is too new, cut off or damaged; the message says which.</exception>
    public static RecurrentNetwork Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        return Read(stream);
    }

    internal static void WriteNetwork(BinaryWriter writer, RecurrentNetwork network)
    {
        WriteShape(writer, network.Shape);
        var slices = network.Layout.Slices;
        writer.Write(slices.Count);
        foreach (var slice in slices)
        {
            writer.Write(slice.Name);
            writer.Write(slice.Rows);
            writer.Write(slice.Columns);
            foreach (var value in slice.Of(network.Parameters)) writer.Write(value);
        }
    }

    internal static RecurrentNetwork ReadNetwork(BinaryReader reader)
    {
        var shape = ReadShape(reader);
        return RecurrentNetwork.FromParameters(shape, layout => ReadTensors(reader, layout));
    }

    private static float[] ReadTensors(BinaryReader reader, ParameterLayout layout)
    {
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        if ((long)layout.Count * sizeof(float) > left)
            throw new InvalidDataException($"The shape asks for {layout.Count} weights, but only {left} bytes are there: the file is damaged. Use another copy.");
        var count = reader.ReadInt32();
        if (count != layout.Slices.Count) throw new InvalidDataException($"The shape has {layout.Slices.Count} tensors, the file {count}.");
        var parameters = new float[layout.Count];
        foreach (var slice in layout.Slices)
        {
            var (name, rows, columns) = (reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
            if (name != slice.Name || rows != slice.Rows || columns != slice.Columns)
                throw new InvalidDataException($"Expected tensor '{slice.Name}' [{slice.Rows},{slice.Columns}], found '{name}' [{rows},{columns}].");
            foreach (ref var value in slice.Of(parameters.AsSpan())) value = reader.ReadSingle();
        }
        return parameters;
    }

    private static void WriteShape(BinaryWriter writer, NetworkShape s)
    {
        writer.Write(s.InputSize); writer.Write(s.VocabularySize); writer.Write(s.TokenEmbeddingSize); writer.Write(s.OutputSize); writer.Write(s.HiddenSize); writer.Write(s.Layers);
        writer.Write((byte)s.Cell); writer.Write(s.Bidirectional); writer.Write((byte)s.Merge);
        writer.Write((byte)s.Reset); writer.Write((byte)s.Bias); writer.Write((byte)s.Pooling); writer.Write((byte)s.HeadActivation);
        writer.Write(s.StepEmbeddingSize); writer.Write(s.ContextSize);
        writer.Write(s.HeadSizes.Count);
        foreach (var size in s.HeadSizes) writer.Write(size);
        writer.Write(s.HasHead); writer.Write(s.GivenExperts);
        writer.Write(s.LinearExperts); writer.Write(s.WindowSize); writer.Write(s.OutputsPerExpertOutput);
        writer.Write(s.LayerNorm); writer.Write(s.InputDropout); writer.Write(s.RecurrentDropout); writer.Write(s.LayerDropout); writer.Write(s.HeadDropout);
        writer.Write(s.FutureSteps); writer.Write(s.FutureSize); writer.Write(s.StaticSize); writer.Write(s.DecoderSize);
    }

    private static NetworkShape ReadShape(BinaryReader r)
    {
        var shape = new NetworkShape
        {
            InputSize = r.ReadInt32(),
            VocabularySize = r.ReadInt32(),
            TokenEmbeddingSize = r.ReadInt32(),
            OutputSize = r.ReadInt32(),
            HiddenSize = r.ReadInt32(),
            Layers = r.ReadInt32(),
            Cell = (RecurrentCell)r.ReadByte(),
            Bidirectional = r.ReadBoolean(),
            Merge = (MergeMode)r.ReadByte(),
            Reset = (ResetMode)r.ReadByte(),
            Bias = (BiasMode)r.ReadByte(),
            Pooling = (SequencePooling)r.ReadByte(),
            HeadActivation = (Activation)r.ReadByte(),
            StepEmbeddingSize = r.ReadInt32(),
            ContextSize = r.ReadInt32(),
            HeadSizes = ReadSizes(r),
            HasHead = r.ReadBoolean(),
            GivenExperts = r.ReadInt32(),
            LinearExperts = r.ReadInt32(),
            WindowSize = r.ReadInt32(),
            OutputsPerExpertOutput = r.ReadInt32(),
            LayerNorm = r.ReadBoolean(),
            InputDropout = r.ReadSingle(),
            RecurrentDropout = r.ReadSingle(),
            LayerDropout = r.ReadSingle(),
            HeadDropout = r.ReadSingle(),
            FutureSteps = r.ReadInt32(),
            FutureSize = r.ReadInt32(),
            StaticSize = r.ReadInt32(),
            DecoderSize = r.ReadInt32(),
        };
        shape.Validate();
        return shape;
    }

    private static int[] ReadSizes(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > 16) throw new InvalidDataException($"A head of {count} layers is impossible: the file is damaged. Use another copy.");
        var sizes = new int[count];
        foreach (ref var size in sizes.AsSpan()) size = reader.ReadInt32();
        return sizes;
    }
}
