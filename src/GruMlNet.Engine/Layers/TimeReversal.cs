// Moves sequences between time order and reversed time order, row by row over each row's valid part.
namespace GruMlNet.Engine.Layers;

internal static class TimeReversal
{
    /// <summary>Copies [T,B,F] so that a row's step t becomes its step length − 1 − t; padding stays where it is.</summary>
    public static void Copy(BlockShape shape, int features, ReadOnlySpan<float> source, Span<float> target)
    {
        for (var t = 0; t < shape.Steps; t++)
        {
            for (var b = 0; b < shape.Rows; b++)
            {
                var length = shape.LengthOf(b);
                var from = t < length ? length - 1 - t : t;
                source.Slice((from * shape.Rows + b) * features, features).CopyTo(target[((t * shape.Rows + b) * features)..]);
            }
        }
    }

    /// <summary>Sets the steps after each row's end to zero.</summary>
    public static void ClearPadding(BlockShape shape, int features, Span<float> values)
    {
        for (var b = 0; b < shape.Lengths.Length; b++)
            for (var t = shape.Lengths[b]; t < shape.Steps; t++)
                values.Slice((t * shape.Rows + b) * features, features).Clear();
    }
}
