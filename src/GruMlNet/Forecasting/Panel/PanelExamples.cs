// The examples of a panel: windows of its series.
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>Evenly spaced origins: the steps before which a forecast is made.</summary>
internal readonly record struct OriginRange(int First, int Stride, int Count)
{
    public int this[int i] => First + i * Stride;
}

/// <summary>Each (series, origin) pair counts alike, so that long series count more than short ones. Read-only: several networks may train on it at once.</summary>
internal sealed class PanelExamples : ISequenceSource
{
    private readonly IReadOnlyList<PreparedSeries> _series;
    private readonly IReadOnlyList<OriginRange> _origins;
    private readonly PanelPlan _plan;
    private readonly bool _hidesCovariates;
    private readonly int[] _firstExample; // [series + 1]

    /// <summary>Makes the examples.</summary>
    /// <param name="series">The series.</param>
    /// <param name="origins">Where each series is forecast from.</param>
    /// <param name="plan">The windows.</param>
    /// <param name="hidesCovariates">Whether some examples lack covariates, so that a network learns what to do without them.</param>
    public PanelExamples(IReadOnlyList<PreparedSeries> series, IReadOnlyList<OriginRange> origins, PanelPlan plan, bool hidesCovariates = false)
    {
        (_series, _origins, _plan, _hidesCovariates) = (series, origins, plan, hidesCovariates);
        _firstExample = new int[series.Count + 1];
        for (var s = 0; s < series.Count; s++) _firstExample[s + 1] = checked(_firstExample[s] + origins[s].Count);
    }

    public int Count => _firstExample[^1];

    public int MaxSteps => _plan.Steps;

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        batch.Steps = _plan.Steps;
        batch.HasLengths = false;
        for (var row = 0; row < indices.Length; row++)
        {
            var (series, origin) = this[indices[row]];
            var units = PanelWindow.WriteInputs(series, origin, _plan, batch, row, _hidesCovariates ? SeededRandom.Combine((ulong)indices[row], 1) : 0);
            PanelWindow.WriteTargets(series, origin, units, _plan, batch, row);
        }
    }

    /// <summary>The series and the origin of an example.</summary>
    public (PreparedSeries Series, int Origin) this[int example]
    {
        get
        {
            // The first start beyond the example is found; series without examples have the same start as their successor.
            int low = 0, high = _series.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_firstExample[middle + 1] <= example) low = middle + 1;
                else high = middle;
            }
            return (_series[low], _origins[low][example - _firstExample[low]]);
        }
    }
}
