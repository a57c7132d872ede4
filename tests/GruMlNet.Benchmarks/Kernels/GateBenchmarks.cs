using BenchmarkDotNet.Attributes;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Benchmarks.Kernels;

/// <summary>
/// The elementwise part of one step of one row. The kernels work in place: each call starts from a fresh copy of its input (also timed, see
/// <see cref="CopyOnly"/>), because values that decay call by call would end as denormal numbers, which are slow on some processors.
/// </summary>
public class GateBenchmarks
{
    private float[] _input = [], _gates = [], _product = [], _bias = [], _state = [], _next = [], _gradient = [];

    [Params(32, 128, 512)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (_input, _gates, _product, _bias) = (Values.Random(4 * Hidden), new float[4 * Hidden], Values.Random(3 * Hidden), Values.Random(4 * Hidden));
        (_state, _next, _gradient) = (Values.Random(2 * Hidden), new float[2 * Hidden], new float[2 * Hidden]);
    }

    [Benchmark(Baseline = true)]
    public void CopyOnly()
    {
        _input.CopyTo(_gates, 0);
        _state.CopyTo(_gradient, 0);
    }

    [Benchmark]
    public void GruForward()
    {
        CopyOnly();
        GruStep.ForwardAfter(Hidden, _gates, _product, _bias, _state.AsSpan(0, Hidden), _next.AsSpan(0, Hidden));
    }

    [Benchmark]
    public void GruBackward()
    {
        CopyOnly();
        GruStep.BackwardAfter(Hidden, _gates, _state.AsSpan(0, Hidden), _gradient.AsSpan(0, Hidden));
    }

    [Benchmark]
    public void LstmForward()
    {
        CopyOnly();
        LstmStep.Forward(Hidden, _gates, _bias, _state.AsSpan(0, Hidden), _next);
    }

    [Benchmark]
    public void LstmBackward()
    {
        CopyOnly();
        LstmStep.Backward(Hidden, _gates, _state.AsSpan(0, Hidden), _state.AsSpan(Hidden), _gradient);
    }
}
