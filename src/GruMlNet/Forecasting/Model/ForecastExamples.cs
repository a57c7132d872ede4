// The training examples: every past origin of every series.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>
/// An example asks: standing here, with these forecasters saying this, what correction to their combination was right? Forecasts
/// and targets are differences to the combination in units of its mean error. Read-only, so that several networks can train on it at once.
/// </summary>
internal sealed class ForecastExamples : ISequenceSource
{
    /// <summary>Corrections beyond this are cut: a break in the series must not outweigh everything else.</summary>
    private const double MaxCorrection = 30;

    private readonly WindowFeatures _features;
    private readonly IReadOnlyList<SeriesAnalysis> _series;
    private readonly List<(int Series, int Kept)> _examples = [];

    public ForecastExamples(IReadOnlyList<SeriesAnalysis> series, WindowFeatures features)
    {
        (_series, _features) = (series, features);
        for (var s = 0; s < series.Count; s++)
        {
            if (!series[s].IsSeasonal) continue;
            for (var k = 0; k < series[s].Kept.Length - 1; k++) _examples.Add((s, k));
        }
    }

    public int Count => _examples.Count;

    public int MaxSteps => _features.Steps;

    public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
    {
        batch.Steps = _features.Steps;
        batch.HasLengths = false;
        for (var row = 0; row < indices.Length; row++)
        {
            var (s, kept) = _examples[indices[row]];
            Write(_series[s], kept, batch, row, _features);
            WriteTargets(_series[s], _series[s].Kept[kept], batch, row);
        }
    }

    /// <summary>Writes the inputs of one example: how things stand at the given one of the kept origins.</summary>
    public static void Write(SeriesAnalysis analysis, int kept, SequenceBatch batch, int row, WindowFeatures features)
    {
        var size = SeriesCombination.ExpertCount * analysis.Horizon;
        features.Write(analysis, analysis.Origins[analysis.Kept[kept]], batch.Inputs, batch.Context, row, batch.Rows);
        analysis.Priors.CopyTo(batch.Priors.AsSpan(row * SeriesCombination.ExpertCount));
        for (var i = 0; i < size; i++) batch.Experts[row * size + i] = Correction(analysis.Experts[kept * size + i], analysis);
    }

    private static void WriteTargets(SeriesAnalysis analysis, int origin, SequenceBatch batch, int row)
    {
        var h = analysis.Horizon;
        var combined = analysis.Combined(origin);
        for (var i = 0; i < h; i++)
        {
            var t = analysis.Origins[origin] + i;
            var known = t < analysis.Series.Length && analysis.Series.Observed[t];
            batch.Targets[row * h + i] = known ? Correction(analysis.Series.Values[t] - combined[i], analysis) : 0f;
            batch.Weights[row * h + i] = known ? 1f : 0f;
        }
    }

    private static float Correction(double difference, SeriesAnalysis analysis) => (float)Math.Clamp(difference / analysis.Scale, -MaxCorrection, MaxCorrection);
}
