// From a sequence of states to one vector per sequence.
namespace GruMlNet.Engine.Layers;

/// <summary>
/// Last, mean or maximum over the valid steps, or all three; a row without a step pools to zeros. Features from <c>reverseFrom</c> on were made by
/// a layer that ran backwards: its last state lies at the first step.
/// </summary>
internal static class Pooling
{
    /// <summary>Values per feature of the pooled vector.</summary>
    public static int Parts(SequencePooling pooling) => pooling == SequencePooling.LastMeanMax ? 3 : 1;

    /// <summary>y [T,B,F] to pooled [B,F·<see cref="Parts"/>].</summary>
    public static void Forward(SequencePooling pooling, BlockShape shape, int features, int reverseFrom, ReadOnlySpan<float> y, Span<float> pooled)
    {
        var size = features * Parts(pooling);
        for (var b = 0; b < shape.Rows; b++)
        {
            var target = pooled.Slice(b * size, size);
            var length = shape.LengthOf(b);
            target.Clear();
            if (length == 0) continue;
            switch (pooling)
            {
                case SequencePooling.Last: Last(y, shape, features, reverseFrom, b, length, target); break;
                case SequencePooling.Mean: Mean(y, shape, features, b, length, target); break;
                case SequencePooling.Max: Max(y, shape, features, b, length, target); break;
                case SequencePooling.LastMeanMax:
                    Last(y, shape, features, reverseFrom, b, length, target);
                    Mean(y, shape, features, b, length, target.Slice(features, features));
                    Max(y, shape, features, b, length, target[(2 * features)..]);
                    break;
                default: throw new ArgumentOutOfRangeException(nameof(pooling), pooling, $"{pooling} has a layer of its own.");
            }
        }
    }

    /// <summary>dpooled [B,F·<see cref="Parts"/>] to dy [T,B,F], overwritten. The maximum's gradient goes to the first step that reaches it.</summary>
    public static void Backward(SequencePooling pooling, BlockShape shape, int features, int reverseFrom, ReadOnlySpan<float> y, ReadOnlySpan<float> dpooled, Span<float> dy)
    {
        dy[..(shape.Places * features)].Clear();
        var size = features * Parts(pooling);
        for (var b = 0; b < shape.Rows; b++)
        {
            var length = shape.LengthOf(b);
            var d = dpooled.Slice(b * size, size);
            if (length == 0) continue;
            switch (pooling)
            {
                case SequencePooling.Last: LastBack(shape, features, reverseFrom, b, length, d, dy); break;
                case SequencePooling.Mean: MeanBack(shape, features, b, length, d, dy); break;
                case SequencePooling.Max: MaxBack(y, shape, features, b, length, d, dy); break;
                case SequencePooling.LastMeanMax:
                    LastBack(shape, features, reverseFrom, b, length, d, dy);
                    MeanBack(shape, features, b, length, d[features..], dy);
                    MaxBack(y, shape, features, b, length, d[(2 * features)..], dy);
                    break;
                default: throw new ArgumentOutOfRangeException(nameof(pooling), pooling, $"{pooling} has a layer of its own.");
            }
        }
    }

    private static ReadOnlySpan<float> Step(ReadOnlySpan<float> y, BlockShape shape, int features, int t, int b) =>
        y.Slice((t * shape.Rows + b) * features, features);

    private static void Last(ReadOnlySpan<float> y, BlockShape shape, int features, int reverseFrom, int b, int length, Span<float> target)
    {
        Step(y, shape, features, length - 1, b)[..reverseFrom].CopyTo(target);
        Step(y, shape, features, 0, b)[reverseFrom..].CopyTo(target[reverseFrom..]);
    }

    private static void LastBack(BlockShape shape, int features, int reverseFrom, int b, int length, ReadOnlySpan<float> d, Span<float> dy)
    {
        for (var f = 0; f < features; f++) dy[((f < reverseFrom ? length - 1 : 0) * shape.Rows + b) * features + f] += d[f];
    }

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
                dy[(t * shape.Rows + b) * features + f] += d[f] / length;
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
            dy[(best * shape.Rows + b) * features + f] += d[f];
        }
    }
}
