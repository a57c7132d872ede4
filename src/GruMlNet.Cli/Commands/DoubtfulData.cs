using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Commands;

/// <summary>Says where a file can be read, but perhaps not as it was meant.</summary>
internal static class DoubtfulData
{
    internal static void Warn(Screen screen, FileFormat format, Panel panel)
    {
        if (format.Layout == Layout.Wide)
            WarnOfEnds(screen, panel);
        else if (panel.Times is { } times && 2 * panel.Missing > panel.Values)
            WarnOfGaps(screen, panel, times);
    }

    /// <summary>NA and its like are steps wherever they stand, and a series that has ended must have blanks instead; some programs write NA for both.</summary>
    private static void WarnOfEnds(Screen screen, Panel panel)
    {
        PanelSeries[] ends = [.. panel.Series.Where(series => series.Values is [.., float.NaN])];
        if (ends.Length > 0)
            screen.Warn($"{ends.Length} series {(ends.Length == 1 ? "ends" : "end")} with missing values (the first: '{ends[0].Id}'): they are steps of the past, and the forecast starts after them. Where a series has ended, leave the fields blank instead.");
    }

    /// <summary>Dates that are read wrongly, and series of different steps in one file, lie far apart.</summary>
    private static void WarnOfGaps(Screen screen, Panel panel, PanelTimes times)
        => screen.Warn($"{panel.Missing} of {panel.Values} steps have no value ({times.Clock}). If that is not so, check the times: dates like 01/02/2024 are read with the month first (2024-02-01 is clear), and all series have the same time step.");
}
