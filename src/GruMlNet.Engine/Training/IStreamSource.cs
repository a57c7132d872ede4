// Training examples that continue one another.
namespace GruMlNet.Engine.Training;

/// <summary>
/// Long sequences cut into chunks: a number of streams runs side by side, and example i + <see cref="Streams"/> goes on where example i ended, if the source says so in
/// <see cref="Networks.SequenceBatch.Continues"/>. Training takes the examples in their order, all streams as one batch; the states, not their gradients, are carried from chunk to
/// chunk (truncated back-propagation through time, Williams and Peng 1990). So sequences of any length cost the memory of one chunk.
/// </summary>
public interface IStreamSource : ISequenceSource
{
    /// <summary>Streams side by side, at least 1: the rows of a batch, whatever <see cref="TrainerOptions.BatchSize"/> says. <see cref="ISequenceSource.Count"/> is a multiple of it.</summary>
    int Streams { get; }
}
