// Which stretches of which sequences a network learns from at a time: whole sequences, as long as they are not too long for back-propagation.
namespace GruMlNet.Sequences;

/// <summary>Some of the steps that a network takes over a sequence.</summary>
/// <param name="Place">Number of the sequence.</param>
/// <param name="First">First step.</param>
/// <param name="Count">Steps; 0 for an empty sequence.</param>
/// <param name="Continues">Whether the state goes on from the piece before it in the same stream.</param>
/// <param name="Share">What part of its sequence's weight it has, where one answer is learnt of a whole sequence.</param>
internal readonly record struct SequencePiece(int Place, int First, int Count, bool Continues, float Share);

internal static class SequencePieces
{
    /// <summary>Chunks that each stream has at least, where there are enough: streams that are too many would hardly carry a state anywhere.</summary>
    private const int LeastChunks = 8;

    /// <summary>How many pieces <see cref="Cut"/> makes.</summary>
    public static int Count(IReadOnlyList<int> chosen, Func<int, int> steps, int limit) => chosen.Sum(place => Parts(steps(place), limit));

    /// <summary>Sequences one after the other, each in pieces of about equal length, at most <paramref name="limit"/>.</summary>
    public static SequencePiece[] Cut(IReadOnlyList<int> chosen, Func<int, int> steps, int limit)
    {
        var pieces = new List<SequencePiece>();
        foreach (var place in chosen)
        {
            var (count, parts) = (steps(place), Parts(steps(place), limit));
            for (var i = 0; i < parts; i++)
            {
                var (from, to) = ((int)((long)count * i / parts), (int)((long)count * (i + 1) / parts));
                pieces.Add(new SequencePiece(place, from, to - from, Continues: false, 1f / parts));
            }
        }
        return [.. pieces];
    }

    /// <summary>
    /// The same steps as streams side by side, for truncated back-propagation through time: in each stream, chunks follow one another as in their sequences. A sequence that
    /// reaches beyond the end of a stream goes on at the start of the next one, from a state of zeros.
    /// </summary>
    /// <param name="chosen">Numbers of the sequences.</param>
    /// <param name="steps">Steps of a sequence.</param>
    /// <param name="limit">Most steps of a chunk.</param>
    /// <param name="most">Most streams.</param>
    /// <returns>As many chunks from each stream, chunk by chunk; streams that are shorter end with empty ones.</returns>
    public static (SequencePiece[] Pieces, int Streams) Stream(IReadOnlyList<int> chosen, Func<int, int> steps, int limit, int most)
    {
        var total = chosen.Sum(place => (long)steps(place));
        var streams = (int)Math.Clamp(total / ((long)LeastChunks * limit), 1, most);
        var capacity = (total + streams - 1) / streams;
        var rows = new List<List<SequencePiece>> { new() };
        var room = capacity;
        foreach (var place in chosen)
        {
            var count = steps(place);
            for (var first = 0; first < count;)
            {
                if (room == 0)
                {
                    rows.Add([]);
                    room = capacity;
                }
                var length = (int)Math.Min(Math.Min(limit, count - first), room);
                rows[^1].Add(new SequencePiece(place, first, length, Continues: first > 0 && rows[^1].Count > 0, 1f));
                first += length;
                room -= length;
            }
        }
        var chunks = rows.Max(row => row.Count);
        var pieces = new SequencePiece[chunks * rows.Count];
        for (var i = 0; i < pieces.Length; i++)
        {
            var (chunk, stream) = Math.DivRem(i, rows.Count);
            pieces[i] = chunk < rows[stream].Count ? rows[stream][chunk] : new SequencePiece(chosen[0], 0, 0, Continues: false, 0f);
        }
        return (pieces, rows.Count);
    }

    private static int Parts(int steps, int limit) => Math.Max(1, (steps + limit - 1) / limit);
}
