using BenchmarkDotNet.Attributes;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Benchmarks.Kernels;

/// <summary>
/// The elementwise part of one step of eight rows. The kernels work in place: each call starts from a fresh copy of its input (also timed, see
/// <see cref="CopyOnly"/>), because values that decay call by call would end as denormal numbers, which are slow on some processors.
/// </summary>
public class GateBenchmarks
{
    private const int Rows = 8;
    private float[] _input = [], _gates = [], _state = [], _next = [], _nextCell = [], _gradient = [], _cellGradient = [];

    [Params(32, 128, 512)]
    public int Hidden { get; set; }

    private int Groups => UnitGroups.Of(Hidden);

    private static int Row => Rows * MatMul.VectorWidth;

    [GlobalSetup]
    public void Setup()
    {
        var state = Rows * UnitGroups.Padded(Hidden);
        (_input, _gates) = (Values.Random(4 * state), new float[4 * state]);
        (_state, _next, _nextCell, _gradient, _cellGradient) = (Values.Random(state), new float[state], new float[state], new float[state], new float[state]);
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
        GruStep.ForwardAfter(Groups, Rows, _gates, GruStep.Vectors * Row, _state, _next, Row);
    }

    [Benchmark]
    public void GruBackward()
    {
        CopyOnly();
        GruStep.BackwardAfter(Groups, Rows, _gates, GruStep.Vectors * Row, _state, Row, _gradient);
    }

    [Benchmark]
    public void LstmForward()
    {
        CopyOnly();
        LstmStep.Forward(Groups, Rows, _gates, LstmStep.Vectors * Row, _state, _nextCell, _next, Row);
    }

    [Benchmark]
    public void LstmBackward()
    {
        CopyOnly();
        _state.CopyTo(_cellGradient, 0);
        LstmStep.Backward(Groups, Rows, _gates, LstmStep.Vectors * Row, _state, _state, Row, _gradient, _cellGradient);
    }
}
