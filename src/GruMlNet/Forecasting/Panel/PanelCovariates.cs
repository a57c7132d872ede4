// What a model has learnt about its covariates and static columns before any network: their names, scales and categories.
namespace GruMlNet;

/// <summary>How a column of numbers becomes an input: (x − mean) / scale, measured on the training data. A column that never varies there becomes 0.</summary>
/// <param name="Mean">Mean of the values.</param>
/// <param name="Factor">1 / standard deviation; 0 where there is none.</param>
/// <param name="HasGaps">Whether values were missing: then the networks are told which ones are.</param>
/// <param name="IsBinary">Whether there are at most two values, which leaves nothing to a square.</param>
internal readonly record struct ColumnScale(float Mean, float Factor, bool HasGaps, bool IsBinary)
{
    /// <summary>Values beyond are as far off: nothing that far was seen often enough to be learnt.</summary>
    private const float MaxInput = 10f;

    /// <summary>NaN stays NaN.</summary>
    public float Apply(float value) => Math.Clamp((value - Mean) * Factor, -MaxInput, MaxInput);
}

/// <summary>Immutable. Categories that no training series had, and the rarest where there are very many, are all the same unknown category.</summary>
internal sealed class PanelCovariates
{
    /// <summary>Categories of a column that are told apart; of more, the most frequent.</summary>
    private const int MaxCategories = 256;

    private readonly Dictionary<string, int>[] _codes;

    private PanelCovariates(PanelNames names, ColumnScale[] past, ColumnScale[] known, ColumnScale[] numbers, string[][] categories)
    {
        (Names, Past, Known, StaticNumbers, Categories) = (names, past, known, numbers, categories);
        _codes = Array.ConvertAll(categories, c => c.Select((category, code) => (category, code)).ToDictionary(x => x.category, x => x.code, StringComparer.Ordinal));
    }

    public PanelNames Names { get; }

    public ColumnScale[] Past { get; }

    public ColumnScale[] Known { get; }

    public ColumnScale[] StaticNumbers { get; }

    /// <summary>[C][]: the categories of each column that are told apart.</summary>
    public string[][] Categories { get; }

    /// <summary>Width of the static features: each number, and whether it is missing where that occurs; a place for each category.</summary>
    public int StaticSize => StaticNumbers.Sum(n => n.HasGaps ? 2 : 1) + Categories.Sum(c => c.Length);

    /// <summary>Measures the columns of checked series; null where there are none.</summary>
    public static PanelCovariates? Measure(IReadOnlyList<PanelSeries> series, PanelNames? names, Action<string> log)
    {
        names ??= PanelNames.Numbered(series[0]);
        if (names.IsEmpty) return null;
        var past = Scales(names.Past.Length, p => series.Select(s => s.Past[p].AsMemory()));
        var known = Scales(names.Known.Length, k => series.Select(s => s.Known[k].AsMemory(0, s.Values.Length)));
        var numbers = Scales(names.StaticNumbers.Length, n => series.Select(s => s.StaticNumbers.AsMemory(n, 1)));
        var categories = Enumerable.Range(0, names.StaticCategories.Length).Select(c =>
        {
            var all = series.Select(s => s.StaticCategories[c]).Where(text => text.Length > 0).GroupBy(text => text, StringComparer.Ordinal)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key).ToArray();
            if (all.Length > MaxCategories) log($"{names.StaticCategories[c]} has {all.Length} categories: the {MaxCategories} most frequent are told apart");
            return all.Length > MaxCategories ? all[..MaxCategories] : all;
        }).ToArray();
        return new PanelCovariates(names, past, known, numbers, categories);
    }

    /// <summary>[C]: the place of each category in its column, −1 for unknown.</summary>
    public int[] CodesOf(PanelSeries series)
    {
        var codes = new int[_codes.Length];
        for (var c = 0; c < codes.Length; c++)
            codes[c] = c < series.StaticCategories.Length && _codes[c].TryGetValue(series.StaticCategories[c], out var code) ? code : -1;
        return codes;
    }

    public void Save(BinaryWriter writer)
    {
        Names.Save(writer);
        foreach (var scale in (ColumnScale[])[.. Past, .. Known, .. StaticNumbers])
        {
            writer.Write(scale.Mean);
            writer.Write(scale.Factor);
            writer.Write(scale.HasGaps);
            writer.Write(scale.IsBinary);
        }
        foreach (var categories in Categories)
        {
            writer.Write(categories.Length);
            foreach (var category in categories) writer.Write(category);
        }
    }

    public static PanelCovariates Load(BinaryReader reader)
    {
        var names = PanelNames.Load(reader);
        var (past, known, numbers) = (Read(names.Past), Read(names.Known), Read(names.StaticNumbers));
        var categories = Array.ConvertAll(names.StaticCategories, _ =>
        {
            var count = reader.ReadInt32();
            if (count is < 0 or > MaxCategories) throw new InvalidDataException($"A column of {count} categories is impossible: the file is damaged. Use another copy.");
            var texts = new string[count];
            foreach (ref var text in texts.AsSpan()) text = reader.ReadString();
            return texts;
        });
        return new PanelCovariates(names, past, known, numbers, categories);

        ColumnScale[] Read(string[] columns) => Array.ConvertAll(columns, _ => new ColumnScale(reader.ReadSingle(), reader.ReadSingle(), reader.ReadBoolean(), reader.ReadBoolean()));
    }

    private static ColumnScale[] Scales(int columns, Func<int, IEnumerable<Memory<float>>> valuesOf)
    {
        var scales = new ColumnScale[columns];
        for (var column = 0; column < columns; column++)
        {
            // The running mean and sum of squares (Welford 1962) lose nothing where the mean is large.
            var (mean, squares, count, gaps) = (0.0, 0.0, 0L, false);
            float first = float.NaN, second = float.NaN;
            var isBinary = true;
            foreach (var values in valuesOf(column))
            {
                foreach (var value in values.Span)
                {
                    if (float.IsNaN(value))
                    {
                        gaps = true;
                        continue;
                    }
                    var d = value - mean;
                    mean += d / ++count;
                    squares += d * (value - mean);
                    if (float.IsNaN(first)) first = value;
                    else if (value != first && float.IsNaN(second)) second = value;
                    else if (value != first && value != second) isBinary = false;
                }
            }
            var deviation = count > 0 ? Math.Sqrt(squares / count) : 0;
            scales[column] = new ColumnScale((float)mean, deviation > 1e-6 * Math.Abs(mean) ? (float)(1 / deviation) : 0f, gaps, isBinary);
        }
        return scales;
    }
}
