namespace GruMlNet;

/// <summary>How much each class counts in training.</summary>
internal static class ClassBalance
{
    /// <summary>The weight of each class: given, or so that all classes count the same, or 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many weights as classes.</exception>
    internal static float[] Weights(IReadOnlyList<float>? given, bool balance, int classes, IEnumerable<int> labels)
    {
        if (given is not null && given.Count != classes)
            throw new ArgumentOutOfRangeException(null, $"classWeights has {given.Count} weights, but the label column has {classes} classes: give one weight per key value, in their order.");
        float[] weights = given is not null ? [.. given] : [.. Enumerable.Repeat(1f, classes)];
        if (!balance)
            return weights;
        var counts = new long[classes];
        foreach (int label in labels)
            counts[label]++;
        int present = counts.Count(count => count > 0);
        for (int i = 0; i < classes; i++)
            weights[i] *= counts[i] == 0 ? 0 : (float)(counts.Sum() / (double)(present * counts[i]));
        return weights;
    }

    internal static void AddProblems(IReadOnlyList<float>? weights, List<string> problems)
    {
        if (weights is not null && weights.Any(weight => !(weight >= 0) || float.IsInfinity(weight)))
            problems.Add("classWeights must be numbers of at least 0: leave it null for equal weights.");
    }
}
