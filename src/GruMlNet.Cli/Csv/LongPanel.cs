using GruMlNet.Data;

namespace GruMlNet.Cli.Csv;

/// <summary>Makes a panel of all rows of a file in the long layout: finds the grid of time, and what its columns are, where no model says so.</summary>
internal sealed class LongPanel(string path, FileFormat format, LongReader read)
{
    internal Panel Assemble(CovariateLayout? trained)
    {
        InputColumns columns = format.Inputs;
        bool[] isNumber = [.. format.Static.Select((_, i) => trained is { } model ? CheckStatic(i, model.StaticIsNumber[i]) : IsNumber(i))];
        (float[] holidays, IReadOnlyList<string>? kinds, string? unknownHoliday) = HolidayNumbers(trained);
        SeriesRows[] rows = [.. read.Series.Select(one =>
        {
            if (read.Times is not null)
                one.CheckTimes(read.Times, format.Series is not null, path);
            return one.ToRows(columns, holidays, isNumber);
        })];

        bool isDate = read.Times?.IsDate ?? false;
        SeriesClock clock = SeriesClock.OfMost(rows, columns, isDate);
        CovariateLayout layout = new(Ones(format.Past), Ones(format.Known), isNumber, kinds, trained?.Calendar ?? format.Calendar ?? CalendarChoice.Of(clock, MedianLength(rows)));
        if (layout.Calendar != CalendarFeatures.None && (!isDate || trained is null && clock.Unit == ClockUnit.Rows))
            throw new Failure($"{(trained is null ? "--calendar needs" : "The model was trained with calendar features, which need")} dates in --time-col{(trained is null ? " with a regular step" : "")}, "
                + $"but '{path}' has {(read.Times is null ? "no such column" : isDate ? "irregular ones" : "numbers")}.");

        var series = new PanelSeries[rows.Length];
        var last = new decimal[rows.Length];
        try
        {
            for (int i = 0; i < rows.Length; i++)
            {
                TableSeries one = rows[i].Arrange(clock, layout, columns, SeriesEnd.Empty(rows[i].Id));
                int end = one.LastObserved + 1;
                series[i] = one.ForTraining(end);
                if (read.Times is not null)
                    last[i] = one.TimeAt(end - 1) ?? Before(one.TimeOfRow(one.FirstRow)!.Value, clock);
            }
        }
        catch (InvalidOperationException e)
        {
            throw new Failure($"'{path}': {e.Message}", inner: e);
        }

        (string[] past, string[] known, string[] numbers, string[] categories) = layout.Names(columns);
        PanelNames names = new(past, known, numbers, categories);
        return new Panel(series, read.Times is null ? null : new PanelTimes(clock, last, read.Times)) { Layout = layout, Names = names.IsEmpty ? null : names, UnknownHoliday = unknownHoliday };
    }

    private static int[] Ones(IReadOnlyList<string> columns) => [.. columns.Select(_ => 1)];

    private static int MedianLength(SeriesRows[] rows) => rows.Length == 0 ? 0 : rows.Select(one => one.Count).Order().ElementAt(rows.Length / 2);

    private static decimal Before(decimal time, SeriesClock clock) => clock.After(time, -1) ?? time;

    /// <summary>A static column is a number where all that it says is and it is not said to be a category.</summary>
    private bool IsNumber(int column) => !format.Category.Contains(format.Static[column], StringComparer.Ordinal) && read.Series.All(one => one.Statics[column].Length == 0 || CsvNumber.IsNumber(one.Statics[column]));

    private bool CheckStatic(int column, bool isNumber)
    {
        if (isNumber && read.Series.FirstOrDefault(one => one.Statics[column].Length > 0 && !CsvNumber.IsNumber(one.Statics[column])) is { } wrong)
            throw new Failure($"'{path}', line {wrong.StaticLines[column]}, column '{format.Static[column]}': '{wrong.Statics[column]}' is not a number, as the column was when the model was trained. Leave the field blank where it is not known.");
        return isNumber;
    }

    /// <summary>The number for each text of the holiday column, and the holidays that are told apart: none where all texts are numbers, true or false. Nothing is no holiday.</summary>
    private (float[] Numbers, IReadOnlyList<string>? Kinds, string? Unknown) HolidayNumbers(CovariateLayout? trained)
    {
        if (format.Holiday is null)
            return ([], null, null);
        string? text = read.Holidays.FirstOrDefault(one => one.Length > 0 && CsvNumber.Flag(one) is null && !CsvNumber.IsNumber(one));
        if (trained is null ? text is null : trained.HolidayKinds!.Count == 0)
        {
            return text is null
                ? ([.. read.Holidays.Select(one => one.Length == 0 ? 0 : CsvNumber.Flag(one) ?? CsvNumber.Parse(one, () => $"'{path}', column '{format.Holiday}'"))], [], null)
                : throw new Failure($"'{path}', column '{format.Holiday}': '{text}' is not a number, as the column was when the model was trained. Give 1 for a holiday, 0 or nothing for other days.");
        }

        HolidayCodes codes = trained is null ? HolidayCodes.Learning() : HolidayCodes.Known(trained.HolidayKinds!);
        return ([.. read.Holidays.Select(one => codes.CodeOf(one))], codes.Kinds, codes.Unknown);
    }
}
