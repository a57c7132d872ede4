// Cuts the window before an origin and removes its level and scale.
using GruMlNet.Engine.Networks;

namespace GruMlNet;

/// <summary>What turns the values of one window into the network's units and back: value = level + scale·u.</summary>
internal readonly record struct WindowUnits(float Level, float Scale);

/// <summary>
/// The network never sees how large a series is: a window less its level, the mean of its last <see cref="PanelPlan.Period"/> values, is divided by the root of its mean square.
/// What the network adds goes on top of the base, the last period repeated.
/// </summary>
internal static class PanelWindow
{
    /// <summary>Features of the whole window: log of its relative scale, and how much of it there is.</summary>
    public const int ContextSize = 2;

    private const float MaxInput = 10f;
    private const float MaxTarget = 30f;

    /// <summary>Smallest scale on logarithms, and as a share of the level without them: a window that hardly moves must not be blown up.</summary>
    private const float MinScale = 0.005f;

    public static WindowUnits Measure(PreparedSeries series, int origin, PanelPlan plan)
    {
        var first = Math.Max(0, origin - plan.LookBack);
        var level = Level(series, first, origin, plan.Period);
        var (sum, count) = (0.0, 0);
        for (var t = first; t < origin; t++)
        {
            if (!series.Observed[t]) continue;
            var d = (double)series.Values[t] - level;
            sum += d * d;
            count++;
        }
        var floor = series.Transform.IsLog ? MinScale : MinScale * Math.Abs(level) + 1e-9;
        return new WindowUnits((float)level, (float)Math.Max(floor, count > 0 ? Math.Sqrt(sum / count) : 0));
    }

    /// <summary>Writes a window as one row of a batch.</summary>
    /// <param name="series">The series.</param>
    /// <param name="origin">The step after the last one that is seen.</param>
    /// <param name="plan">The window.</param>
    /// <param name="batch">Its rows and steps are set.</param>
    /// <param name="row">Which row.</param>
    /// <param name="lot">Decides what covariates are hidden from a network that learns; 0 hides nothing.</param>
    public static WindowUnits WriteInputs(PreparedSeries series, int origin, PanelPlan plan, SequenceBatch batch, int row, ulong lot = 0)
    {
        var units = Measure(series, origin, plan);
        int L = plan.LookBack, S = plan.Segment, size = plan.InputSize, start = origin - L;
        var window = batch.Window.AsSpan(row * L, L);
        for (var step = 0; step < plan.Steps; step++)
        {
            var inputs = batch.Inputs.AsSpan((step * batch.Rows + row) * size, size);
            for (var j = 0; j < S; j++)
            {
                var t = start + step * S + j;
                var u = t < 0 ? 0f : Math.Clamp((series.Values[t] - units.Level) / units.Scale, -MaxInput, MaxInput);
                window[step * S + j] = inputs[j] = u;
                inputs[S + j] = t >= 0 && series.Observed[t] ? 1f : 0f;
            }
        }
        var relative = series.Transform.IsLog ? units.Scale : units.Scale / (Math.Abs(units.Level) + units.Scale);
        batch.Context[row * ContextSize] = (MathF.Log(relative + 1e-6f) + 2f) / 2f;
        batch.Context[row * ContextSize + 1] = 2f * Math.Min((float)origin / L, 1f) - 1f;
        if (plan.Covariates is not null) CovariateWindow.Write(series, origin, units, plan, batch, row, lot);
        return units;
    }

    /// <summary>Writes what the network should have added to the base, and how much each step counts.</summary>
    public static void WriteTargets(PreparedSeries series, int origin, WindowUnits units, PanelPlan plan, SequenceBatch batch, int row)
    {
        for (var i = 0; i < plan.Horizon; i++)
        {
            var t = origin + i;
            var known = t < series.Length && series.Observed[t];
            batch.Targets[row * plan.Horizon + i] = known ? Math.Clamp((series.Values[t] - units.Level) / units.Scale, -MaxTarget, MaxTarget) - Base(series, origin, i, units, plan) : 0f;
            batch.Weights[row * plan.Horizon + i] = series.Weight(t);
        }
    }

    /// <summary>The last period repeated, for one step ahead, in the network's units.</summary>
    public static float Base(PreparedSeries series, int origin, int step, WindowUnits units, PanelPlan plan)
    {
        if (plan.Period == 1) return 0f;
        var t = plan.BaseStep(origin, step);
        return t < 0 ? 0f : Math.Clamp((series.Values[t] - units.Level) / units.Scale, -MaxInput, MaxInput);
    }

    /// <summary>Mean of the last period's observed values; the last value where there is none among them.</summary>
    private static double Level(PreparedSeries series, int first, int origin, int period)
    {
        var (sum, count) = (0.0, 0);
        for (var t = Math.Max(first, origin - period); t < origin; t++)
        {
            if (!series.Observed[t]) continue;
            sum += series.Values[t];
            count++;
        }
        return count > 0 ? sum / count : origin > 0 ? series.Values[origin - 1] : 0;
    }
}
