using GruMlNet.ModelFormat;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Data;

/// <summary>The numbers of one column of the steps of a series, oldest first.</summary>
internal delegate ReadOnlySpan<float> StepColumn(int column);

/// <summary>
/// What the covariate columns become: how many numbers each gives, which holidays are told apart, which parts of the time count. A step of a series is stored as the value,
/// the past covariates, those known beforehand, the holiday's code, and the calendar features, in this order. Immutable; learnt from the training data, saved with the model.
/// </summary>
/// <param name="PastSizes">Numbers of each past column.</param>
/// <param name="KnownSizes">Numbers of each known column.</param>
/// <param name="StaticIsNumber">For each static column whether it is a number, else a category.</param>
/// <param name="HolidayKinds">The holidays that are told apart, null where there is no holiday column, empty where it is not text.</param>
/// <param name="Calendar">The parts of the time that count.</param>
internal sealed record CovariateLayout(IReadOnlyList<int> PastSizes, IReadOnlyList<int> KnownSizes, IReadOnlyList<bool> StaticIsNumber, IReadOnlyList<string>? HolidayKinds, CalendarFeatures Calendar)
{
    internal static readonly CovariateLayout None = new([], [], [], null, CalendarFeatures.None);

    private const int MaxColumns = 65_536;

    internal int PastCount { get; } = PastSizes.Sum();

    /// <summary>Numbers per step that tell of the future: known covariates and the holiday's code.</summary>
    internal int FutureCount { get; } = KnownSizes.Sum() + (HolidayKinds is null ? 0 : 1);

    /// <summary>Numbers that a row gives: the value, past and known covariates, the holiday's code.</summary>
    internal int RowCount => 1 + PastCount + FutureCount;

    /// <summary>Numbers of a step.</summary>
    internal int Count => RowCount + Data.Calendar.Count(Calendar);

    internal int FirstFuture => 1 + PastCount;

    private int HolidayCount => HolidayKinds is null ? 0 : HolidayKinds.Count > 0 ? HolidayKinds.Count + 1 : 1;

    /// <summary>Reads from a schema how many numbers each column gives; holidays and calendar are decided later.</summary>
    internal static CovariateLayout Of(DataViewSchema schema, InputColumns columns)
    {
        return new CovariateLayout(Sizes(columns.Past), Sizes(columns.Known), [.. columns.Static.Select(name => SchemaCheck.Column(schema, name).Type == NumberDataViewType.Single)],
            columns.Holiday is null ? null : [], CalendarFeatures.None);

        int[] Sizes(IReadOnlyList<string> names) => [.. names.Select(name => (SchemaCheck.Column(schema, name).Type as VectorDataViewType)?.Size ?? 1)];
    }

    /// <summary>Refuses a view whose columns give other numbers than those of the training.</summary>
    internal void Check(DataViewSchema schema, InputColumns columns)
    {
        CovariateLayout given = Of(schema, columns);
        foreach ((string name, int trained, int got) in columns.Past.Concat(columns.Known).Zip(PastSizes.Concat(KnownSizes), given.PastSizes.Concat(given.KnownSizes)))
        {
            if (trained != got)
                throw new ArgumentOutOfRangeException(nameof(schema), $"Schema mismatch for input column '{name}': expected {trained} number(s) per row as in training, got {got}.");
        }

        foreach ((string name, bool trained, bool got) in columns.Static.Zip(StaticIsNumber, given.StaticIsNumber))
        {
            if (trained != got)
                throw new ArgumentOutOfRangeException(nameof(schema), $"Schema mismatch for input column '{name}': expected {(trained ? "Single" : "text, a key or an integer")} as in training, got {SchemaCheck.Column(schema, name).Type}.");
        }

        if (columns.Holiday is { } holiday && SchemaCheck.Column(schema, holiday).Type is TextDataViewType != HolidayKinds!.Count > 0)
            throw new ArgumentOutOfRangeException(nameof(schema), $"Schema mismatch for input column '{holiday}': expected {(HolidayKinds.Count > 0 ? "text" : "Boolean or Single")} as in training, got {SchemaCheck.Column(schema, holiday).Type}.");
    }

    /// <summary>One series for the model.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="steps">The columns of its steps up to now.</param>
    /// <param name="future">What is known of steps to come: its columns from <see cref="FirstFuture"/> on, as far as they are there.</param>
    /// <param name="calendar">The calendar columns of steps to come.</param>
    /// <param name="statics">What describes the series.</param>
    internal PanelSeries ToPanel(string id, StepColumn steps, float[][] future, float[][] calendar, StaticValues statics)
    {
        var known = new List<float[]>(KnownSizes.Count + HolidayCount + calendar.Length);
        int users = FutureCount - (HolidayKinds is null ? 0 : 1);
        for (int k = 0; k < users; k++)
            known.Add([.. steps(FirstFuture + k), .. future[k]]);
        if (HolidayKinds is not null)
            AddHolidays([.. steps(FirstFuture + users), .. future[users]], known);
        for (int c = 0; c < calendar.Length; c++)
            known.Add([.. steps(RowCount + c), .. calendar[c]]);
        var past = new float[PastCount][];
        for (int p = 0; p < past.Length; p++)
            past[p] = steps(1 + p).ToArray();
        return new PanelSeries(id, steps(0).ToArray()) { Past = past, Known = [.. known], StaticNumbers = statics.Numbers, StaticCategories = statics.Categories };
    }

