// Draws history, forecast, band and what really happened.
using System.Globalization;
using ScottPlot;

namespace QuickStart;

internal static class Chart
{
    /// <summary>Without any installed font (a bare container), the chart has no text.</summary>
    public static bool HasText => SkiaSharp.SKTypeface.Default.ContainsGlyph('a');

    public static void Save(string path, Month[] history, Month[] actual, Outlook wide, Outlook narrow)
    {
        using var plot = new Plot();
        plot.Font.Automatic();
        plot.FigureBackground.Color = Colors.White;
        plot.Grid.MajorLineColor = Color.FromHex("#E8ECF0");

        var recent = history[^48..];
        var times = Array.ConvertAll(actual, m => m.Time.ToOADate());
        AddBand(plot, times, wide, "#DCE9F9", "95 % bounds");
        AddBand(plot, times, narrow, "#B3D1F2", "80 % bounds");
        // The first actual month closes the gap between the two lines.
        AddLine(plot, [.. recent.Select(m => m.Time.ToOADate()), times[0]], [.. recent.Select(m => m.Passengers), actual[0].Passengers], "#4A5568", "history");
        AddLine(plot, times, Array.ConvertAll(actual, m => m.Passengers), "#D9822B", "actual").MarkerSize = 6;
        var forecast = AddLine(plot, times, wide.Forecast, "#1F6FC4", "GRU forecast");
        forecast.LineWidth = 3;

        var ticks = plot.Axes.DateTimeTicksBottom();
        ((ScottPlot.TickGenerators.DateTimeAutomatic)ticks.TickGenerator).LabelFormatter = time => time.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        plot.Axes.Left.Label.Text = "passengers, thousands a month";
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Left.MinimumSize = 70;
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Title("Airline passengers: twelve months forecast from the 132 before", size: 18);
        var legend = plot.ShowLegend(Alignment.UpperLeft);
        legend.OutlineColor = Colors.Transparent;
        legend.ShadowColor = Colors.Transparent;
        plot.SavePng(path, 1200, 640);
    }

    private static ScottPlot.Plottables.Scatter AddLine(Plot plot, double[] x, float[] y, string color, string label)
    {
        var line = plot.Add.Scatter(x, Array.ConvertAll(y, v => (double)v), Color.FromHex(color));
        line.LegendText = label;
        line.LineWidth = 2;
        line.MarkerSize = 0;
        return line;
    }

    private static void AddBand(Plot plot, double[] x, Outlook outlook, string color, string label)
    {
        var band = plot.Add.FillY(x, Array.ConvertAll(outlook.Lower, v => (double)v), Array.ConvertAll(outlook.Upper, v => (double)v));
        band.FillColor = Color.FromHex(color);
        band.LineWidth = 0;
        band.MarkerStyle.IsVisible = false;
        band.LegendText = label;
    }
}
