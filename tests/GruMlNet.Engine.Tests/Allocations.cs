namespace GruMlNet.Engine.Tests;

/// <summary>
/// Counts what an action allocates. Tests that use it belong to the collection of this name, which runs when no other test does: a collection
/// of garbage that another thread starts makes the runtime count the unused rest of this thread's buffer (up to 8 KB) as allocated.
/// </summary>
[CollectionDefinition(nameof(Allocations), DisableParallelization = true)]
public sealed class Allocations
{
    /// <summary>The bytes <paramref name="action"/> allocates on this thread.</summary>
    /// <remarks>The least of several tries: threads of the runtime itself may still collect. What the action allocates, it allocates at every try.</remarks>
    public static long Of(Action action)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 20 && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
