namespace GruMlNet.Engine.Tests;

internal static class Allocations
{
    /// <summary>The bytes <paramref name="action"/> allocates on this thread.</summary>
    /// <remarks>
    /// The least of several tries: when another thread starts a collection between the two readings, the runtime counts the unused rest
    /// of this thread's allocation buffer (up to 8 KB) as allocated. What the action itself allocates, it allocates at every try.
    /// </remarks>
    public static long Of(Action action)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 5 && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
