// How far back gradients reach: what "vanishing" means, measured.
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;
using ScottPlot;

namespace GruVersusLstm;

/// <summary>
/// The norm of the loss's derivative by the inputs of each step, averaged over sequences of the adding problem: before training, and after it. Where it has fallen by many powers of ten,
/// no step of gradient descent can connect that step with the error at the end.
/// </summary>
internal sealed class GradientFlow(ISequenceSource source, Loss loss)
{
    private const int Sequences = 64;

    private readonly List<(RecurrentCell Cell, bool Trained, double[] Norms)> _curves = [];

    /// <summary>Without any installed font (a bare container), a chart has no text.</summary>
    public static bool HasText => SkiaSharp.SKTypeface.Default.ContainsGlyph('a');

    public void Measure(RecurrentNetwork network, bool trained)
    {
        var batch = new SequenceBatch(network.Shape, source.MaxSteps, Sequences, loss);
        source.Fill([.. Enumerable.Range(0, Sequences)], batch);
        var gradient = new float[batch.Inputs.Length];
        network.InputGradient(batch, loss, gradient);
        var norms = new double[source.MaxSteps];
        for (var t = 0; t < norms.Length; t++)
        {
            for (var b = 0; b < Sequences; b++)
            {
                var sum = 0.0;
                foreach (var g in gradient.AsSpan((t * Sequences + b) * network.Shape.InputSize, network.Shape.InputSize)) sum += (double)g * g;
                norms[t] += Math.Sqrt(sum) / Sequences;
            }
        }
        _curves.Add((network.Shape.Cell, trained, norms));
    }

    /// <summary>By how much the gradient of the first tenth of the steps is smaller than that of the last tenth, in powers of ten.</summary>
    public string Summary() => string.Join("; ", _curves.Select(c => $"{Table.Name(c.Cell)} {(c.Trained ? "trained" : "fresh")}: 10^{Fall(c.Norms):F1}"));

    public void Save(string path)
    {
        using var plot = new Plot();
        plot.Font.Automatic();
        plot.FigureBackground.Color = Colors.White;
        plot.Grid.MajorLineColor = Color.FromHex("#E8ECF0");
        foreach (var (cell, trained, norms) in _curves)
        {
            int[] seen = [.. Enumerable.Range(0, norms.Length).Where(t => norms[t] > 1e-12)];
            double[] steps = [.. seen.Select(t => (double)norms.Length - 1 - t)], heights = [.. seen.Select(t => Math.Log10(norms[t]))];
            var line = plot.Add.Scatter(steps, heights, Color.FromHex(cell switch { RecurrentCell.Gru => "#1F6FC4", RecurrentCell.Lstm => "#2F9E6E", _ => "#D9822B" }));
            (line.LineWidth, line.MarkerSize, line.LegendText) = (trained ? 3 : 1.5f, 0, $"{Table.Name(cell)}, {(trained ? "trained" : "fresh")}");
            if (!trained) line.LinePattern = LinePattern.Dashed;
        }
        plot.Axes.InvertX();
        plot.Axes.SetLimitsY(-12.5, 1);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = y => y % 2 == 0 ? $"1e{y:F0}" : "" };
        plot.XLabel("steps before the end");
        plot.YLabel("norm of d loss / d input of the step");
        plot.Title($"How far back gradients reach: adding problem, T = {source.MaxSteps}", size: 18);
        var legend = plot.ShowLegend(Edge.Right);
        (legend.Legend.OutlineColor, legend.Legend.ShadowColor) = (Colors.Transparent, Colors.Transparent);
        plot.SavePng(path, 1200, 640);
    }

    private static double Fall(double[] norms)
    {
        var tenth = Math.Max(1, norms.Length / 10);
        return Math.Log10(Math.Max(norms[..tenth].Average(), 1e-30) / norms[^tenth..].Average());
    }
}
