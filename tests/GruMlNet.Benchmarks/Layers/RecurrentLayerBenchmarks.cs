using BenchmarkDotNet.Attributes;
using GruMlNet.Engine;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Benchmarks.Layers;

/// <summary>One block of 16 sequences of 48 steps through a recurrent layer.</summary>
public class RecurrentLayerBenchmarks
{
    private const int Steps = 48, Rows = 16, Inputs = 8;
    private SequenceLayer? _layer;
    private LayerState? _state;
    private float[] _x = [], _y = [], _dy = [], _sums = [];

    public enum Cell
    {
        Gru,
        GruResetBefore,
        Lstm,
        Elman,
        BidirectionalGru,
    }

    [ParamsAllValues]
    public Cell Kind { get; set; }

    [Params(32, 128)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var layout = new ParameterLayout();
        _layer = Kind switch
        {
            Cell.GruResetBefore => new GruLayer(layout, Inputs, Hidden, ResetMode.Before),
            Cell.Lstm => new LstmLayer(layout, Inputs, Hidden),
            Cell.Elman => new ElmanLayer(layout, Inputs, Hidden, relu: false),
            Cell.BidirectionalGru => new BidirectionalLayer(new GruLayer(layout, Inputs, Hidden), new GruLayer(layout, Inputs, Hidden, reverse: true, suffix: "l0_reverse"), MergeMode.Concatenate),
            _ => new GruLayer(layout, Inputs, Hidden),
        };
        _layer.Pack(layout.Initialize(1));
        _state = _layer.CreateState(Steps, Rows, training: true);
        var outputs = Steps * Rows * _layer.OutputSize;
        (_x, _y, _dy, _sums) = (Values.Random(Steps * Rows * Inputs), new float[outputs], Values.Random(outputs), new float[layout.SumCount]);
    }

    [Benchmark(Baseline = true)]
    public void Forward() => _layer!.Forward(new BlockShape(Steps, Rows), _x, default, _y, default, _state!);

    /// <summary>A backward pass uses up what the forward pass kept, so that it cannot be timed alone.</summary>
    [Benchmark]
    public void ForwardBackward()
    {
        Forward();
        _layer!.Backward(new BlockShape(Steps, Rows), _x, _dy, default, default, default, _sums, _state!);
    }
}
