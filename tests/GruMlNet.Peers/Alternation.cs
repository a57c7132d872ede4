// Times two sides in turns.
using System.Diagnostics;

namespace GruMlNet.Peers;

/// <summary>
/// Bursts of calls, now of one side, now of the other, so that whatever else the machine does meets both; the result is the median of
/// each side's bursts. Before a burst come a pause, in which the other side's waiting threads go to sleep, and an untimed call.
/// </summary>
/// <param name="budget">About how long each side is timed.</param>
/// <param name="fewestBursts">Of calls so long that these take longer than the budget.</param>
internal sealed class Alternation(TimeSpan budget, int fewestBursts)
{
    private const int MostBursts = 25, PauseMilliseconds = 3;
    private static readonly TimeSpan LongCall = TimeSpan.FromMilliseconds(50);

    /// <summary>Median seconds per call of each side. Both must have been called before.</summary>
    public (double Ours, double Peer) Measure(Action ours, Action peer)
    {
        var (ourCall, peerCall) = (Estimate(ours), Estimate(peer));
        var bursts = (int)Math.Clamp(budget / Max(ourCall, peerCall), fewestBursts, MostBursts);
        var (ourCalls, peerCalls) = (Calls(ourCall, bursts), Calls(peerCall, bursts));
        double[] ourTimes = new double[bursts], peerTimes = new double[bursts];
        for (var i = 0; i < bursts; i++)
        {
            if (i % 2 == 0) ourTimes[i] = Burst(ours, ourCalls);
            peerTimes[i] = Burst(peer, peerCalls);
            if (i % 2 == 1) ourTimes[i] = Burst(ours, ourCalls);
        }
        return (Median(ourTimes), Median(peerTimes));
    }

    /// <summary>Time of a call after about a third of the budget: the just-in-time compiler is done with short calls by then.</summary>
    private TimeSpan Estimate(Action call)
    {
        var one = Time(call, 1);
        for (var clock = Stopwatch.StartNew(); one < LongCall && clock.Elapsed < budget / 3;) one = Time(call, 1);
        return Max(one, TimeSpan.FromTicks(1));
    }

    private int Calls(TimeSpan call, int bursts) => (int)Math.Max(1, budget / bursts / call);

    private static double Burst(Action call, int calls)
    {
        Thread.Sleep(PauseMilliseconds);
        if (calls > 1) call();
        return Time(call, calls).TotalSeconds / calls;
    }

    private static TimeSpan Time(Action call, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) call();
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
