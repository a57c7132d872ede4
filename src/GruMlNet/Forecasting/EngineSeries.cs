using GruMlNet.Data;

namespace GruMlNet;

/// <summary>The series that an engine holds: each begins where the model's memory of it ends, when it is first touched. Not thread-safe.</summary>
internal sealed class EngineSeries(GruForecastTransformer transformer)
{
    private readonly Dictionary<string, SeriesHistory> histories = new(StringComparer.Ordinal);
    private readonly HashSet<string> forgotten = new(StringComparer.Ordinal);
    private readonly List<string> added = [];
    private bool allForgotten;

    /// <summary>The series' history, or null where neither model nor engine has seen it.</summary>
    internal SeriesHistory? Find(string id)
    {
        if (histories.TryGetValue(id, out SeriesHistory? history))
            return history;
        return Remembered(id) is { } end ? histories[id] = Create(end) : null;
    }

    internal SeriesHistory FindOrAdd(string id)
    {
        if (Find(id) is { } history)
            return history;
        added.Add(id);
        return histories[id] = Create(SeriesEnd.Empty(id));
    }

    /// <summary>Names of all series, those of the model first.</summary>
    internal IReadOnlyList<string> Names() => [.. transformer.Ends.All.Where(end => Remembered(end.Id) is not null).Select(end => end.Id), .. added];

    internal void Forget()
    {
        allForgotten = true;
        histories.Clear();
        added.Clear();
    }

    internal void Forget(string id)
    {
        _ = forgotten.Add(id);
        _ = histories.Remove(id);
        _ = added.Remove(id);
    }

    internal SeriesEnds ToEnds() => new(Names().Select(id => histories.TryGetValue(id, out SeriesHistory? history) ? history.ToEnd() : transformer.Ends.Find(id)!));

    private SeriesEnd? Remembered(string id) => allForgotten || forgotten.Contains(id) ? null : transformer.Ends.Find(id);

    private SeriesHistory Create(SeriesEnd end) => new(end, transformer.Layout, transformer.Clock, transformer.ContextLength, transformer.Columns.Inputs.Time);
}
