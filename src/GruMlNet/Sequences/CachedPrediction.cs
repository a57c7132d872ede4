using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Sequences;

/// <summary>What the model says about the current row, computed at most once for all its columns. Belongs to one cursor or row; not thread-safe.</summary>
internal sealed class CachedPrediction(SequenceModel model, SequenceColumns columns, DataViewRow row)
{
    private readonly SequenceRowReader reader = new(row, columns);
    private readonly SequenceScratch scratch = model.CreateScratch();
    private float[] result = [];
    private int length;
    private long? position;

    /// <summary>Probabilities, or a number.</summary>
    internal ReadOnlySpan<float> Compute()
    {
        long now = row.Position;
        if (now < 0)
            throw new InvalidOperationException("There is no current row: call MoveNext first, and stop where it returns false.");
        if (position != now)
        {
            reader.Read();
            ReadOnlySpan<float> computed = model.Predict(reader.Values, reader.Tokens, reader.Steps, scratch);
            if (result.Length < computed.Length)
                result = new float[computed.Length];
            computed.CopyTo(result);
            (length, position) = (computed.Length, now);
        }

        return result.AsSpan(0, length);
    }

    /// <summary>A getter that copies values into a vector.</summary>
    internal static ValueGetter<VBuffer<T>> VectorGetter<T>(Func<int> count, Action<Span<T>> write) => (ref VBuffer<T> value) =>
    {
        var editor = VBufferEditor.Create(ref value, count());
        write(editor.Values);
        value = editor.Commit();
    };
}
