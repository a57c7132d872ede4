// What the training data says about the size of each channel.
namespace GruMlNet.Sequences;

internal static class SequenceScaling
{
    private const float Tiny = 1e-12f;

    /// <summary>Adds means, scales, and the scales of what is derived from them.</summary>
    public static SequencePlan Learn(IReadOnlyList<SequenceSample> samples, SequencePlan plan)
    {
        int F = plan.Features;
        var (means, scales) = Channels(samples, F);
        plan = plan with { Means = means, Scales = scales, ChangeScales = Ones(F), ContextScales = Neutral(plan.ContextSize) };
        if (plan.Differences) plan = plan with { ChangeScales = Changes(samples, plan) };
        if (plan.PerSequence) plan = plan with { ContextScales = Contexts(samples, plan) };
        return plan;
    }

    private static (float[] Means, float[] Scales) Channels(IReadOnlyList<SequenceSample> samples, int F)
    {
        var (means, scales) = (new float[F], new float[F]);
        for (var f = 0; f < F; f++)
        {
            double sum = 0, squares = 0;
            long count = 0;
            foreach (var value in Values(samples, f, F))
            {
                sum += value;
                count++;
            }
            var mean = count == 0 ? 0 : sum / count;
            foreach (var value in Values(samples, f, F)) squares += (value - mean) * (value - mean);
            means[f] = (float)mean;
            scales[f] = Usable((float)Math.Sqrt(squares / Math.Max(1, count)), (float)mean);
        }
        return (means, scales);
    }

    private static float[] Changes(IReadOnlyList<SequenceSample> samples, SequencePlan plan)
    {
        int F = plan.Features, C = plan.Channels;
        var squares = new double[F];
        var counts = new long[F];
        var prepared = new PreparedSequence();
        foreach (var sample in samples)
        {
            prepared.Prepare(sample.Values, default, sample.Steps, plan);
            for (var t = 1; t < prepared.Steps; t++)
                for (var f = 0; f < F; f++)
                {
                    var change = prepared.Channels[t * C + F + f];
                    squares[f] += change * change;
                    counts[f]++;
                }
        }
        return [.. squares.Select((s, f) => Usable((float)Math.Sqrt(s / Math.Max(1, counts[f])), 0f))];
    }

    private static float[] Contexts(IReadOnlyList<SequenceSample> samples, SequencePlan plan)
    {
        var count = plan.ContextSize;
        var values = new float[samples.Count * count];
        var prepared = new PreparedSequence();
        for (var i = 0; i < samples.Count; i++)
        {
            prepared.Prepare(samples[i].Values, default, samples[i].Steps, plan);
            prepared.Context.AsSpan(0, count).CopyTo(values.AsSpan(i * count));
        }
        var scales = new float[2 * count];
        for (var i = 0; i < count; i++)
        {
            var (mean, deviation) = PreparedSequence.Moments(values, i, count, samples.Count);
            // Below this the sequences have all been scaled already; what is left is rounding.
            (scales[2 * i], scales[2 * i + 1]) = (mean, Math.Max(deviation, 0.01f));
        }
        return scales;
    }

    private static float Usable(float scale, float mean) => scale > Math.Max(Tiny, 1e-6f * Math.Abs(mean)) && float.IsFinite(scale) ? scale : 1f;

    private static float[] Ones(int count)
    {
        var values = new float[count];
        values.AsSpan().Fill(1f);
        return values;
    }

    private static float[] Neutral(int count)
    {
        var values = new float[2 * count];
        for (var i = 0; i < count; i++) values[2 * i + 1] = 1f;
        return values;
    }

    private static IEnumerable<float> Values(IReadOnlyList<SequenceSample> samples, int f, int F)
    {
        foreach (var sample in samples)
            for (var i = f; i < sample.Values.Length; i += F)
                if (!float.IsNaN(sample.Values[i])) yield return sample.Values[i];
    }
}
