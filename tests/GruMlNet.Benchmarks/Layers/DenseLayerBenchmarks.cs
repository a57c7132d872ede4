using BenchmarkDotNet.Attributes;
using GruMlNet.Engine;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Benchmarks.Layers;

/// <summary>16 rows through a square dense layer with ReLU.</summary>
public class DenseLayerBenchmarks
{
    private const int Rows = 16;
    private DenseLayer? _layer;
    private DenseLayer.State? _state;
    private float[] _x = [], _y = [], _dy = [], _dx = [], _sums = [];

    [Params(32, 128)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var layout = new ParameterLayout();
        _layer = new DenseLayer(layout, "dense", Width, Width, Activation.Relu);
        _layer.Pack(layout.Initialize(1));
        _state = _layer.CreateState(Rows, training: true);
        (_x, _y, _dy, _dx, _sums) = (Values.Random(Rows * Width), new float[Rows * Width], Values.Random(Rows * Width), new float[Rows * Width], new float[layout.SumCount]);
        Forward();
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _layer!.Forward(Rows, _x, _y);

    [Benchmark]
    public void Backward() => _layer!.Backward(Rows, _x, _y, _dy, _dx, _sums, _state!);
}
