// Overlapping windows of one long series, with the value after each as its target.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Benchmarks;

internal sealed class WindowSource(int windows, int steps) : ISequenceSource
{
    private readonly float[] _series = Values.Random(windows + steps);

    public int Count => windows;

    public int MaxSteps => steps;

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        batch.Steps = steps;
        for (var t = 0; t < steps; t++)
            for (var b = 0; b < indices.Length; b++) batch.Inputs[t * batch.Rows + b] = _series[indices[b] + t];
        for (var b = 0; b < indices.Length; b++) batch.Targets[b] = _series[indices[b] + steps];
        batch.Weights.AsSpan(0, indices.Length).Fill(1f);
    }
}
