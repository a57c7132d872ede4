// What the columns beside the values are called.
namespace GruMlNet;

/// <summary>Names of covariates and static columns, in the order that every <see cref="PanelSeries"/> has them in: for logs, messages and explanations.</summary>
/// <param name="Past">[P].</param>
/// <param name="Known">[K].</param>
/// <param name="StaticNumbers">[S].</param>
/// <param name="StaticCategories">[C].</param>
internal sealed record PanelNames(string[] Past, string[] Known, string[] StaticNumbers, string[] StaticCategories)
{
    public bool IsEmpty => Past.Length + Known.Length + StaticNumbers.Length + StaticCategories.Length == 0;

    /// <summary>Names by number, for columns that have none.</summary>
    public static PanelNames Numbered(PanelSeries series) => new(
        Number("past covariate", series.Past.Length), Number("known covariate", series.Known.Length),
        Number("static number", series.StaticNumbers.Length), Number("static category", series.StaticCategories.Length));

    public void Save(BinaryWriter writer)
    {
        foreach (var names in (string[][])[Past, Known, StaticNumbers, StaticCategories])
        {
            writer.Write(names.Length);
            foreach (var name in names) writer.Write(name);
        }
    }

    public static PanelNames Load(BinaryReader reader) => new(Read(reader), Read(reader), Read(reader), Read(reader));

    private static string[] Number(string what, int count) => [.. Enumerable.Range(1, count).Select(i => $"{what} {i}")];

    private static string[] Read(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > 65_536) throw new InvalidDataException($"A model of {count} covariates is impossible: the file is damaged. Use another copy.");
        var names = new string[count];
        foreach (ref var name in names.AsSpan()) name = reader.ReadString();
        return names;
    }
}
