namespace GruMlNet.Cli;

/// <summary>What the program returns to whoever started it.</summary>
internal static class ExitCode
{
    internal const int Done = 0;

    /// <summary>Something that should not happen did.</summary>
    internal const int Unexpected = 1;

    /// <summary>The command line cannot be understood.</summary>
    internal const int Usage = 2;

    /// <summary>A data or model file is missing or cannot be used.</summary>
    internal const int Data = 3;

    /// <summary>A result cannot be written.</summary>
    internal const int Output = 4;

    /// <summary>Stopped by Ctrl-C, as shells have it; the message says whether there are results.</summary>
    internal const int Interrupted = 130;
}

/// <summary>A problem that the user can solve: its message is shown without a stack trace.</summary>
internal sealed class Failure(string message, int exitCode = ExitCode.Data, Exception? inner = null) : Exception(message, inner)
{
    internal int ExitCode { get; } = exitCode;
}
