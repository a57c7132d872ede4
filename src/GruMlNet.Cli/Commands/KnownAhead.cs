using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Commands;

/// <summary>Says where the file does not tell what should be known of the steps to forecast.</summary>
internal static class KnownAhead
{
    internal static void Warn(Screen screen, FileFormat format, Panel panel, int steps)
    {
        string[] columns = [.. format.Known, .. format.Holiday is { } holiday ? (string[])[holiday] : []];
        for (int k = 0; k < columns.Length; k++)
        {
            (string Id, int Steps)[] missing = [.. panel.Series.Where(one => one.Values.Length > 0).Select(one => (one.Id, Missing(one, k))).Where(one => one.Item2 > 0)];
            if (missing.Length == 0)
                continue;
            int most = missing.Max(one => one.Steps);
            string whose = format.Series is null ? "" : missing.Length == 1 ? $" of series '{missing[0].Id}'" : $" of {missing.Length} series (the first: '{missing[0].Id}')";
            screen.Warn($"'{columns[k]}' is not known for {(most == steps ? "any" : $"{most}")} of the {Counted.Of(steps, "step")} to forecast{whose}: they are forecast as if nothing were known of it. "
                + $"Add a row for each of these steps, with '{format.Label}' blank.");
        }

        int Missing(PanelSeries one, int k)
        {
            int missing = 0;
            for (int i = 0; i < steps; i++)
            {
                int place = one.Values.Length + i;
                if (place >= one.Known[k].Length || float.IsNaN(one.Known[k][place]))
                    missing++;
            }

            return missing;
        }
    }
}
