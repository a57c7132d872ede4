// The two linear forecasts beside the networks.
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>One map works in the networks' units, the other on the values themselves, whose size it leaves in: each does better on some data.</summary>
/// <param name="Ridge">From the scaled, transformed window.</param>
/// <param name="Plain">From the values less the last one; null where the horizon is too long for its moments.</param>
internal sealed record PanelLinear(PanelRidge Ridge, RidgeNLinear? Plain)
{
    /// <summary>Look-back and horizon of the plain map together, at most: its memory grows with their square.</summary>
    private const int MaxWidth = 2000;

    /// <summary>Fits both to what can be seen in the examples.</summary>
    public static PanelLinear Fit(IReadOnlyList<PreparedSeries> series, OriginRange[] origins, PanelPlan plan)
    {
        var ridge = PanelRidge.Fit(new PanelExamples(series, origins, plan), plan, CancellationToken.None);
        var pasts = series.Select((s, i) => origins[i].Count > 0 ? s.Raw[..(origins[i][origins[i].Count - 1] + plan.Horizon)] : default).Where(p => p.Length > 0).ToArray();
        var lookBack = Math.Min(RidgeNLinear.DefaultLookBack(pasts, plan.Horizon, plan.Season), plan.ContextLength);
        return new PanelLinear(ridge, lookBack + plan.Horizon <= MaxWidth ? RidgeNLinear.Fit(pasts, plan.Horizon, plan.Season, lookBack) : null);
    }

    public void Save(BinaryWriter writer)
    {
        Ridge.Save(writer);
        writer.Write(Plain is not null);
        Plain?.Save(writer);
    }

    public static PanelLinear Load(BinaryReader reader, PanelPlan plan) =>
        new(PanelRidge.Load(reader, plan), reader.ReadBoolean() ? RidgeNLinear.Load(reader, plan.Horizon) : null);
}
