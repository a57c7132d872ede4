// Conversions between the engine's conventions for recurrent cells and those of others: gate order, polarity of the update gate, order of axes. They live here and nowhere else.

using System.Numerics;

namespace GruMlNet.Engine.Networks;

/// <summary>
/// Inside the engine a GRU's gate blocks are stacked r, z, n (as PyTorch and cuDNN do) and the new state is h' = (1 - z) * n + z * h;
/// an LSTM's are stacked i, f, g, o (as PyTorch, cuDNN and Keras do). An Elman layer has one block and needs no conversion.
/// <list type="bullet">
/// <item>PyTorch's own files (<c>Serialization/TorchWeights.cs</c>) are in this order already.</item>
/// <item>ONNX, Keras and Haste stack z, r, n: <see cref="SwapResetAndUpdate{T}"/> converts either way.</item>
/// <item>Cho et al. 2014 and Chung et al. 2014 have h' = (1 - z) * h + z * n: as s(-a) = 1 - s(a), <see cref="NegateUpdateGate{T}"/> converts either way without loss.</item>
/// <item>ONNX stacks an LSTM's blocks i, o, f, c, where c is the candidate g: <see cref="MoveOutputGateToEnd{T}"/> converts from there.</item>
/// <item>The engine is time-major; batch-first data and ONNX's [T,D,B,H] outputs are brought over by <see cref="SwapFirstTwoAxes{T}"/>.</item>
/// </list>
/// All work on weights [N·H,I], [N·H,H], biases [N·H], N = 3 or 4, and on gradients of them alike.
/// </summary>
internal static class GateOrder
{
    /// <summary>Exchanges the first two of the three equal blocks of <paramref name="blocks"/>: r, z, n to z, r, n or back.</summary>
    public static void SwapResetAndUpdate<T>(Span<T> blocks)
    {
        int block = BlockLength(blocks.Length, 3);
        for (int i = 0; i < block; i++)
            (blocks[i], blocks[block + i]) = (blocks[block + i], blocks[i]);
    }

    /// <summary>Changes the sign of the second of the three equal blocks of <paramref name="blocks"/> (r, z, n), which turns z into 1 - z.</summary>
    public static void NegateUpdateGate<T>(Span<T> blocks)
        where T : INumberBase<T>
    {
        int block = BlockLength(blocks.Length, 3);
        foreach (ref T value in blocks.Slice(block, block))
            value = -value;
    }

    /// <summary>Moves the second of the four equal blocks of <paramref name="blocks"/> behind the others: ONNX's i, o, f, g to i, f, g, o.</summary>
    public static void MoveOutputGateToEnd<T>(Span<T> blocks)
    {
        int block = BlockLength(blocks.Length, 4);
        for (int i = block; i < 2 * block; i++)
            (blocks[i], blocks[block + i], blocks[2 * block + i]) = (blocks[block + i], blocks[2 * block + i], blocks[i]);
    }

    /// <summary>[outer, inner, size] to a new [inner, outer, size].</summary>
    public static T[] SwapFirstTwoAxes<T>(ReadOnlySpan<T> values, int outer, int inner, int size)
    {
        if (values.Length != outer * inner * size)
            throw new ArgumentException($"values must have {outer} x {inner} x {size} elements, got {values.Length}.", nameof(values));
        T[] result = new T[values.Length];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
                values.Slice((o * inner + i) * size, size).CopyTo(result.AsSpan((i * outer + o) * size, size));
        }
        return result;
    }

    private static int BlockLength(int length, int blocks)
        => length % blocks == 0 ? length / blocks : throw new ArgumentException($"The parameters have {blocks} equal gate blocks; {length} values cannot be divided so.");
}
