// The weights file: what is read is what was written, and anything else is refused cleanly.

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;
using GruMlNet.Engine.Tests.Networks;

namespace GruMlNet.Engine.Tests.Serialization;

public class WeightsFileTests
{
    [Theory]
    [MemberData(nameof(SampleShapes.Names), MemberType = typeof(SampleShapes))]
    public void WriteRead_EveryShape_IsBitExact(string name)
    {
        NetworkShape shape = SampleShapes.All[name] with { InputDropout = 0.1f, RecurrentDropout = 0.15f, LayerDropout = 0.2f, HeadDropout = 0.3f };
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 3);
        byte[] bytes = Write(network);
        RecurrentNetwork read = WeightsFile.Read(new MemoryStream(bytes));
        Assert.Equal(network.Shape, read.Shape);
        Assert.Equal(network.Parameters, read.Parameters);
        Assert.Equal(bytes, Write(read));
    }

    [Fact]
    public void WriteRead_SpecialFloats_KeepTheirBits()
    {
        RecurrentNetwork network = Small();
        float[] values = network.Parameters.ToArray();
        (values[0], values[1], values[2], values[3]) = (-0f, float.Epsilon, BitConverter.Int32BitsToSingle(0x7FC12345), float.NegativeInfinity);
        network.SetParameters(values);
        RecurrentNetwork read = WeightsFile.Read(new MemoryStream(Write(network)));
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), read.Parameters.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Read_StreamGoesOn_StopsJustBehindTheNetwork()
    {
        var stream = new MemoryStream();
        WeightsFile.Write(Small(), stream);
        long end = stream.Position;
        stream.Write([1, 2, 3]);
        stream.Position = 0;
        _ = WeightsFile.Read(stream);
        Assert.Equal(end, stream.Position);
    }

    [Fact]
    public void Read_StreamThatGivesOneByteAtATime_Works()
    {
        RecurrentNetwork network = Small();
        Assert.Equal(network.Parameters, WeightsFile.Read(new TrickleStream(Write(network))).Parameters);
    }

    [Fact]
    public void Read_EveryTruncation_IsRefused()
    {
        byte[] bytes = Write(Small());
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new MemoryStream(bytes, 0, length)));
            // A stream that cannot tell its length must not be believed either.
            if (length % 7 == 0)
                Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new TrickleStream(bytes[..length])));
        }
    }

    [Fact]
    public void Read_EveryBitFlip_IsRefused()
    {
        byte[] bytes = Write(Small());
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bytes[i] ^= (byte)(1 << bit);
                InvalidDataException e = Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new MemoryStream(bytes)));
                Assert.NotEmpty(e.Message);
                bytes[i] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void Read_OtherFile_SaysSo()
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new MemoryStream(Encoding.ASCII.GetBytes("PK\u0003\u0004 a zip file, not weights, but long enough for a header"))));
        Assert.Contains("weights file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NewerVersion_SaysSo()
    {
        byte[] bytes = Write(Small());
        bytes[8] = 2;
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new MemoryStream(Sealed(bytes))));
        Assert.Contains("version 2", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The header: eight bytes of magic, version, payload length.</summary>
    [Theory]
    [InlineData(12, 0x40000000)]
    [InlineData(16, 0x7FFFFFFF)]
    [InlineData(16, -1)]
    public void Read_AbsurdLength_IsRefusedBeforeAllocating(int offset, int value)
    {
        byte[] bytes = Write(Small());
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value);
        RefusedWithoutAllocating($"length at {offset}", bytes);
    }

    /// <summary>A whole file with a right checksum whose shape is out of range, or within range and a monster: refused with less than 1 MB allocated.</summary>
    [Theory]
    [InlineData("InputSize", 65536)]
    [InlineData("InputSize", -5)]
    [InlineData("VocabularySize", 1 << 20)]
    [InlineData("TokenEmbeddingSize", 4096)]
    [InlineData("TokenEmbeddingSize", -1)]
    [InlineData("OutputSize", 1 << 20)]
    [InlineData("HiddenSize", 4096)]
    [InlineData("HiddenSize", int.MaxValue)]
    [InlineData("Layers", 64)]
    [InlineData("StepEmbeddingSize", 65536)]
    [InlineData("ContextSize", 65536)]
    [InlineData("GivenExperts", 1024)]
    [InlineData("LinearExperts", 1024)]
    [InlineData("WindowSize", 1 << 20)]
    [InlineData("OutputsPerExpertOutput", int.MinValue)]
    public void Read_AbsurdSize_IsRefusedBeforeAllocating(string property, int value)
    {
        byte[] bytes = Write(RecurrentNetwork.Create(Tiny, 1));
        Set(bytes, property, value);
        RefusedWithoutAllocating(property, Sealed(bytes));
    }

    /// <summary>Each size is within its own range; together they ask for 2 GB of the linear maps' weights, and as much of biases.</summary>
    [Fact]
    public void Read_AbsurdExperts_IsRefusedBeforeAllocating()
    {
        byte[] bytes = Write(RecurrentNetwork.Create(Tiny, 1));
        Set(bytes, "OutputSize", 1 << 19);
        Set(bytes, "LinearExperts", 1024);
        RefusedWithoutAllocating("experts", Sealed(bytes));
    }

    /// <summary>Cell and merge are single bytes; an unknown one may come from a newer version.</summary>
    [Theory]
    [InlineData("Cell")]
    [InlineData("Merge")]
    public void Read_UnknownChoice_IsRefused(string property)
    {
        NetworkShape other = property == "Cell" ? Tiny with { Cell = RecurrentCell.Lstm } : Tiny with { Merge = MergeMode.Mean };
        byte[] bytes = Write(RecurrentNetwork.Create(Tiny, 1)), changed = Write(RecurrentNetwork.Create(other, 1));
        int offset = Enumerable.Range(20, bytes.Length - 20).First(i => bytes[i] != changed[i]);
        bytes[offset] = 77;
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new MemoryStream(Sealed(bytes))));
        Assert.Contains($"{property} must be one of", $"{e.Message} {e.InnerException?.Message}", StringComparison.Ordinal);
    }

    private static readonly NetworkShape Tiny = new() { InputSize = 1, VocabularySize = 1, TokenEmbeddingSize = 1, OutputSize = 1, HiddenSize = 1, StepEmbeddingSize = 1, ContextSize = 1, GivenExperts = 1, LinearExperts = 1, WindowSize = 1 };

    /// <summary>Writes a value over a property of <see cref="Tiny"/>: it is where the file of a network with another value there begins to differ, behind the header.</summary>
    private static void Set(byte[] bytes, string property, int value)
    {
        NetworkShape other = property switch
        {
            "InputSize" => Tiny with { InputSize = 2 },
            "VocabularySize" => Tiny with { VocabularySize = 2 },
            "TokenEmbeddingSize" => Tiny with { TokenEmbeddingSize = 2 },
            "OutputSize" => Tiny with { OutputSize = 2 },
            "HiddenSize" => Tiny with { HiddenSize = 2 },
            "Layers" => Tiny with { Layers = 2 },
            "StepEmbeddingSize" => Tiny with { StepEmbeddingSize = 2 },
            "ContextSize" => Tiny with { ContextSize = 2 },
            "GivenExperts" => Tiny with { GivenExperts = 2 },
            "LinearExperts" => Tiny with { LinearExperts = 2 },
            "WindowSize" => Tiny with { WindowSize = 2 },
            _ => Tiny with { OutputsPerExpertOutput = 2, OutputSize = 2 },
        };
        NetworkShape same = property == "OutputsPerExpertOutput" ? Tiny with { OutputSize = 2 } : Tiny;
        byte[] a = Write(RecurrentNetwork.Create(same, 1)), b = Write(RecurrentNetwork.Create(other, 1));
        int offset = Enumerable.Range(20, a.Length - 20).First(i => a[i] != b[i]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value);
    }

    [Fact]
    public void Write_ToAPath_ReplacesTheFileAndLeavesNothingElse()
    {
        string folder = Directory.CreateTempSubdirectory("grumlnet-").FullName;
        try
        {
            string path = Path.Combine(folder, "network.weights");
            File.WriteAllText(path, "old");
            RecurrentNetwork network = Small();
            WeightsFile.Write(network, path);
            Assert.Equal(network.Parameters, WeightsFile.Read(path).Parameters);
            Assert.Equal([path], Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RecurrentNetwork Small() => RecurrentNetwork.Create(new NetworkShape { InputSize = 2, OutputSize = 1, HiddenSize = 3 }, 1);

    private static byte[] Write(RecurrentNetwork network)
    {
        var stream = new MemoryStream();
        WeightsFile.Write(network, stream);
        return stream.ToArray();
    }

    /// <summary>With the checksum (the last 32 bytes) made right again.</summary>
    private static byte[] Sealed(byte[] bytes) => [.. bytes[..^32], .. SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32))];

    private static void RefusedWithoutAllocating(string what, byte[] bytes)
    {
        foreach (Stream stream in new Stream[] { new MemoryStream(bytes), new TrickleStream(bytes) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => WeightsFile.Read(stream));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 1 << 20, $"{what}: {allocated} bytes were allocated before the file was refused");
        }
    }

    /// <summary>A stream without length that gives one byte per call, as a network connection may.</summary>
    private sealed class TrickleStream(byte[] bytes) : Stream
    {
        private int position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (position == bytes.Length || count == 0)
                return 0;
            buffer[offset] = bytes[position++];
            return 1;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
