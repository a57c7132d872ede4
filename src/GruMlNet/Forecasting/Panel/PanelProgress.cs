// How far the training of a panel forecaster has come.
namespace GruMlNet;

/// <summary>A report from a running training.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of the whole training that is done, 0 to 1.</param>
/// <param name="Loss">Mean training loss of the latest steps; NaN before there is one.</param>
/// <param name="Elapsed">Time since the start.</param>
internal readonly record struct PanelProgress(string Stage, double Fraction, double Loss, TimeSpan Elapsed);
