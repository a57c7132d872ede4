using System.Globalization;
using GruMlNet.Cli.Csv;
using ScottPlot;

namespace GruMlNet.Cli.Output;

/// <summary>Draws the end of a series, its forecast and the bounds.</summary>
internal static class ForecastChart
{
    private const int Width = 1200;
    private const int Height = 640;

    /// <summary>Without any installed font (a bare container), the chart has no text.</summary>
    internal static bool HasText => SkiaSharp.SKTypeface.Default.ContainsGlyph('a');

    /// <exception cref="Failure">The name does not end in .png or .svg.</exception>
    internal static void CheckName(string? path)
    {
        if (path is not null && !IsSvg(path) && !Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase))
            throw new Failure($"--chart: the name must end in .png or .svg, got '{path}'.", ExitCode.Usage);
    }

    internal static void Save(Stream stream, string path, Panel panel, int series, PanelForecast forecast, double[] levels)
    {
        using var plot = new Plot();
        plot.Font.Automatic();
        plot.FigureBackground.Color = Colors.White;
        plot.Grid.MajorLineColor = Color.FromHex("#E8ECF0");

        float[] values = panel.Series[series].Values;
        int horizon = forecast.Point.Length;
        int shown = Math.Min(values.Length, 4 * horizon);
        bool isDate = panel.Times is { Clock: { IsDate: true } clock } && clock.After(panel.Times.Last[series], 1) is not null;
        double[] past = [.. Enumerable.Range(1 - shown, shown).Select(X)];
        double[] future = [.. Enumerable.Range(1, horizon).Select(X)];

        // The widest first, so that all are to be seen.
        foreach ((int level, int place) in Enumerable.Range(0, forecast.Lower.Length).OrderByDescending(level => levels[level]).Select((level, place) => (level, place)))
            FillBetween(level, Color.FromHex("#B3D1F2").Darken(Math.Min(0.1 * place, 0.5)));
        AddLine(past, values[^shown..], "#4A5568", "history");
        AddLine(future, forecast.Point, "#1F6FC4", "forecast").LineWidth = 3;
        if (isDate)
        {
            var ticks = (ScottPlot.TickGenerators.DateTimeAutomatic)plot.Axes.DateTimeTicksBottom().TickGenerator;
            ticks.LabelFormatter = time => panel.Times!.Written.Text(time.Ticks);
        }

        // The same picture on every machine, as the CSV beside it.
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = Number };
        if (!isDate)
            plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = Number };
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        string id = panel.Series[series].Id;
        plot.Title($"{(id.Length == 0 ? "Forecast" : id)}: {Counted.Of(horizon, "step")} ahead", size: 18);
        // Below the axes, where it hides nothing.
        _ = plot.ShowLegend(Edge.Bottom);
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Orientation = Orientation.Horizontal;
        if (IsSvg(path))
            stream.Write(System.Text.Encoding.UTF8.GetBytes(plot.GetSvgXml(Width, Height)));
        else
            stream.Write(plot.GetImageBytes(Width, Height, ImageFormat.Png));

        static string Number(double value) => value.ToString("#,0.######", CultureInfo.InvariantCulture);

        double X(int step)
        {
            if (!isDate)
                return step;
            return new DateTime((long)panel.Times!.Clock.After(panel.Times.Last[series], step)!.Value).ToOADate();
        }

        void FillBetween(int level, Color color)
        {
            var band = plot.Add.FillY(future, Array.ConvertAll(forecast.Lower[level], v => (double)v), Array.ConvertAll(forecast.Upper[level], v => (double)v));
            band.FillColor = color;
            band.LineWidth = 0;
            band.MarkerStyle.IsVisible = false;
            band.LegendText = string.Create(CultureInfo.InvariantCulture, $"{levels[level]} % bounds");
        }

        ScottPlot.Plottables.Scatter AddLine(double[] x, float[] y, string color, string label)
        {
            var line = plot.Add.Scatter(x, Array.ConvertAll(y, v => (double)v), Color.FromHex(color));
            line.LegendText = label;
            line.LineWidth = 2;
            line.MarkerSize = 0;
            return line;
        }
    }

    private static bool IsSvg(string path) => Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase);
}
