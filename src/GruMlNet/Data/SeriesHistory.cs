using GruMlNet.ModelFormat;

namespace GruMlNet.Data;

/// <summary>The end of a series as a model remembers it. Immutable.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Steps">The last steps, by column of <see cref="CovariateLayout"/>, oldest first.</param>
/// <param name="Future">What is known of the steps after, by column from <see cref="CovariateLayout.FirstFuture"/> on.</param>
/// <param name="LastTime">Time of the very last step.</param>
/// <param name="Statics">What describes the series as a whole.</param>
internal sealed record SeriesEnd(string Id, float[][] Steps, float[][] Future, decimal? LastTime, StaticValues Statics)
{
    private const int MaxFuture = 1_000_000;

    internal int Length => Steps.Length == 0 ? 0 : Steps[0].Length;

    /// <summary>Steps after the end of which something is known.</summary>
    internal int Ahead => Future.Length == 0 ? 0 : Future[0].Length;

    /// <summary>A series of which nothing is known.</summary>
    internal static SeriesEnd Empty(string id) => new(id, [], [], null, StaticValues.None);

    internal ReadOnlySpan<float> Column(int column) => Steps.Length == 0 ? [] : Steps[column];

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Id);
        writer.Write(Length);
        foreach (float[] column in Steps)
            Write(column);
        writer.Write(Ahead);
        foreach (float[] column in Future)
            Write(column);
        writer.Write(LastTime is not null);
        if (LastTime is { } time)
            writer.Write(time);
        Write(Statics.Numbers);
        foreach (string category in Statics.Categories)
            writer.Write(category);

        void Write(float[] values)
        {
            foreach (float value in values)
                writer.Write(value);
        }
    }

    internal static SeriesEnd Load(BinaryReader reader, CovariateLayout layout, int maxLength)
    {
        string id = reader.ReadString();
        float[][] steps = ReadColumns(layout.Count, ModelPart.ReadCount(reader, maxLength));
        float[][] future = ReadColumns(layout.FutureCount, ModelPart.ReadCount(reader, MaxFuture));
        decimal? time = reader.ReadBoolean() ? reader.ReadDecimal() : null;
        float[] numbers = ReadColumns(1, layout.StaticIsNumber.Count(isNumber => isNumber))[0];
        var categories = new string[layout.StaticIsNumber.Count(isNumber => !isNumber)];
        foreach (ref string category in categories.AsSpan())
            category = reader.ReadString();
        return new SeriesEnd(id, steps, future, time, new StaticValues(numbers, categories));

        float[][] ReadColumns(int columns, int length)
        {
            var all = new float[columns][];
            for (int column = 0; column < columns; column++)
            {
                all[column] = new float[length];
                foreach (ref float value in all[column].AsSpan())
                    value = reader.ReadSingle();
            }

            return all;
        }
    }
}

/// <summary>
/// The running history of one series in an engine: the last <c>capacity</c> steps, each column in one contiguous span. Not thread-safe.
/// </summary>
internal sealed class SeriesHistory
{
    private readonly CovariateLayout layout;
    private readonly SeriesClock clock;
    private readonly int capacity;
    private readonly string? timeColumn;
    private readonly float[][] buffers; // at most twice the capacity: values are appended and moved to the front only when the end is reached
    private readonly List<float[]> future = []; // one row per step ahead
    private readonly float[] scratch;
    private int end;
    private int length;

    internal SeriesHistory(SeriesEnd from, CovariateLayout layout, SeriesClock clock, int capacity, string? timeColumn)
    {
        (this.layout, this.clock, this.capacity, this.timeColumn) = (layout, clock, Math.Max(1, capacity), timeColumn);
        (Id, Statics, LastTime, end, length) = (from.Id, from.Statics, from.LastTime, from.Length, from.Length);
        scratch = new float[layout.Count];
        buffers = new float[layout.Count][];
        for (int column = 0; column < buffers.Length; column++)
            buffers[column] = from.Column(column).ToArray();
        for (int i = 0; i < from.Ahead; i++)
            future.Add(Array.ConvertAll(from.Future, column => column[i]));
    }

