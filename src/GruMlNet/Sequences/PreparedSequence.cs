// From raw numbers to scaled channels without gaps.
namespace GruMlNet.Sequences;

/// <summary>A sequence as the networks see it, before it is cut into steps. Buffers are reused by <see cref="Prepare"/>: not thread-safe while it is refilled.</summary>
internal sealed class PreparedSequence
{
    /// <summary>Scaled values further out than this tell nothing more, and would drown the others.</summary>
    private const float Limit = 10f;

    private const float Tiny = 1e-12f;

    private bool[] _missing = [];
    private bool _hasMissing;

    /// <summary>T.</summary>
    public int Steps { get; private set; }

    /// <summary>[T,C], time-major; empty for tokens.</summary>
    public float[] Channels { get; private set; } = [];

    /// <summary>[T] for tokens.</summary>
    public int[] Tokens { get; private set; } = [];

    /// <summary>Tokens that are none of those met in training.</summary>
    public int Unseen { get; private set; }

    /// <summary>Features of the whole sequence.</summary>
    public float[] Context { get; private set; } = [];

    /// <summary>Whether a number was missing, and what stands in its place was filled in.</summary>
    public bool IsMissing(int step, int feature, SequencePlan plan) => _hasMissing && _missing[step * plan.Features + feature];

    public static PreparedSequence Of(SequenceSample sample, SequencePlan plan)
    {
        var prepared = new PreparedSequence();
        prepared.Prepare(sample.Values, sample.Tokens, sample.Steps, plan);
        return prepared;
    }

    /// <summary>Fills this from a sequence of numbers [T,F] or tokens [T].</summary>
    public void Prepare(ReadOnlySpan<float> values, ReadOnlySpan<int> tokens, int steps, SequencePlan plan)
    {
        Steps = Math.Min(steps, plan.MaxLength);
        var from = plan.CutAtStart(steps);
        if (plan.IsTokens)
        {
            if (Tokens.Length < Steps) Tokens = new int[Steps];
            Unseen = 0;
            for (var t = 0; t < Steps; t++)
            {
                Tokens[t] = Math.Max(Array.BinarySearch(plan.KnownKeys, tokens[from + t]), -1);
                if (Tokens[t] < 0 && tokens[from + t] >= 0) Unseen++;
            }
            return;
        }
        if (Channels.Length < Steps * plan.Channels) Channels = new float[Steps * plan.Channels];
        if (Context.Length < plan.ContextSize) Context = new float[plan.ContextSize];
        var own = values.Slice(from * plan.Features, Steps * plan.Features);
        FindMissing(own);
        for (var f = 0; f < plan.Features; f++) PrepareChannel(own, f, plan);
    }

    private void FindMissing(ReadOnlySpan<float> values)
    {
        _hasMissing = values.Contains(float.NaN);
        if (!_hasMissing) return;
        if (_missing.Length < values.Length) _missing = new bool[values.Length];
        for (var i = 0; i < values.Length; i++) _missing[i] = float.IsNaN(values[i]);
    }

    private void PrepareChannel(ReadOnlySpan<float> values, int f, SequencePlan plan)
    {
        int F = plan.Features, C = plan.Channels;
        float mean = plan.Means[f], scale = plan.Scales[f];
        if (plan.PerSequence)
        {
            var own = Moments(values, f, F, Steps);
            WriteContext(2 * f, (own.Mean - mean) / scale, plan);
            WriteContext(2 * f + 1, MathF.Log(own.Deviation / scale + 1e-3f), plan);
            (mean, scale) = (own.Mean, Math.Max(own.Deviation, Tiny));
            // What differs from its mean by rounding alone is constant.
            if (scale < 1e-6f * Math.Abs(mean)) scale = float.PositiveInfinity;
        }
        var last = 0f;
        var before = float.NaN;
        for (var t = 0; t < Steps; t++)
        {
            var value = values[t * F + f];
            var missing = float.IsNaN(value);
            if (!missing) last = Math.Clamp((value - mean) / scale, -Limit, Limit);
            var step = Channels.AsSpan(t * C, C);
            step[f] = last;
            if (plan.Differences) step[F + f] = float.IsNaN(before) ? 0f : Math.Clamp((last - before) / plan.ChangeScales[f], -Limit, Limit);
            if (plan.MissingFlags) step[C - F + f] = missing ? 1f : 0f;
            before = last;
        }
    }

    private void WriteContext(int i, float value, SequencePlan plan)
        => Context[i] = Math.Clamp((value - plan.ContextScales[2 * i]) / plan.ContextScales[2 * i + 1], -Limit, Limit);

    /// <summary>Mean and standard deviation of the observed values of one channel; 0 and 0 without any.</summary>
    public static (float Mean, float Deviation) Moments(ReadOnlySpan<float> values, int f, int F, int steps)
    {
        double sum = 0, squares = 0;
        var count = 0;
        for (var t = 0; t < steps; t++)
        {
            var value = values[t * F + f];
            if (float.IsNaN(value)) continue;
            sum += value;
            count++;
        }
        if (count == 0) return (0f, 0f);
        var mean = sum / count;
        for (var t = 0; t < steps; t++)
        {
            var value = values[t * F + f];
            if (!float.IsNaN(value)) squares += (value - mean) * (value - mean);
        }
        return ((float)mean, (float)Math.Sqrt(squares / count));
    }
}
