// One of the series that a panel is made of.
namespace GruMlNet;

/// <summary>A series with its name and what is known beside its values. All series of a panel have the same covariates in the same order.</summary>
/// <param name="Id">Names the series in messages.</param>
/// <param name="Values">Oldest first, one per time step; NaN where missing.</param>
internal sealed record PanelSeries(string Id, float[] Values)
{
    /// <summary>[P][n]: covariates that are known up to the last value, one array as long as the values for each; NaN where missing.</summary>
    public float[][] Past { get; init; } = [];

    /// <summary>[K][n + future]: covariates that are known beforehand. What lies beyond the values belongs to the steps to forecast; a step that is not there counts as missing.</summary>
    public float[][] Known { get; init; } = [];

    /// <summary>[S]: numbers that describe the series as a whole; NaN where missing.</summary>
    public float[] StaticNumbers { get; init; } = [];

    /// <summary>[C]: categories the series belongs to, as text; empty where missing.</summary>
    public string[] StaticCategories { get; init; } = [];

    /// <summary>[n]: how much each step counts in training; null: all alike.</summary>
    public float[]? Weights { get; init; }

    /// <summary>The last steps of the series, with what is known beyond them.</summary>
    public PanelSeries Recent(int steps)
    {
        var from = Values.Length - steps;
        return from <= 0 ? this : this with { Values = Values[from..], Past = Array.ConvertAll(Past, p => p[from..]), Known = Array.ConvertAll(Known, k => k[from..]), Weights = Weights?[from..] };
    }
}
