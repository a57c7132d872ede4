using BenchmarkDotNet.Attributes;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Benchmarks.Kernels;

/// <summary>Activations over 4,096 values; each call works on what the one before left, which costs the same.</summary>
public class ActivationBenchmarks
{
    private const int Count = 4096;
    private readonly float[] _values = Values.Random(Count);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Sigmoid() => Activations.Sigmoid(_values);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Tanh() => Activations.Tanh(_values);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Relu() => Activations.Relu(_values);
}
