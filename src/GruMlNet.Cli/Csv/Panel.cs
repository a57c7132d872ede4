using GruMlNet.Data;

namespace GruMlNet.Cli.Csv;

/// <summary>The series of a file.</summary>
/// <param name="Series">In the order of their first row; at least one has an observed value.</param>
/// <param name="Times">How the steps lie in time; null where the file has no time column.</param>
internal sealed record Panel(IReadOnlyList<PanelSeries> Series, PanelTimes? Times)
{
    /// <summary>What the columns beside the values became.</summary>
    internal CovariateLayout Layout { get; init; } = CovariateLayout.None;

    /// <summary>What the covariates of <see cref="Series"/> are called; null where there are none.</summary>
    internal PanelNames? Names { get; init; }

    /// <summary>The first holiday that the model does not tell apart; null where it knows all.</summary>
    internal string? UnknownHoliday { get; init; }

    internal long Values => Series.Sum(series => (long)series.Values.Length);

    internal long Missing => Series.Sum(series => (long)series.Values.Count(float.IsNaN));

    internal int Longest => Series.Max(series => series.Values.Length);

    internal IReadOnlyList<ReadOnlyMemory<float>> Histories => [.. Series.Select(series => (ReadOnlyMemory<float>)series.Values)];

    /// <summary>The series with the calendar of the steps to forecast, which no row needs to tell.</summary>
    internal IReadOnlyList<PanelSeries> ToForecast(int horizon)
    {
        int count = Calendar.Count(Layout.Calendar);
        return count == 0 ? Series : [.. Series.Select((one, s) =>
        {
            float[][] ahead = Layout.CalendarAfter(Times!.Clock, Times.Last[s], horizon);
            int first = one.Known.Length - count;
            return one with { Known = [.. one.Known.Select((column, k) => k < first ? column : (float[])[.. column, .. ahead[k - first]])] };
        })];
    }

    /// <summary>What a file's series must have, whatever its layout.</summary>
    /// <exception cref="Failure">There is no series, or none has a value.</exception>
    internal Panel Checked(string path)
    {
        if (Series.Count == 0)
            throw new Failure($"'{path}' has no data: there is nothing after the header. If the first line is data, give --has-header false.");
        if (Series.All(series => Array.TrueForAll(series.Values, float.IsNaN)))
            throw new Failure($"'{path}' has no values: all fields are missing (blank or NaN). A forecast starts from the last values, so that the file needs the past, too.");
        return this;
    }
}

/// <summary>The time axis of a panel.</summary>
/// <param name="Clock">The step that most series have.</param>
/// <param name="Last">Time of the last step of each series.</param>
/// <param name="Written">How times are written in the file.</param>
internal sealed record PanelTimes(SeriesClock Clock, IReadOnlyList<decimal> Last, TimeText Written)
{
    /// <summary>Time of the first step of a series of a length; of the last where times are irregular.</summary>
    internal decimal First(int series, int length) => Clock.After(Last[series], 1 - length) ?? Last[series];

    /// <summary>Steps from the start of a series to a time; below 0 if it is earlier.</summary>
    internal int StepsFromStart(int series, int length, decimal time)
    {
        decimal first = First(series, length);
        return time < first ? -1 : time == first ? 0 : (int)Math.Min(int.MaxValue, Clock.StepsBetween(first, time));
    }

    /// <summary>The time some steps after the end of a series; the number of the step where times are irregular.</summary>
    internal string After(int series, int steps)
    {
        return Clock.After(Last[series], steps) is { } time ? Written.Text(time) : steps.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
