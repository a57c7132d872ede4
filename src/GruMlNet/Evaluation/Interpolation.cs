namespace GruMlNet.Evaluation;

internal static class Interpolation
{
    /// <summary>The values with straight lines through the gaps; before the first and after the last observed value, that value. At least one must be observed.</summary>
    internal static double[] Fill(ReadOnlySpan<float> values)
    {
        var filled = new double[values.Length];
        int previous = -1;
        for (int t = 0; t < values.Length; t++)
        {
            if (float.IsNaN(values[t]))
                continue;
            filled[t] = values[t];
            for (int gap = previous + 1; gap < t; gap++)
                filled[gap] = previous < 0 ? filled[t] : filled[previous] + (filled[t] - filled[previous]) * (gap - previous) / (t - previous);
            previous = t;
        }

        filled.AsSpan(previous + 1).Fill(filled[previous]);
        return filled;
    }
}
