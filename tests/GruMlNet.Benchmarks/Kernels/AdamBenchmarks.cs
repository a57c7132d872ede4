using BenchmarkDotNet.Attributes;
using GruMlNet.Engine.Optimizers;

namespace GruMlNet.Benchmarks.Kernels;

/// <summary>One update of all weights.</summary>
public class AdamBenchmarks
{
    private float[] _parameters = [], _gradient = [];
    private AdamOptimizer _adam = new(1);

    [Params(4_096, 262_144)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup() => (_parameters, _gradient, _adam) = (Values.Random(Count), Values.Random(Count), new AdamOptimizer(Count));

    [Benchmark]
    public void Step() => _adam.Step(_parameters, _gradient, 0.001f);
}
