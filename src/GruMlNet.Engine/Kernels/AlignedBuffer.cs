// Float storage whose first element lies on a cache-line boundary.
using System.Runtime.CompilerServices;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// A zeroed block of floats, 64-byte aligned so that no vector load straddles two cache lines. The garbage collector
/// owns the memory (a pinned array), so there is nothing to dispose.
/// </summary>
internal sealed class AlignedBuffer
{
    private const int AlignmentBytes = 64;
    private readonly float[] _storage;
    private readonly int _start;

    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _storage = GC.AllocateArray<float>(checked(length + AlignmentBytes / sizeof(float)), pinned: true);
        _start = OffsetToBoundary(_storage);
    }

    public int Length { get; }

    public Span<float> Span => _storage.AsSpan(_start, Length);

    private static unsafe int OffsetToBoundary(float[] pinned)
    {
        var address = (nuint)Unsafe.AsPointer(ref pinned[0]);
        return (int)((AlignmentBytes - address % AlignmentBytes) % AlignmentBytes) / sizeof(float);
    }
}
