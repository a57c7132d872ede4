// The engine's only source of randomness.
namespace GruMlNet.Engine;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same sequence for a seed on every machine and every .NET
/// version, which the base class library's generator does not promise. Not for cryptography, not thread-safe.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A well-mixed number of 64 bits.</summary>
    public ulong NextBits() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [−limit, limit).</summary>
    public float NextSymmetric(double limit) => (float)((2.0 * NextDouble() - 1.0) * limit);

    /// <summary>Uniform in 0 … limit − 1.</summary>
    public int Next(int limit) => (int)Math.BigMul(NextBits(), (ulong)limit, out _);

    /// <summary>Normal with mean 0 and standard deviation 1 (Box and Muller 1958).</summary>
    public double NextGaussian() => Math.Sqrt(-2.0 * Math.Log(1.0 - NextDouble())) * Math.Cos(2.0 * Math.PI * NextDouble());

    /// <summary>Puts the items into random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Two numbers as one seed, every bit depending on every bit.</summary>
    public static ulong Combine(ulong a, ulong b) => Mix(Mix(a + 0x9E3779B97F4A7C15) ^ b);

    /// <summary>A seed for one of several uses of a seed; 0, which stands for no randomness at all, stays 0, and nothing else becomes 0.</summary>
    public static ulong Part(ulong seed, ulong part) => seed == 0 ? 0 : Combine(seed, part) | 1;

    /// <summary>The generator's output function: a bijection that mixes all bits.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
