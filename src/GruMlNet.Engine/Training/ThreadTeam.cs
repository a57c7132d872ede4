// A few threads that do one thing together, over and over.
namespace GruMlNet.Engine.Training;

/// <summary>
/// Runs a piece of work on a fixed number of threads, the caller among them, and returns when all are done: a barrier that costs well under a
/// microsecond while it is used often, and allocates nothing. Waiting threads spin for a bounded time and then sleep, so a team neither burns a
/// core between runs nor collapses when other processes hold the cores. Work must not depend on which thread does which part.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    /// <summary>Looks at the clock of the others before going to sleep: some ten microseconds.</summary>
    private const int Spins = 200;

    private readonly Worker[] _workers;
    private readonly object _done = new(); // Monitor: the one primitive that waits and wakes without allocating
    private Action<int> _work = static _ => { };
    private Exception? _failure;
    private int _pending;

    /// <summary>Starts the threads; 1 needs none but the caller.</summary>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Worker[threads - 1];
        for (var i = 0; i < _workers.Length; i++) _workers[i] = new Worker(this, i + 1);
    }

    /// <summary>Members, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Calls <paramref name="work"/> once with each of 0 … Threads − 1 and returns when all calls have. What a call throws is thrown here.</summary>
    public void Run(Action<int> work)
    {
        if (_workers.Length == 0)
        {
            work(0);
            return;
        }
        _work = work;
        _failure = null;
        Volatile.Write(ref _pending, _workers.Length);
        foreach (var worker in _workers) worker.Start();
        Do(0);
        for (var spin = 0; spin < Spins && Volatile.Read(ref _pending) > 0; spin++) Thread.SpinWait(20);
        lock (_done)
        {
            while (_pending > 0) Monitor.Wait(_done);
        }
        if (_failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Stop();
    }

    private void Do(int member)
    {
        try
        {
            _work(member);
        }
        catch (Exception e)
        {
            // Kept for the caller, who throws it when all have stopped.
            Interlocked.CompareExchange(ref _failure, e, null);
        }
    }

    private void Finish()
    {
        lock (_done)
        {
            if (--_pending == 0) Monitor.Pulse(_done);
        }
    }

    /// <summary>One thread of the team and its own wake-up call.</summary>
    private sealed class Worker
    {
        private readonly ThreadTeam _team;
        private readonly int _member;
        private readonly Thread _thread;
        private readonly object _wake = new();
        private int _asked;
        private bool _stopped;

        public Worker(ThreadTeam team, int member)
        {
            (_team, _member) = (team, member);
            _thread = new Thread(Loop) { IsBackground = true, Name = $"GruMlNet training {member}" };
            _thread.Start();
        }

        public void Start()
        {
            lock (_wake)
            {
                _asked++;
                Monitor.Pulse(_wake);
            }
        }

        public void Stop()
        {
            Volatile.Write(ref _stopped, true);
            Start();
            _thread.Join();
        }

        private void Loop()
        {
            for (var done = 0; ; done++)
            {
                for (var spin = 0; spin < Spins && Volatile.Read(ref _asked) == done; spin++) Thread.SpinWait(20);
                lock (_wake)
                {
                    while (_asked == done) Monitor.Wait(_wake);
                }
                if (Volatile.Read(ref _stopped)) return;
                _team.Do(_member);
                _team.Finish();
            }
        }
    }
}
