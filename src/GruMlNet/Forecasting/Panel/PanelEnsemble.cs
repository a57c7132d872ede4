// The networks of a panel model: what they forecast, on the scale they were trained on.
using GruMlNet.Engine.Networks;

namespace GruMlNet;

/// <summary>Networks of one plan that differ by their seed.</summary>
internal sealed class PanelEnsemble(PanelPlan plan, IReadOnlyList<RecurrentNetwork> networks)
{
    /// <summary>Rows that go through the networks together.</summary>
    private const int BatchRows = 16;

    public PanelPlan Plan => plan;

    public IReadOnlyList<RecurrentNetwork> Networks => networks;

    /// <summary>Forecasts from several origins and adds up what each network says.</summary>
    /// <param name="windows">The series and the step after the last one that is seen.</param>
    /// <param name="quantiles">Per window [h, Q]: the quantiles on the transformed scale, ascending, are added.</param>
    /// <param name="squares">Per window [h]: the squares of the medians are added.</param>
    public void Add(IReadOnlyList<(PreparedSeries Series, int Origin)> windows, double[][] quantiles, double[][] squares)
    {
        int h = plan.Horizon, Q = PanelPlan.Levels.Length;
        var batch = new SequenceBatch(plan.Shape, plan.Steps, Math.Min(BatchRows, Math.Max(1, windows.Count)));
        var output = new float[batch.MaxRows * h * Q];
        var units = new WindowUnits[batch.MaxRows];
        for (var from = 0; from < windows.Count; from += batch.MaxRows)
        {
            batch.Rows = Math.Min(batch.MaxRows, windows.Count - from);
            for (var row = 0; row < batch.Rows; row++) units[row] = PanelWindow.WriteInputs(windows[from + row].Series, windows[from + row].Origin, plan, batch, row);
            foreach (var network in networks)
            {
                network.Predict(batch, output);
                for (var row = 0; row < batch.Rows; row++)
                {
                    var (sums, window) = (quantiles[from + row], windows[from + row]);
                    for (var i = 0; i < h; i++)
                    {
                        var step = output.AsSpan((row * h + i) * Q, Q);
                        step.Sort();
                        var b = PanelWindow.Base(window.Series, window.Origin, i, units[row], plan);
                        for (var q = 0; q < Q; q++) sums[i * Q + q] += Value(step[q]);
                        squares[from + row][i] += Value(step[PanelPlan.Median]) * Value(step[PanelPlan.Median]);

                        double Value(float u) => units[row].Level + (double)units[row].Scale * (b + u);
                    }
                }
            }
        }
    }
}
