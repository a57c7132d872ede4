// The linear forecasts beside the networks.
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>One map works in the networks' units, the other on the values themselves, whose size it leaves in: each does better on some data.</summary>
/// <param name="Ridge">From the scaled, transformed window.</param>
/// <param name="Regression">From the same window and the known covariates; null where there are none.</param>
/// <param name="Plain">From the values less the last one; null where the horizon is too long for its moments.</param>
internal sealed record PanelLinear(PanelRidge Ridge, PanelRidge? Regression, RidgeNLinear? Plain)
{
    /// <summary>Look-back and horizon of the plain map together, at most: its memory grows with their square.</summary>
    private const int MaxWidth = 2000;

    /// <summary>Fits them to what can be seen in the examples.</summary>
    public static PanelLinear Fit(IReadOnlyList<PreparedSeries> series, OriginRange[] origins, PanelPlan plan)
    {
        var ridge = Ridge(plan with { Covariates = null });
        var regression = plan.Covariates is { Known.Length: > 0 } ? Ridge(plan) : null;
        var pasts = series.Select((s, i) => origins[i].Count > 0 ? s.Raw[..(origins[i][origins[i].Count - 1] + plan.Horizon)] : default).Where(p => p.Length > 0).ToArray();
        var lookBack = Math.Min(RidgeNLinear.DefaultLookBack(pasts, plan.Horizon, plan.Season), plan.ContextLength);
        return new PanelLinear(ridge, regression, lookBack + plan.Horizon <= MaxWidth ? RidgeNLinear.Fit(pasts, plan.Horizon, plan.Season, lookBack) : null);

        PanelRidge Ridge(PanelPlan inputs) => PanelRidge.Fit(new PanelExamples(series, origins, inputs), inputs, CancellationToken.None);
    }

    public void Save(BinaryWriter writer)
    {
        Ridge.Save(writer);
        Regression?.Save(writer);
        writer.Write(Plain is not null);
        Plain?.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote for a plan with the same covariates.</summary>
    public static PanelLinear Load(BinaryReader reader, PanelPlan plan)
    {
        var ridge = PanelRidge.Load(reader, plan with { Covariates = null });
        var regression = plan.Covariates is { Known.Length: > 0 } ? PanelRidge.Load(reader, plan) : null;
        return new PanelLinear(ridge, regression, reader.ReadBoolean() ? RidgeNLinear.Load(reader, plan.Horizon) : null);
    }
}
