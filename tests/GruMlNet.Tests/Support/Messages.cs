// Checks that an error tells the user what is wrong and what to do.

namespace GruMlNet.Tests.Support;

internal static class Messages
{
    public static void AssertSays(Exception exception, params string[] parts)
    {
        foreach (string part in parts)
            Assert.True(exception.Message.Contains(part, StringComparison.OrdinalIgnoreCase), $"The message does not say '{part}': {exception.Message}");
    }
}
