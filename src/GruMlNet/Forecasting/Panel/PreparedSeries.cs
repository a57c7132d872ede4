// A series as the panel model sees it: transformed, with its gaps known, its covariates on the training data's scale.
namespace GruMlNet;

/// <summary>
/// Starts at the first value. A missing value has a stand-in, the value one season earlier or else the last one seen, which is
/// shown to the network as missing and counts in no statistic and no loss.
/// </summary>
internal sealed class PreparedSeries
{
    private readonly PanelSeries _source;
    private readonly PanelCovariates? _covariates;
    private readonly int _start;

    public PreparedSeries(PanelSeries source, PanelPlan plan, PanelCovariates? covariates)
    {
        (_source, _covariates) = (source, covariates);
        ReadOnlyMemory<float> all = source.Values;
        while (_start < all.Length && float.IsNaN(all.Span[_start])) _start++;
        Raw = all[_start..];
        var history = Raw.Span;
        HasNegative = !ValueTransform.CanLog(history);
        HasOnlyZeros = !history.ContainsAnyExcept(0f, float.NaN);
        Transform = plan.UseLog && !HasNegative ? ValueTransform.Log(history) : ValueTransform.Identity;
        Values = new float[history.Length];
        Observed = new bool[history.Length];
        for (var t = 0; t < history.Length; t++)
        {
            Observed[t] = !float.IsNaN(history[t]);
            Values[t] = Observed[t] ? (float)Transform.Apply(history[t]) : t >= plan.Season ? Values[t - plan.Season] : Values[t - 1];
        }
        Codes = covariates?.CodesOf(source) ?? [];
    }

    public int Length => Values.Length;

    /// <summary>The values as they were given, NaN where missing.</summary>
    public ReadOnlyMemory<float> Raw { get; }

    public bool HasNegative { get; }

    /// <summary>Whether all observed values are 0.</summary>
    public bool HasOnlyZeros { get; }

    public ValueTransform Transform { get; }

    public float[] Values { get; }

    public bool[] Observed { get; }

    /// <summary>[C]: the places of the static categories, −1 for an unknown one.</summary>
    public int[] Codes { get; }

    /// <summary>A past covariate at a step, NaN where missing.</summary>
    public float Past(int column, int t) => At(_source.Past, column, t, _covariates!.Past);

    /// <summary>A covariate that is known beforehand, at a step that may lie beyond the values; NaN where missing.</summary>
    public float Known(int column, int t) => At(_source.Known, column, t, _covariates!.Known);

    public float StaticNumber(int column) => column < _source.StaticNumbers.Length ? _covariates!.StaticNumbers[column].Apply(_source.StaticNumbers[column]) : float.NaN;

    /// <summary>How much a step counts in training; 0 where its value is missing.</summary>
    public float Weight(int t) => t >= Length || !Observed[t] ? 0f : _source.Weights is { } weights ? weights[_start + t] : 1f;

    private float At(float[][] columns, int column, int t, ColumnScale[] scales)
    {
        var place = _start + t;
        return column < columns.Length && t >= 0 && place < columns[column].Length ? scales[column].Apply(columns[column][place]) : float.NaN;
    }
}
