// A stream of examples that tells how much of it has been read.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace TextGeneration;

/// <summary>Reads another source; <paramref name="read"/> gets the part that has been read, above 0 to 1, again and again as it is read anew.</summary>
internal sealed class WatchedStream(IStreamSource source, Action<double> read) : IStreamSource
{
    private long _examples;

    public int Streams => source.Streams;

    public int MaxSteps => source.MaxSteps;

    public int Count => source.Count;

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        source.Fill(indices, batch);
        var before = Interlocked.Add(ref _examples, indices.Length) - 1; // threads fill different rows at the same time
        read((before % Count + 1) / (double)Count);
    }
}
