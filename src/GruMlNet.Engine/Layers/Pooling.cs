// From a sequence of states to one vector per sequence.
namespace GruMlNet.Engine.Layers;

/// <summary>
/// Last, mean or maximum over the valid steps; a row without a step pools to zeros. Features from <c>reverseFrom</c> on were made by
/// a layer that ran backwards: its last state lies at the first step.
/// </summary>
internal static class Pooling
{
    /// <summary>y [T,B,F] to pooled [B,F].</summary>
    public static void Forward(SequencePooling pooling, BlockShape shape, int features, int reverseFrom, ReadOnlySpan<float> y, Span<float> pooled)
    {
        for (var b = 0; b < shape.Rows; b++)
        {
            var target = pooled.Slice(b * features, features);
            var length = shape.LengthOf(b);
            target.Clear();
            if (length == 0) continue;
            if (pooling == SequencePooling.Last)
            {
                Step(y, shape, features, length - 1, b)[..reverseFrom].CopyTo(target);
                Step(y, shape, features, 0, b)[reverseFrom..].CopyTo(target[reverseFrom..]);
            }
            else if (pooling == SequencePooling.Mean) Mean(y, shape, features, b, length, target);
            else Max(y, shape, features, b, length, target);
        }
    }

    /// <summary>dpooled [B,F] to dy [T,B,F], overwritten. The maximum's gradient goes to the first step that reaches it.</summary>
    public static void Backward(SequencePooling pooling, BlockShape shape, int features, int reverseFrom, ReadOnlySpan<float> y, ReadOnlySpan<float> dpooled, Span<float> dy)
    {
        dy[..(shape.Places * features)].Clear();
        for (var b = 0; b < shape.Rows; b++)
        {
            var length = shape.LengthOf(b);
            var d = dpooled.Slice(b * features, features);
            if (length == 0) continue;
            if (pooling == SequencePooling.Last)
            {
                d[..reverseFrom].CopyTo(dy[(((length - 1) * shape.Rows + b) * features)..]);
                d[reverseFrom..].CopyTo(dy[(b * features + reverseFrom)..]);
            }
            else if (pooling == SequencePooling.Mean) MeanBack(shape, features, b, length, d, dy);
            else MaxBack(y, shape, features, b, length, d, dy);
        }
    }

    private static ReadOnlySpan<float> Step(ReadOnlySpan<float> y, BlockShape shape, int features, int t, int b) =>
        y.Slice((t * shape.Rows + b) * features, features);

    private static void Mean(ReadOnlySpan<float> y, BlockShape shape, int features, int b, int length, Span<float> target)
    {
        for (var t = 0; t < length; t++)
        {
            var step = Step(y, shape, features, t, b);
            for (var f = 0; f < features; f++) target[f] += step[f] / length;
        }
    }

    private static void MeanBack(BlockShape shape, int features, int b, int length, ReadOnlySpan<float> d, Span<float> dy)
    {
        for (var t = 0; t < length; t++)
            for (var f = 0; f < features; f++)
                dy[(t * shape.Rows + b) * features + f] = d[f] / length;
    }

    private static void Max(ReadOnlySpan<float> y, BlockShape shape, int features, int b, int length, Span<float> target)
    {
        Step(y, shape, features, 0, b).CopyTo(target);
        for (var t = 1; t < length; t++)
        {
            var step = Step(y, shape, features, t, b);
            for (var f = 0; f < features; f++) target[f] = Math.Max(target[f], step[f]);
        }
    }

    private static void MaxBack(ReadOnlySpan<float> y, BlockShape shape, int features, int b, int length, ReadOnlySpan<float> d, Span<float> dy)
    {
        for (var f = 0; f < features; f++)
        {
            var best = 0;
            for (var t = 1; t < length; t++)
                if (Step(y, shape, features, t, b)[f] > Step(y, shape, features, best, b)[f]) best = t;
            dy[(best * shape.Rows + b) * features + f] = d[f];
        }
    }
}
