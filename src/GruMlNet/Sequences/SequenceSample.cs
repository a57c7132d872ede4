// One sequence as it was read from a row.
namespace GruMlNet.Sequences;

/// <summary>Steps of numbers or steps of tokens, not both.</summary>
/// <param name="Steps">T; 0 for an empty sequence.</param>
/// <param name="Values">[T,F], time-major, NaN where missing; empty for tokens.</param>
/// <param name="Tokens">[T]: 0 … vocabulary − 1, −1 where missing or unknown; empty for numbers.</param>
internal sealed record SequenceSample(int Steps, float[] Values, int[] Tokens);
