// The machine's ceiling: multiply-adds on registers, nothing else.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Peers;

internal static class FmaPeak
{
    private const int Chains = 12, Iterations = 8_000_000, Repeats = 8;

    /// <summary>Multiplications and additions per second of single precision on so many threads at once; the best of several tries, for it is a ceiling.</summary>
    public static double Measure(int threads) => Enumerable.Range(0, Repeats).Max(_ => Once(threads));

    private static double Once(int threads)
    {
        using var start = new Barrier(threads);
        var seconds = new double[threads];
        var workers = Enumerable.Range(0, threads).Select(i => new Thread(() => seconds[i] = Work(start))).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return threads * 2.0 * Chains * MatMul.VectorWidth * Iterations / seconds.Max();
    }

    private static double Work(Barrier start)
    {
        start.SignalAndWait();
        var from = Stopwatch.GetTimestamp();
        var sum = MatMul.VectorWidth switch
        {
            16 => Run<Lanes512, Vector512<float>>(),
            8 => Run<Lanes256, Vector256<float>>(),
            _ => Run<Lanes128, Vector128<float>>(),
        };
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        if (float.IsNaN(sum)) throw new InvalidOperationException("The chains converge to 1; they cannot become NaN.");
        return seconds;
    }

    /// <summary>Twelve independent chains hide the latency of the multiply-add and fit the registers of every width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe float Run<L, V>() where L : struct, ILanes<V> where V : struct
    {
        V factor = L.Create(0.999999f), term = L.Create(1e-6f);
        V a = term, b = term, c = term, d = term, e = term, f = term, g = term, h = term, i = term, j = term, k = term, l = term;
        for (var n = 0; n < Iterations; n++)
        {
            a = L.MultiplyAdd(a, factor, term);
            b = L.MultiplyAdd(b, factor, term);
            c = L.MultiplyAdd(c, factor, term);
            d = L.MultiplyAdd(d, factor, term);
            e = L.MultiplyAdd(e, factor, term);
            f = L.MultiplyAdd(f, factor, term);
            g = L.MultiplyAdd(g, factor, term);
            h = L.MultiplyAdd(h, factor, term);
            i = L.MultiplyAdd(i, factor, term);
            j = L.MultiplyAdd(j, factor, term);
            k = L.MultiplyAdd(k, factor, term);
            l = L.MultiplyAdd(l, factor, term);
        }
        var sum = L.Add(L.Add(L.Add(a, b), L.Add(c, d)), L.Add(L.Add(L.Add(e, f), L.Add(g, h)), L.Add(L.Add(i, j), L.Add(k, l))));
        var lanes = stackalloc float[16];
        L.Store(sum, lanes);
        return lanes[0];
    }
}
