// One of the series that a panel is made of.
namespace GruMlNet;

/// <summary>A series with its name.</summary>
/// <param name="Id">Names the series in messages.</param>
/// <param name="Values">Oldest first, one per time step; NaN where missing.</param>
internal sealed record PanelSeries(string Id, float[] Values);