    internal string Id { get; }

    internal StaticValues Statics { get; private set; }

    internal decimal? LastTime { get; private set; }

    /// <summary>Steps ahead of which something is known, from the training data.</summary>
    internal int Ahead => future.Count;

    /// <summary>How many steps ahead would be known if the next step had a time.</summary>
    internal int AheadOf(decimal? time)
    {
        long passed = time is { } now && LastTime is { } last && now > last ? clock.StepsBetween(last, now) : 1;
        return (int)Math.Max(0, future.Count - passed);
    }

    /// <summary>Adds the step of <paramref name="time"/>; steps without a row since the last time become missing.</summary>
    /// <exception cref="InvalidOperationException">The time is not after the last one; the history is unchanged.</exception>
    internal void Append(ReadOnlySpan<float> row, decimal? time, StaticValues statics, string where)
    {
        Span<float> step = scratch;
        if (time is { } now && LastTime is { } last)
        {
            SequenceReader.CheckIncreasing(last, now, timeColumn!, clock.IsDate, where);
            long missing = clock.StepsBetween(last, now) - 1, forgotten = Math.Max(0, missing - capacity);
            future.RemoveRange(0, (int)Math.Min(forgotten, future.Count));
            for (long gap = forgotten + 1; gap <= missing; gap++)
            {
                step.Fill(float.NaN);
                if (future.Count > 0)
                    future[0].CopyTo(step[layout.FirstFuture..]);
                Calendar.Write(layout.Calendar, gap <= int.MaxValue ? clock.After(last, (int)gap) : null, step[layout.RowCount..]);
                Push(step);
            }
        }

        row.CopyTo(step);
        Calendar.Write(layout.Calendar, time, step[layout.RowCount..]);
        Push(step);
        (LastTime, Statics) = (time, statics);
    }

    /// <summary>The series as it stands, for a forecast.</summary>
    /// <param name="horizon">Steps to look ahead.</param>
    /// <param name="ahead">What is known of them, a row per step; null for what the training data knew.</param>
    internal PanelSeries Now(int horizon, IReadOnlyList<float[]>? ahead)
    {
        ahead ??= future;
        return layout.ToPanel(Id, Column, Future(ahead, Math.Min(horizon, ahead.Count)), layout.CalendarAfter(clock, LastTime, horizon), Statics);
    }

    internal SeriesEnd ToEnd()
    {
        var steps = new float[buffers.Length][];
        for (int column = 0; column < steps.Length; column++)
            steps[column] = Column(column).ToArray();
        return new SeriesEnd(Id, steps, Future(future, future.Count), LastTime, Statics);
    }

    private float[][] Future(IReadOnlyList<float[]> rows, int count)
        => [.. Enumerable.Range(0, layout.FutureCount).Select(column => rows.Take(count).Select(row => row[column]).ToArray())];

    private ReadOnlySpan<float> Column(int column) => buffers[column].AsSpan(end - length, length);

    private void Push(ReadOnlySpan<float> step)
    {
        if (end == buffers[0].Length)
            MakeRoom();
        for (int column = 0; column < buffers.Length; column++)
            buffers[column][end] = step[column];
        end++;
        length = Math.Min(length + 1, capacity);
        if (future.Count > 0)
            future.RemoveAt(0);
    }

    /// <summary>Grows while there are fewer steps than the capacity; then moves the latest to the front.</summary>
    private void MakeRoom()
    {
        int keep = Math.Min(length, capacity - 1), size = Math.Min(2 * capacity, Math.Max(16, 2 * keep));
        for (int column = 0; column < buffers.Length; column++)
        {
            float[] target = buffers[column].Length == size ? buffers[column] : new float[size];
            Column(column)[(length - keep)..].CopyTo(target);
            buffers[column] = target;
        }

        (end, length) = (keep, keep);
    }
}
