using System.Runtime.InteropServices;

namespace GruMlNet.Cli;

/// <summary>Ctrl-C and the polite kill: the first asks the command to come to an end, the second ends the process at once.</summary>
internal static class Interruption
{
    private static readonly CancellationTokenSource Source = new();
    private static readonly PosixSignalRegistration[] Signals =
        [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    internal static CancellationToken Token
    {
        get
        {
            GC.KeepAlive(Signals);
            return Source.Token;
        }
    }

    private static void Handle(PosixSignalContext context)
    {
        context.Cancel = !Source.IsCancellationRequested;
        Source.Cancel();
    }
}
