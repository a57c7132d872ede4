// What a sequence is reduced to after the recurrent layers, in double precision.

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// [T,B,F] to [B,F] ([B,3F] for LastMeanMax) over each row's valid steps; a row of length 0 gives zeros. Whole leaves [T,B,F] as it is. Features from reverseFrom on come from a layer that walked backwards: its last
/// step is the first one.
/// </summary>
internal static class PoolingTwin
{
    private static readonly SequencePooling[] Three = [SequencePooling.Last, SequencePooling.Mean, SequencePooling.Max];

    public static double[] Forward(SequencePooling pooling, int T, int B, int F, int[] lengths, double[] y, int reverseFrom = int.MaxValue)
    {
        if (pooling == SequencePooling.Whole)
            return y[..(T * B * F)];
        if (pooling == SequencePooling.LastMeanMax)
        {
            double[][] parts = [.. Three.Select(p => Forward(p, T, B, F, lengths, y, reverseFrom))];
            return [.. Enumerable.Range(0, B).SelectMany(b => parts.SelectMany(p => p[(b * F)..((b + 1) * F)]))];
        }
        double[] pooled = new double[B * F];
        for (int b = 0; b < B; b++)
        {
            for (int f = 0; f < F && lengths[b] > 0; f++)
            {
                IEnumerable<double> valid = Enumerable.Range(0, lengths[b]).Select(t => y[(t * B + b) * F + f]);
                pooled[b * F + f] = pooling switch
                {
                    SequencePooling.Last => f < reverseFrom ? valid.Last() : valid.First(),
                    SequencePooling.Mean => valid.Average(),
                    _ => valid.Max(),
                };
            }
        }
        return pooled;
    }

    /// <summary>A maximum reached several times sends its whole gradient to the first of them.</summary>
    public static double[] Backward(SequencePooling pooling, int T, int B, int F, int[] lengths, double[] y, double[] dpooled, int reverseFrom = int.MaxValue)
    {
        if (pooling == SequencePooling.Whole)
            return dpooled[..(T * B * F)];
        double[] dy = new double[T * B * F];
        if (pooling == SequencePooling.LastMeanMax)
        {
            for (int p = 0; p < 3; p++)
            {
                double[] d = [.. Enumerable.Range(0, B).SelectMany(b => dpooled[((b * 3 + p) * F)..((b * 3 + p + 1) * F)])];
                double[] part = Backward(Three[p], T, B, F, lengths, y, d, reverseFrom);
                for (int i = 0; i < dy.Length; i++)
                    dy[i] += part[i];
            }
            return dy;
        }
        for (int b = 0; b < B; b++)
        {
            for (int f = 0; f < F && lengths[b] > 0; f++)
            {
                double d = dpooled[b * F + f];
                int best = Enumerable.Range(0, lengths[b]).MaxBy(t => y[(t * B + b) * F + f]);
                for (int t = 0; t < lengths[b]; t++)
                {
                    dy[(t * B + b) * F + f] = pooling switch
                    {
                        SequencePooling.Last => t == (f < reverseFrom ? lengths[b] - 1 : 0) ? d : 0,
                        SequencePooling.Mean => d / lengths[b],
                        _ => t == best ? d : 0,
                    };
                }
            }
        }
        return dy;
    }
}
