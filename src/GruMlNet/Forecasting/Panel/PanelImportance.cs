// How much one input matters to the forecasts.
namespace GruMlNet;

/// <summary>A group of past values, a covariate or a static column, and what forecasts lose without it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Increase">By how much the error grows when the input is taken from another time or series: 0.5 for half as much again, 0 for an input that does not matter. Slightly below 0 by chance.</param>
internal readonly record struct PanelImportance(string Name, double Increase);
