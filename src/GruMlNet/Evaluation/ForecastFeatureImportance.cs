// How much one input matters to the forecasts.
namespace GruMlNet.Evaluation;

/// <summary>A group of past values, a covariate or a static column, and what forecasts lose without it.</summary>
/// <param name="Name">What it is: the name of the column, with [i] behind it for a number of a vector, or past values in words.</param>
/// <param name="ErrorIncrease">By how much the mean scaled error grows when the input is taken from elsewhere: 0.5 for half as much again, 0 for an input that does not matter. Slightly below 0 by chance.</param>
public sealed record ForecastFeatureImportance(string Name, double ErrorIncrease);
