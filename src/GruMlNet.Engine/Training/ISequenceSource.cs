// Where training examples come from.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Training;

/// <summary>
/// A numbered set of examples that can be read again and again. Examples may be cut from longer data when they are asked
/// for, so that windows of a series need no copies. Must be safe to read from several threads.
/// </summary>
public interface ISequenceSource
{
    /// <summary>Number of examples.</summary>
    int Count { get; }

    /// <summary>Steps of the longest example, at least 1.</summary>
    int MaxSteps { get; }

    /// <summary>Writes examples into a batch.</summary>
    /// <param name="indices">Which examples, each 0 to <see cref="Count"/> − 1; at most the batch's capacity.</param>
    /// <param name="batch">Its <see cref="SequenceBatch.Rows"/> is set already; sets the steps, and fills inputs, lengths, context, window, targets and weights, as far as the network has them.</param>
    void Fill(ReadOnlySpan<int> indices, SequenceBatch batch);
}
