using BenchmarkDotNet.Attributes;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Benchmarks.Kernels;

/// <summary>The recurrent product of a GRU: [16,H]·[H,3H] and the packing of its right side.</summary>
public class MatMulBenchmarks
{
    private const int Rows = 16;
    private float[] _a = [], _c = [], _weights = [];
    private PackedMatrix _b = new(1, 1);

    [Params(32, 64, 128, 256)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (_a, _c, _weights) = (Values.Random(Rows * Hidden), new float[Rows * 3 * Hidden], Values.Random(Hidden * 3 * Hidden));
        _b = new PackedMatrix(Hidden, 3 * Hidden);
        Pack();
    }

    [Benchmark(Baseline = true)]
    public void Multiply() => MatMul.Multiply(Rows, new LeftOperand(_a, Hidden, 1, Hidden), _b, default, _c);

    /// <summary>From [3H,H], as weights are kept.</summary>
    [Benchmark]
    public void Pack() => _b.Pack(_weights, Hidden, 1, Hidden);
}
