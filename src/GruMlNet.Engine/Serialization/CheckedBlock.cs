// A framed, checksummed block of bytes: what every file of the engine is made of.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace GruMlNet.Engine.Serialization;

/// <summary>
/// Eight bytes of magic, format version (int32), payload length (int64), payload, SHA-256 of all before it; little-endian.
/// The payload is verified whole before anything in it is believed.
/// </summary>
internal static class CheckedBlock
{
    /// <summary>Largest payload that is written or read: far above any real model, far below what would exhaust memory unnoticed.</summary>
    public const long MaxPayload = 1L << 30;

    private const int HeaderLength = 8 + 4 + 8;
    private const int ChunkLength = 1 << 16;

    public static void Write(Stream stream, string magic, int version, Action<BinaryWriter> writePayload)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[HeaderLength]);
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true)) writePayload(writer);
        if (buffer.Length - HeaderLength > MaxPayload)
            throw new InvalidOperationException($"{buffer.Length - HeaderLength} bytes are more than the {MaxPayload} that could be read again: use fewer or smaller networks.");
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        Encoding.ASCII.GetBytes(magic, bytes[..8]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[12..], bytes.Length - HeaderLength);
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    }

    /// <summary>Reads a block and hands its verified payload to <paramref name="readPayload"/>.</summary>
    /// <exception cref="InvalidDataException">The block is not one of ours, is too new, is cut off, or was changed.</exception>
    public static T Read<T>(Stream stream, string magic, int newestVersion, string what, Func<BinaryReader, int, T> readPayload)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength) throw CutOff(what);
        if (!header[..8].SequenceEqual(Encoding.ASCII.GetBytes(magic)))
            throw new InvalidDataException($"This is not {what}: it starts with other bytes than '{magic}'. Is it the right file?");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version < 1 || version > newestVersion)
            throw new InvalidDataException($"This is {what} in format version {version}; this library reads versions 1 to {newestVersion}. Update the library, or save the model again with this one.");
        var length = BinaryPrimitives.ReadInt64LittleEndian(header[12..]);
        if (length < 0 || length > MaxPayload || (stream.CanSeek && length > stream.Length - stream.Position))
            throw new InvalidDataException($"The length {length} written in {what} is impossible: the file is damaged or cut off. Use another copy.");

        var payload = ReadPayload(stream, length, what);
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes], actual = stackalloc byte[SHA256.HashSizeInBytes];
        if (stream.ReadAtLeast(expected, expected.Length, throwOnEndOfStream: false) < expected.Length) throw CutOff(what);
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            hash.AppendData(header);
            hash.AppendData(payload.GetBuffer(), 0, (int)payload.Length);
            hash.GetHashAndReset(actual);
        }
        if (!actual.SequenceEqual(expected)) throw Damaged(what, null);

        try
        {
            using var reader = new BinaryReader(payload, Encoding.UTF8);
            var result = readPayload(reader, version);
            return payload.Position == payload.Length ? result : throw Damaged(what, null);
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException or OverflowException or FormatException)
        {
            throw Damaged(what, e);
        }
    }

    /// <summary>Grows with what really arrives, so that a wrong length costs no memory.</summary>
    private static MemoryStream ReadPayload(Stream stream, long length, string what)
    {
        var payload = new MemoryStream();
        var chunk = new byte[(int)Math.Min(ChunkLength, length)];
        for (var left = length; left > 0;)
        {
            var got = stream.Read(chunk, 0, (int)Math.Min(chunk.Length, left));
            if (got == 0) throw CutOff(what);
            payload.Write(chunk, 0, got);
            left -= got;
        }
        payload.Position = 0;
        return payload;
    }

    private static InvalidDataException CutOff(string what) => new($"The data ends in the middle of {what}: the file is cut off. Use another copy.");

    private static InvalidDataException Damaged(string what, Exception? inner) => new($"The data of {what} is damaged: it does not match its checksum or its own description. Use another copy.", inner);
}
