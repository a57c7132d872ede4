// Refuses covariates that do not fit their series or the model.
namespace GruMlNet;

internal static class PanelChecks
{
    /// <summary>Checks series that a model is to learn from: all have the same columns, of the right lengths.</summary>
    /// <exception cref="ArgumentException">A column is missing or has the wrong length; the message says which.</exception>
    /// <exception cref="InvalidOperationException">A value is infinite, or a weight negative.</exception>
    public static void Training(IReadOnlyList<PanelSeries> series, PanelNames? names)
    {
        names ??= series.Count > 0 ? PanelNames.Numbered(series[0]) : null;
        foreach (var one in series)
        {
            Columns(one, names!, mayLack: false);
            if (one.Weights is { } weights)
            {
                if (weights.Length != one.Values.Length)
                    throw new ArgumentException($"Series '{one.Id}' has {one.Values.Length} values and {weights.Length} weights: give one weight per value, or none.", nameof(series));
                var wrong = Array.FindIndex(weights, w => !(w >= 0f && float.IsFinite(w)));
                if (wrong >= 0)
                    throw new InvalidOperationException(FormattableString.Invariant($"Weight {wrong + 1} of series '{one.Id}' is {weights[wrong]}: a weight is a number of at least 0."));
            }
        }
    }

    /// <summary>Checks a series to forecast. What it lacks altogether counts as missing.</summary>
    /// <exception cref="ArgumentException">There are other columns than the model has learnt from, or one has the wrong length.</exception>
    /// <exception cref="InvalidOperationException">A value is infinite.</exception>
    public static void Forecasting(PanelSeries series, PanelNames names) => Columns(series, names, mayLack: true);

    private static void Columns(PanelSeries series, PanelNames names, bool mayLack)
    {
        Count("past covariates", series.Past.Length, names.Past);
        Count("known covariates", series.Known.Length, names.Known);
        Count("static numbers", series.StaticNumbers.Length, names.StaticNumbers);
        Count("static categories", series.StaticCategories.Length, names.StaticCategories);
        for (var p = 0; p < series.Past.Length; p++)
        {
            if (series.Past[p].Length != series.Values.Length)
                throw new ArgumentException($"Covariate '{names.Past[p]}' of series '{series.Id}' has {series.Past[p].Length} values, and the series {series.Values.Length}: a covariate that is known up to now needs as many.", nameof(series));
            Finite(names.Past[p], series.Past[p]);
        }
        for (var k = 0; k < series.Known.Length; k++)
        {
            if (series.Known[k].Length < series.Values.Length)
                throw new ArgumentException($"Covariate '{names.Known[k]}' of series '{series.Id}' has {series.Known[k].Length} values, and the series {series.Values.Length}: a covariate that is known beforehand needs at least as many, and more for the steps to forecast. Fill up with NaN what is missing.", nameof(series));
            Finite(names.Known[k], series.Known[k]);
        }
        for (var n = 0; n < series.StaticNumbers.Length; n++) Finite(names.StaticNumbers[n], series.StaticNumbers.AsSpan(n, 1));

        void Count(string what, int got, string[] expected)
        {
            if (got != expected.Length && !(mayLack && got == 0))
                throw new ArgumentException($"Series '{series.Id}' has {got} {what}, and {expected.Length} are expected{(expected.Length > 0 ? $" ({string.Join(", ", expected)})" : "")}: give each series the same columns in the same order.", nameof(series));
        }

        void Finite(string name, ReadOnlySpan<float> values)
        {
            for (var t = 0; t < values.Length; t++)
                if (float.IsInfinity(values[t]))
                    throw new InvalidOperationException(FormattableString.Invariant($"Value {t + 1} of '{name}' of series '{series.Id}' is {values[t]}; a forecaster learns from finite numbers. Replace infinities by NaN (missing) or by real values."));
        }
    }
}
