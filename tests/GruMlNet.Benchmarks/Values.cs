// Numbers to compute with.
namespace GruMlNet.Benchmarks;

internal static class Values
{
    /// <summary>Uniform between −1 and 1, the same in every run.</summary>
    public static float[] Random(int count)
    {
        var random = new Random(count);
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = 2f * random.NextSingle() - 1f;
        return values;
    }
}