    /// <summary>The calendar columns of the steps that follow a time.</summary>
    internal float[][] CalendarAfter(SeriesClock clock, decimal? time, int steps)
    {
        int count = Data.Calendar.Count(Calendar);
        var columns = new float[count][];
        for (int c = 0; c < count; c++)
            columns[c] = new float[steps];
        Span<float> one = stackalloc float[8];
        for (int i = 0; i < steps && count > 0; i++)
        {
            Data.Calendar.Write(Calendar, time is { } last ? clock.After(last, i + 1) : null, one[..count]);
            for (int c = 0; c < count; c++)
                columns[c][i] = one[c];
        }

        return columns;
    }

    /// <summary>What the numbers of <see cref="ToPanel"/> are called, in its order.</summary>
    internal PanelNames Names(InputColumns columns)
    {
        string[] holidays = HolidayKinds is null ? [] : HolidayKinds.Count == 0 ? [columns.Holiday!] : [columns.Holiday!, .. HolidayKinds.Select(kind => $"{columns.Holiday}: {kind}")];
        return new PanelNames(Expand(columns.Past, PastSizes), [.. Expand(columns.Known, KnownSizes), .. holidays, .. Data.Calendar.Names(Calendar)],
            [.. columns.Static.Where((_, i) => StaticIsNumber[i])], [.. columns.Static.Where((_, i) => !StaticIsNumber[i])]);

        static string[] Expand(IReadOnlyList<string> names, IReadOnlyList<int> sizes)
            => [.. names.SelectMany((name, i) => sizes[i] == 1 ? [name] : Enumerable.Range(0, sizes[i]).Select(slot => $"{name}[{slot}]"))];
    }

    internal void Save(BinaryWriter writer)
    {
        foreach (IReadOnlyList<int> sizes in (IReadOnlyList<int>[])[PastSizes, KnownSizes])
        {
            writer.Write(sizes.Count);
            foreach (int size in sizes)
                writer.Write(size);
        }

        writer.Write(StaticIsNumber.Count);
        foreach (bool isNumber in StaticIsNumber)
            writer.Write(isNumber);
        writer.Write(HolidayKinds is not null);
        if (HolidayKinds is not null)
        {
            writer.Write(HolidayKinds.Count);
            foreach (string kind in HolidayKinds)
                writer.Write(kind);
        }

        writer.Write((int)Calendar);
    }

    internal static CovariateLayout Load(BinaryReader reader)
    {
        int[] past = ReadSizes(), known = ReadSizes();
        var isNumber = new bool[ModelPart.ReadCount(reader, MaxColumns)];
        for (int i = 0; i < isNumber.Length; i++)
            isNumber[i] = reader.ReadBoolean();
        string[]? kinds = reader.ReadBoolean() ? new string[ModelPart.ReadCount(reader, MaxColumns)] : null;
        for (int i = 0; i < kinds?.Length; i++)
            kinds[i] = reader.ReadString();
        var calendar = (CalendarFeatures)reader.ReadInt32();
        if ((calendar & ~Data.Calendar.All) != 0)
            throw new InvalidDataException($"The model knows no calendar features {(int)calendar}. Use another copy.");
        return new CovariateLayout(past, known, isNumber, kinds, calendar);

        int[] ReadSizes()
        {
            var sizes = new int[ModelPart.ReadCount(reader, MaxColumns)];
            foreach (ref int size in sizes.AsSpan())
                size = ModelPart.ReadCount(reader, MaxColumns);
            return sizes;
        }
    }

    /// <summary>A code becomes: whether there is a holiday, then whether it is that one, for each kind.</summary>
    private void AddHolidays(float[] codes, List<float[]> known)
    {
        if (HolidayKinds!.Count == 0)
        {
            known.Add(codes);
            return;
        }

        known.Add(Array.ConvertAll(codes, code => float.IsNaN(code) ? code : Math.Min(code, 1)));
        for (int kind = 1; kind <= HolidayKinds.Count; kind++)
            known.Add(Array.ConvertAll(codes, code => float.IsNaN(code) ? code : code == kind ? 1 : 0));
    }
}

/// <summary>What describes a series as a whole: numbers, NaN where missing, and categories, empty where missing.</summary>
internal sealed record StaticValues(float[] Numbers, string[] Categories)
{
    internal static readonly StaticValues None = new([], []);
}
