namespace GruMlNet.Cli.Csv;

/// <summary>Takes the rows of a file in the long layout one by one, and sorts them into their series.</summary>
internal sealed class LongReader(string path, FileFormat format)
{
    private readonly Dictionary<string, LongSeries> byName = new(StringComparer.Ordinal);
    private readonly List<LongSeries> series = [];
    private readonly Dictionary<string, int> holidayCodes = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<string> holidays = [""];
    private readonly float[] numbers = new float[1 + format.Past.Count + format.Known.Count + (format.Holiday is null ? 0 : 1)];

    /// <summary>In the order of their first rows.</summary>
    internal IReadOnlyList<LongSeries> Series => series;

    /// <summary>How times are written; null without a time column, or without any row.</summary>
    internal TimeText? Times { get; private set; }

    /// <summary>The texts of the holiday column in the order of their first rows, nothing first: their places stand for them in the rows.</summary>
    internal IReadOnlyList<string> Holidays => holidays;

    /// <exception cref="Failure">A field is missing, or is not what its column needs.</exception>
    internal void Add(CsvRow row, LongColumns columns)
    {
        string id = columns.Series is { } column ? Field(column) : "";
        if (!byName.TryGetValue(id, out LongSeries? one))
        {
            byName.Add(id, one = new LongSeries(id, numbers.Length, columns.Static.Length));
            series.Add(one);
        }

        numbers[0] = CsvNumber.Parse(Field(columns.Label), () => Where(format.Label!));
        int next = 1;
        for (int i = 0; i < columns.Past.Length; i++)
            numbers[next++] = Covariate(columns.Past[i], format.Past[i]);
        for (int i = 0; i < columns.Known.Length; i++)
            numbers[next++] = Covariate(columns.Known[i], format.Known[i]);
        if (columns.Holiday is { } holiday)
            numbers[next] = HolidayCode(Field(holiday));
        for (int i = 0; i < columns.Static.Length; i++)
            one.Describe(i, Field(columns.Static[i]), row.Line, format, path);
        one.Add(numbers, columns.Time is { } time ? Time(Field(time)) : null, columns.Weight is { } weight ? Weight(Field(weight)) : 1, row.Line);

        string Field(int index) => index < row.Fields.Length ? row.Fields[index]
            : throw new Failure($"'{path}', line {row.Line} has {row.Fields.Length} fields; {index + 1} were expected.");

        string Where(string name) => $"'{path}', line {row.Line}, column '{name}'";

        float Covariate(int index, string name)
        {
            string text = Field(index);
            if (CsvNumber.Flag(text) is { } flag)
                return flag;
            return CsvNumber.IsMissing(text) || CsvNumber.IsNumber(text)
                ? CsvNumber.Parse(text, () => Where(name))
                : throw new Failure($"{Where(name)}: '{CsvNumber.Shown(text)}' is not a number, and --past-cols and --known-cols take numbers, true and false. Give each category a column of its own with 0 or 1, or name holidays in --holiday-col.");
        }

        decimal Time(string text)
        {
            Times ??= TimeText.Of(text);
            return Times.Parse(text) ?? throw new Failure($"{Where(format.Time!)}: '{CsvNumber.Shown(text)}' is not {Times.Expected}. Every row needs a time.");
        }

        float Weight(string text)
        {
            float weight = CsvNumber.IsMissing(text) ? 1 : CsvNumber.Parse(text, () => Where(format.Weight!));
            return weight >= 0 ? weight : throw new Failure($"{Where(format.Weight!)}: a weight is at least 0, got '{text}'. Give 0 to rows that shall not count, 1 (or nothing) to ordinary ones.");
        }
    }

    private int HolidayCode(string text)
    {
        text = CsvNumber.IsMissing(text) ? "" : text;
        if (!holidayCodes.TryGetValue(text, out int code))
        {
            holidayCodes.Add(text, code = holidays.Count);
            holidays.Add(text);
        }

        return code;
    }
}
