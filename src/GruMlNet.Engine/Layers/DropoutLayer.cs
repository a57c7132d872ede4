// Inverted dropout with a mask that is recomputed from a seed instead of being stored.
namespace GruMlNet.Engine.Layers;

/// <summary>Srivastava et al. 2014. Forward and backward call the same method with the same seed and so use the same mask, on any thread.</summary>
internal static class DropoutLayer
{
    /// <summary>Zeroes each value with probability <paramref name="rate"/> and scales the others by 1 / (1 − rate); nothing happens where the rate or the seed is 0.</summary>
    public static void Apply(Span<float> values, float rate, ulong seed)
    {
        if (rate <= 0f || seed == 0) return;
        var threshold = (uint)(rate * 4294967296.0);
        var scale = 1f / (1f - rate);
        for (var i = 0; i < values.Length; i++) values[i] = Hash(seed, (ulong)i) < threshold ? 0f : values[i] * scale;
    }

    private static uint Hash(ulong seed, ulong index) => (uint)(SeededRandom.Mix(seed + index * 0x9E3779B97F4A7C15) >> 32);
}
