// The networks of a panel model: their joint forecast, on the scale they were trained on.
using GruMlNet.Engine.Networks;

namespace GruMlNet;

/// <summary>Networks of one plan that differ by their seed; their forecast is the mean of each quantile.</summary>
internal sealed class PanelEnsemble(PanelPlan plan, IReadOnlyList<RecurrentNetwork> networks)
{
    /// <summary>Rows that go through the networks together.</summary>
    private const int BatchRows = 16;

    public PanelPlan Plan => plan;

    public IReadOnlyList<RecurrentNetwork> Networks => networks;

    /// <summary>Forecasts from several origins.</summary>
    /// <param name="windows">The series and the step after the last one that is seen.</param>
    /// <returns>Per window [h, Q]: the quantiles on the transformed scale, ascending.</returns>
    public double[][] Quantiles(IReadOnlyList<(PreparedSeries Series, int Origin)> windows)
    {
        int h = plan.Horizon, Q = PanelPlan.Levels.Length;
        var results = new double[windows.Count][];
        var batch = new SequenceBatch(plan.Shape, plan.Steps, Math.Min(BatchRows, Math.Max(1, windows.Count)));
        var output = new float[batch.MaxRows * h * Q];
        var units = new WindowUnits[batch.MaxRows];
        for (var from = 0; from < windows.Count; from += batch.MaxRows)
        {
            batch.Rows = Math.Min(batch.MaxRows, windows.Count - from);
            for (var row = 0; row < batch.Rows; row++)
            {
                units[row] = PanelWindow.WriteInputs(windows[from + row].Series, windows[from + row].Origin, plan, batch, row);
                results[from + row] = new double[h * Q];
            }
            foreach (var network in networks)
            {
                network.Predict(batch, output);
                for (var row = 0; row < batch.Rows; row++)
                {
                    for (var i = 0; i < h; i++)
                    {
                        var quantiles = output.AsSpan((row * h + i) * Q, Q);
                        quantiles.Sort();
                        var b = PanelWindow.Base(windows[from + row].Series, windows[from + row].Origin, i, units[row], plan);
                        for (var q = 0; q < Q; q++)
                            results[from + row][i * Q + q] += (units[row].Level + (double)units[row].Scale * (b + quantiles[q])) / networks.Count;
                    }
                }
            }
        }
        return results;
    }
}
