using GruMlNet.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Warns, once per column, where a view or engine has a category or holiday that the model does not tell apart: it is forecast as an unknown one. Thread-safe.</summary>
internal sealed class UnseenValues
{
    private readonly IHost host;
    private readonly InputColumns columns;
    private readonly IReadOnlyList<(string Column, HashSet<string> Categories)> known;
    private readonly HashSet<string> told = new(StringComparer.Ordinal);

    internal UnseenValues(GruForecastTransformer model)
    {
        (host, columns) = (model.Host, model.Columns.Inputs);
        known = [.. model.Model.Names.StaticCategories.Zip(model.Model.Categories, (column, categories) => (column, categories.ToHashSet(StringComparer.Ordinal)))];
    }

    /// <summary>Looks at what describes the series of a table, and at its holidays.</summary>
    internal void Check(SeriesTable table, HolidayCodes holidays)
    {
        foreach (SeriesRows one in table.Series)
            Check(one.Statics, one.Id);
        Check(holidays);
    }

    /// <summary>Looks at what describes a series.</summary>
    internal void Check(StaticValues statics, string series)
    {
        for (int i = 0; i < known.Count && i < statics.Categories.Length; i++)
        {
            string category = statics.Categories[i];
            if (category.Length > 0 && !known[i].Categories.Contains(category))
                Warn(known[i].Column, $"'{category}'{(columns.Series is null ? "" : $" of series '{series}'")} is no category that the model tells apart");
        }
    }

    /// <summary>Looks at the holidays that were read.</summary>
    internal void Check(HolidayCodes holidays)
    {
        if (holidays.Unknown is { } holiday)
            Warn(columns.Holiday!, $"'{holiday}' is none of the holidays that the model tells apart ({string.Join(", ", holidays.Kinds.Select(kind => $"'{kind}'"))})");
    }

    private void Warn(string column, string problem)
    {
        lock (told)
        {
            if (!told.Add(column))
                return;
        }

        using IChannel channel = host.Start("Forecast");
        channel.Warning(MessageSensitivity.UserData, "Column '{0}': {1}. It is forecast as an unknown one; if there are more such values, they are not named. Correct the spelling, or train again with it.", column, problem);
    }
}
