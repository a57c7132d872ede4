// Examples made by a function, for tests of the training loop.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

/// <summary>One example: a sequence [length, I], its targets and their weights.</summary>
internal sealed record Example(float[] Inputs, float[] Targets, float[] Weights);

internal sealed class ToySource(IReadOnlyList<Example> examples, int inputSize) : ISequenceSource
{
    public int Count => examples.Count;

    public int MaxSteps { get; } = examples.Max(e => e.Inputs.Length / inputSize);

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        batch.Steps = MaxSteps;
        batch.HasLengths = true;
        for (int b = 0; b < indices.Length; b++)
        {
            Example e = examples[indices[b]];
            batch.Lengths[b] = e.Inputs.Length / inputSize;
            for (int t = 0; t < MaxSteps; t++)
            {
                Span<float> place = batch.Inputs.AsSpan((t * batch.Rows + b) * inputSize, inputSize);
                if (t < batch.Lengths[b])
                    e.Inputs.AsSpan(t * inputSize, inputSize).CopyTo(place);
                else
                    place.Clear();
            }
            e.Targets.CopyTo(batch.Targets, b * batch.TargetSize);
            e.Weights.CopyTo(batch.Weights, b * batch.TargetSize);
        }
    }

    /// <summary>The adding problem (Hochreiter and Schmidhuber 1997): the sum of the two marked numbers. Always answering 1 has a mean squared error of 1/6.</summary>
    public static ToySource Adding(int count, int steps, int seed)
    {
        var random = new Random(seed);
        return new ToySource([.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] inputs = new float[2 * steps];
            for (int t = 0; t < steps; t++)
                inputs[2 * t] = random.NextSingle();
            (int first, int second) = (random.Next(steps / 2), steps / 2 + random.Next(steps - steps / 2));
            inputs[2 * first + 1] = inputs[2 * second + 1] = 1;
            return new Example(inputs, [inputs[2 * first] + inputs[2 * second]], [1f]);
        })], 2);
    }

    /// <summary>Sequences of 1 to <paramref name="steps"/> numbers; the target is the mean of the first and the last one.</summary>
    public static ToySource FirstAndLast(int count, int steps, int seed)
    {
        var random = new Random(seed);
        return new ToySource([.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] inputs = [.. Enumerable.Range(0, 1 + random.Next(steps)).Select(_ => 2 * random.NextSingle() - 1)];
            return new Example(inputs, [(inputs[0] + inputs[^1]) / 2], [1f]);
        })], 1);
    }

    /// <summary>Inputs and targets that have nothing to do with each other.</summary>
    public static ToySource Noise(int count, int steps, int seed)
    {
        var random = new Random(seed);
        return new ToySource([.. Enumerable.Range(0, count).Select(_ =>
            new Example([.. Enumerable.Range(0, steps).Select(_ => 2 * random.NextSingle() - 1)], [2 * random.NextSingle() - 1], [1f]))], 1);
    }
}
