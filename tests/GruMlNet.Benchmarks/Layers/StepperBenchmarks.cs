using BenchmarkDotNet.Attributes;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Benchmarks.Layers;

/// <summary>One step of one live sequence, with weights of 32 and of 16 bits.</summary>
public class StepperBenchmarks
{
    private readonly float[] _features = Values.Random(8);
    private SequenceStepper? _full, _bfloat16;

    [Params(32, 64, 128, 256)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var network = RecurrentNetwork.Create(new NetworkShape { InputSize = _features.Length, HiddenSize = Hidden, OutputSize = 1 }, seed: 1);
        (_full, _bfloat16) = (network.CreateStepper(), network.ToBFloat16().CreateStepper());
    }

    [Benchmark(Baseline = true)]
    public float FullPrecision() => _full!.Step(_features)[0];

    [Benchmark]
    public float BFloat16() => _bfloat16!.Step(_features)[0];
}
