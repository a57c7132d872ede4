using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// One token for both ways to cancel: the user's token, and ML.NET's own flag (IHost.CheckAlive), which can only be polled.
/// </summary>
internal sealed class HostCancellation : IDisposable
{
    private static readonly TimeSpan PollingInterval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource source;
    private readonly Timer timer;

    internal HostCancellation(IHost host, CancellationToken token)
    {
        host.CheckAlive();
        source = CancellationTokenSource.CreateLinkedTokenSource(token);
        timer = new Timer(Poll, host, PollingInterval, PollingInterval);
    }

    internal CancellationToken Token => source.Token;

    public void Dispose()
    {
        // Waits for a poll under way, which must not touch the disposed source.
        using var stopped = new ManualResetEvent(initialState: false);
        if (timer.Dispose(stopped))
            stopped.WaitOne();
        source.Dispose();
    }

    private void Poll(object? state)
    {
        if (state is ICancelable { IsCanceled: true })
            source.Cancel();
    }
}
