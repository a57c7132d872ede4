// New sequences from known ones: small changes that do not change what a sequence is.
using GruMlNet.Engine;

namespace GruMlNet.Sequences;

/// <summary>
/// Numbers are shifted and stretched in time, scaled, and get noise (Um et al. 2017, jittering, scaling and warping); tokens are left out here and there, so that
/// a network learns to do without (Gal and Ghahramani 2016).
/// </summary>
/// <param name="Strength">0 for none, 1 for the usual amount.</param>
/// <param name="TokenLoss">Share of the tokens that are left out.</param>
internal readonly record struct Augmentation(float Strength, float TokenLoss)
{
    private const float Stretch = 0.08f, Shift = 0.03f, Gain = 0.1f, Noise = 0.05f;

    /// <summary>Writes a changed copy of [T,C] channels.</summary>
    public void Apply(ReadOnlySpan<float> channels, int steps, SequencePlan plan, SeededRandom random, Span<float> target)
    {
        var C = plan.Channels;
        var stretch = 1f + Strength * random.NextSymmetric(Stretch);
        var shift = Strength * random.NextSymmetric(Shift) * steps + (1f - stretch) * 0.5f * (steps - 1);
        var gain = 1f + Strength * random.NextSymmetric(Gain);
        for (var t = 0; t < steps; t++)
        {
            var place = Math.Clamp(shift + stretch * t, 0f, steps - 1);
            var before = Math.Min((int)place, Math.Max(0, steps - 2));
            var after = Math.Min(before + 1, steps - 1);
            var part = place - before;
            for (var c = 0; c < C; c++)
                target[t * C + c] = gain * ((1f - part) * channels[before * C + c] + part * channels[after * C + c]) + Strength * Noise * Roughly(random);
        }
    }

    /// <summary>Writes a changed copy of tokens.</summary>
    public void Apply(ReadOnlySpan<int> tokens, SeededRandom random, Span<int> target)
    {
        for (var t = 0; t < tokens.Length; t++) target[t] = random.NextDouble() < TokenLoss ? -1 : tokens[t];
    }

    /// <summary>About normal with deviation 1: the sum of three uniform numbers.</summary>
    private static float Roughly(SeededRandom random)
    {
        var bits = random.NextBits();
        return ((bits & 0x1FFFFF) + ((bits >> 21) & 0x1FFFFF) + ((bits >> 42) & 0x1FFFFF)) * (2f / 0x200000) - 3f;
    }
}
