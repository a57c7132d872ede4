namespace GruMlNet.Evaluation;

/// <summary>What is averaged on the way to <see cref="ForecastMetrics"/>.</summary>
internal enum Score
{
    Absolute,
    Square,
    Smape,
    Mape,
    Scaled,
    RootScaledSquare,
    Pinball,
    ScaledPinball,
    Interval,
    Covered,
    Naive2Smape,
    Naive2Scaled,
}

/// <summary>A running mean of each score; values that are not defined (NaN) are left out.</summary>
internal sealed class ScoreMeans
{
    private static readonly int Count = Enum.GetValues<Score>().Length;
    private readonly double[] sums = new double[Count];
    private readonly long[] counts = new long[Count];

    internal double this[Score score] => counts[(int)score] == 0 ? double.NaN : sums[(int)score] / counts[(int)score];

    internal void Add(Score score, double value)
    {
        if (double.IsNaN(value))
            return;
        sums[(int)score] += value;
        counts[(int)score]++;
    }
}
