using BenchmarkDotNet.Attributes;
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Benchmarks.Layers;

/// <summary>A whole training step of 32 sequences of 48 steps, and what it allocates.</summary>
[MemoryDiagnoser]
public class TrainingStepBenchmarks : IDisposable
{
    private TrainingRun? _run;

    [Params(RecurrentCell.Gru, RecurrentCell.Lstm)]
    public RecurrentCell Cell { get; set; }

    [Params(32, 128)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var network = RecurrentNetwork.Create(new NetworkShape { Cell = Cell, InputSize = 1, OutputSize = 1, HiddenSize = Hidden }, seed: 1);
        _run = new TrainingRun(network, new WindowSource(windows: 1024, steps: 48), new SquaredLoss(), new TrainerOptions { Threads = 1 }, default);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _run?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public double Step() => _run!.Step(0.001f);
}
