using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Commands;

/// <summary>Says where the file has a category or holiday that the model does not tell apart.</summary>
internal static class UnseenValues
{
    internal static void Warn(Screen screen, ModelFile model, Panel panel)
    {
        string[] columns = model.Forecaster.Names.StaticCategories;
        for (int i = 0; i < columns.Length; i++)
        {
            HashSet<string> known = model.Forecaster.Categories[i].ToHashSet(StringComparer.Ordinal);
            PanelSeries[] unknown = [.. panel.Series.Where(one => one.StaticCategories[i].Length > 0 && !known.Contains(one.StaticCategories[i]))];
            if (unknown.Length > 0)
                Warn(columns[i], $"'{unknown[0].StaticCategories[i]}' of series '{unknown[0].Id}'{(unknown.Length > 1 ? $" and those of {unknown.Length - 1} more" : "")} is no category");
        }

        if (panel.UnknownHoliday is { } holiday)
            Warn(model.Settings.Format.Holiday!, $"'{holiday}' is no holiday");

        void Warn(string column, string what) => screen.Warn($"Column '{column}': {what} that the model tells apart. It is forecast as an unknown one. Correct the spelling, or train again with it.");
    }
}
