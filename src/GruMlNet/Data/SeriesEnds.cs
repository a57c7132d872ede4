using GruMlNet.ModelFormat;

namespace GruMlNet.Data;

/// <summary>The ends of all series that a model has seen, by name. Immutable.</summary>
internal sealed class SeriesEnds
{
    internal static readonly SeriesEnds Empty = new([]);

    private const int MaxSeries = 100_000_000;

    private readonly Dictionary<string, SeriesEnd> byName;

    internal SeriesEnds(IEnumerable<SeriesEnd> ends)
    {
        All = [.. ends];
        byName = All.ToDictionary(end => end.Id, StringComparer.Ordinal);
    }

    /// <summary>In the order in which the series were first seen.</summary>
    internal IReadOnlyList<SeriesEnd> All { get; }

    internal SeriesEnd? Find(string id) => byName.GetValueOrDefault(id);

    /// <summary>These, with newer ends in the place of those of the same series, and behind them the new series.</summary>
    internal SeriesEnds With(SeriesEnds newer) => new([.. All.Select(end => newer.Find(end.Id) ?? end), .. newer.All.Where(end => Find(end.Id) is null)]);

    /// <summary>These, with no more than some of the last steps of each.</summary>
    internal SeriesEnds Recent(int length) => new(All.Select(end => end.Length <= length ? end : end with { Steps = Array.ConvertAll(end.Steps, column => column[^length..]) }));

    internal void Save(BinaryWriter writer)
    {
        writer.Write(All.Count);
        foreach (SeriesEnd end in All)
            end.Save(writer);
    }

    internal static SeriesEnds Load(BinaryReader reader, CovariateLayout layout, int maxLength)
    {
        int count = ModelPart.ReadCount(reader, MaxSeries);
        List<SeriesEnd> ends = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            SeriesEnd end = SeriesEnd.Load(reader, layout, maxLength);
            if (!names.Add(end.Id))
                throw new InvalidDataException($"The model has the series '{end.Id}' twice. Use another copy.");
            ends.Add(end);
        }

        return new SeriesEnds(ends);
    }
}
