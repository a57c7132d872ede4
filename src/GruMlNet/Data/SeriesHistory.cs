namespace GruMlNet.Data;

/// <summary>The end of a series: its last values, oldest first, and the time of the very last one. Immutable.</summary>
internal sealed record SeriesEnd(ReadOnlyMemory<float> Values, decimal? LastTime)
{
    internal static readonly SeriesEnd Empty = new(ReadOnlyMemory<float>.Empty, LastTime: null);

    internal static SeriesEnd Of(ReadOnlySpan<float> series, decimal? lastTime, int length)
        => new(series[Math.Max(0, series.Length - length)..].ToArray(), lastTime);

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Values.Length);
        foreach (float value in Values.Span)
            writer.Write(value);
        writer.Write(LastTime is not null);
        if (LastTime is { } time)
            writer.Write(time);
    }

    internal static SeriesEnd Load(BinaryReader reader, int maxLength)
    {
        int length = reader.ReadInt32();
        if (length < 0 || length > maxLength)
            throw new InvalidDataException($"The history in the model has {length} values; 0 to {maxLength} were expected.");
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = reader.ReadSingle();
        return new SeriesEnd(values, reader.ReadBoolean() ? reader.ReadDecimal() : null);
    }
}

/// <summary>
/// The running history of one series: the last <c>capacity</c> values in one contiguous span. Owned by one cursor or engine, not thread-safe.
/// </summary>
internal sealed class SeriesHistory(int capacity, SeriesClock clock, string? timeColumn)
{
    // Twice the capacity: values are appended and moved to the front only when the end is reached.
    private readonly float[] buffer = new float[2 * Math.Max(1, capacity)];
    private int end;
    private int length;
    private decimal? lastTime;

    internal ReadOnlySpan<float> Values => buffer.AsSpan(end - length, length);

    internal decimal? LastTime => lastTime;

    internal void Restart(SeriesEnd from)
    {
        (end, length, lastTime) = (0, 0, from.LastTime);
        foreach (float value in from.Values.Span)
            Push(value);
    }

    /// <summary>Adds the value of <paramref name="time"/>; steps without a row since the last time become missing values.</summary>
    /// <exception cref="InvalidOperationException">The time is not after the last one; the history is unchanged.</exception>
    internal void Append(float value, decimal? time, string where)
    {
        if (time is { } now && lastTime is { } last)
        {
            SequenceReader.CheckIncreasing(last, now, timeColumn!, clock.IsDate, where);
            long missing = Math.Min(clock.StepsBetween(last, now) - 1, capacity);
            for (long i = 0; i < missing; i++)
                Push(float.NaN);
        }

        Push(value);
        lastTime = time;
    }

    internal SeriesEnd ToEnd() => new(Values.ToArray(), lastTime);

    private void Push(float value)
    {
        if (end == buffer.Length)
        {
            Values[1..].CopyTo(buffer);
            end = length - 1;
            length = end;
        }

        buffer[end++] = value;
        length = Math.Min(length + 1, buffer.Length / 2);
    }
}
