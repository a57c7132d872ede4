namespace GruMlNet.Data;

/// <summary>One series of a view, laid out step by step: what lies in a gap is missing. Read-only.</summary>
internal sealed class TableSeries
{
    private readonly SeriesRows rows;
    private readonly CovariateLayout layout;
    private readonly SeriesClock clock;
    private readonly SeriesEnd before;
    private readonly int[] stepOfRow;
    private readonly float[][] steps; // [column][step]

    internal TableSeries(SeriesRows rows, CovariateLayout layout, SeriesClock clock, SeriesEnd before, int[]? order, int[] stepOfRow, int count)
    {
        (this.rows, this.layout, this.clock, this.before, this.stepOfRow) = (rows, layout, clock, before, stepOfRow);
        steps = new float[layout.Count][];
        for (int column = 0; column < steps.Length; column++)
        {
            steps[column] = new float[count];
            before.Column(column).CopyTo(steps[column]);
            steps[column].AsSpan(before.Length).Fill(float.NaN);
        }

        FillFutureOfTheEnd();
        int previous = before.Length - 1;
        decimal? time = before.LastTime;
        for (int i = 0; i < stepOfRow.Length; i++)
        {
            int row = order?[i] ?? i, step = stepOfRow[row];
            ReadOnlySpan<float> numbers = rows.Numbers(row, layout.RowCount);
            for (int column = 0; column < numbers.Length; column++)
                steps[column][step] = numbers[column];
            WriteCalendar(row, step, previous, time);
            (previous, time) = (step, TimeOfRow(row));
        }

        LastObserved = Array.FindLastIndex(steps[0], value => !float.IsNaN(value));
        FirstRow = order?[0] ?? 0;
    }

    internal string Id => rows.Id;

    internal StaticValues Statics => rows.Statics;

    /// <summary>Steps, with those before the first row.</summary>
    internal int Count => steps[0].Length;

    /// <summary>The last step that has a value; −1 for none.</summary>
    internal int LastObserved { get; }

    /// <summary>The row with the earliest time.</summary>
    internal int FirstRow { get; }

    internal ReadOnlySpan<float> Values => steps[0];

    internal int StepOfRow(int row) => stepOfRow[row];

    internal decimal? TimeOfRow(int row) => rows.Times.Count > 0 ? rows.Times[row] : null;

    /// <summary>The row at a step; null where there is none.</summary>
    internal int? RowAt(int step)
    {
        int row = Array.IndexOf(stepOfRow, step);
        return row >= 0 ? row : null;
    }

    /// <summary>The time of a step that has a row, or that a model remembers.</summary>
    internal decimal? TimeAt(int step) => RowAt(step) is { } row ? TimeOfRow(row)
        : step >= before.Length || before.LastTime is not { } last ? null
        : step == before.Length - 1 ? last
        : clock.After(last, step - before.Length + 1);

    /// <summary>Steps after this one of which something is known beforehand.</summary>
    internal int FutureOf(int step) => Math.Max(0, Count - 1 - step);

    /// <summary>The series as it stands after a step, for a forecast.</summary>
    /// <param name="step">The last step that is seen.</param>
    /// <param name="time">Its time.</param>
    /// <param name="context">Steps to look back.</param>
    /// <param name="horizon">Steps to look ahead, where something is known of them.</param>
    internal PanelSeries UpTo(int step, decimal? time, int context, int horizon)
    {
        int end = step + 1, start = Math.Max(0, end - context), ahead = Math.Min(Count, end + horizon);
        return layout.ToPanel(Id, column => steps[column].AsSpan(start..end), Future(end, ahead), layout.CalendarAfter(clock, time, horizon), Statics);
    }

    /// <summary>The series for training.</summary>
    /// <param name="end">Steps of it; what lies behind is known beforehand only.</param>
    internal PanelSeries ForTraining(int end)
    {
        PanelSeries series = layout.ToPanel(Id, column => steps[column].AsSpan(0, end), Future(end, Count), layout.CalendarAfter(clock, null, 0), Statics);
        return rows.IsWeighted ? series with { Weights = Weights(end) } : series;
    }

    /// <summary>What a model remembers of the series.</summary>
    /// <param name="end">Steps of it; what lies behind is known beforehand only.</param>
    /// <param name="length">Steps to remember.</param>
    internal SeriesEnd End(int end, int length)
    {
        int start = Math.Max(0, end - length);
        return new SeriesEnd(Id, Array.ConvertAll(steps, column => column[start..end]), Future(end, Count), TimeAt(end - 1), Statics);
    }

    private float[][] Future(int from, int to) => Array.ConvertAll(steps[layout.FirstFuture..layout.RowCount], column => column[from..to]);

    private float[] Weights(int end)
    {
        var weights = new float[end];
        Array.Fill(weights, 1);
        for (int row = 0; row < stepOfRow.Length; row++)
        {
            if (stepOfRow[row] < end)
                weights[stepOfRow[row]] = rows.Weight(row);
        }

        return weights;
    }

    /// <summary>What the training data knew of steps that have no row here.</summary>
    private void FillFutureOfTheEnd()
    {
        for (int column = 0; column < before.Future.Length; column++)
        {
            int known = Math.Min(before.Future[column].Length, Count - before.Length);
            before.Future[column].AsSpan(0, known).CopyTo(steps[layout.FirstFuture + column].AsSpan(before.Length));
        }
    }

    /// <summary>Of a row, and of the steps of the gap before it.</summary>
    private void WriteCalendar(int row, int step, int previous, decimal? previousTime)
    {
        int count = Calendar.Count(layout.Calendar);
        if (count == 0)
            return;
        Span<float> one = stackalloc float[8];
        for (int gap = previous + 1; gap <= step; gap++)
        {
            decimal? time = gap == step ? TimeOfRow(row) : previousTime is { } last ? clock.After(last, gap - previous) : null;
            Calendar.Write(layout.Calendar, time, one[..count]);
            for (int column = 0; column < count; column++)
                steps[layout.RowCount + column][gap] = one[column];
        }
    }
}
