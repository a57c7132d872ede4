// Writes covariates and static columns beside a window: into its segments, and into what the decoder sees of the steps ahead.
using GruMlNet.Engine.Networks;

namespace GruMlNet;

/// <summary>
/// Everything is on the scale of the training data; what is missing is 0, and the network is told so. A known covariate comes with its change since the step that the first guess
/// repeats, because what the network says is added to that guess. On logarithms an effect is the same percentage whatever the window's scale, so that change is written in the scale's units: without that,
/// what networks learn from windows that hardly move makes them exaggerate in others.
/// </summary>
/// <remarks>
/// Among the examples to learn from, an eighth hide what lies ahead from some step on, and a sixteenth hide the static columns: so the networks know what to do without.
/// </remarks>
internal static class CovariateWindow
{
    /// <summary>Of a known covariate at a step ahead: its value, its change, and whether it is there.</summary>
    private const int FutureFeatures = 3;

    /// <summary>Scale of a window on logarithms at which a change keeps its size.</summary>
    private const float UsualScale = 0.2f;

    /// <summary>Changes beyond are as large.</summary>
    private const float MaxChange = 10f;

    /// <summary>Columns that are written into segments: values, and whether they are there where some are missing.</summary>
    public static int Columns(PanelCovariates? covariates) => covariates is null ? 0 : covariates.Past.Sum(Width) + covariates.Known.Sum(Width);

    public static int FutureSize(PanelCovariates? covariates) => FutureFeatures * (covariates?.Known.Length ?? 0);

    /// <summary>What a change is multiplied by, so that an effect on the values is the same in the network's units.</summary>
    public static float Units(PreparedSeries series, WindowUnits units) => series.Transform.IsLog ? UsualScale / units.Scale : 1f;

    /// <summary>Writes one row of a batch.</summary>
    /// <param name="series">The series.</param>
    /// <param name="origin">The step after the last one that is seen.</param>
    /// <param name="units">Of the window.</param>
    /// <param name="plan">With covariates.</param>
    /// <param name="batch">Its rows and steps are set.</param>
    /// <param name="row">Which row.</param>
    /// <param name="lot">Decides what is hidden from a network that learns; 0 hides nothing.</param>
    public static void Write(PreparedSeries series, int origin, WindowUnits units, PanelPlan plan, SequenceBatch batch, int row, ulong lot)
    {
        var covariates = plan.Covariates!;
        var shown = lot != 0 && lot % 8 == 0 ? (int)((lot >> 8) % (ulong)plan.Horizon) : plan.Horizon;
        var factor = Units(series, units);
        WriteSegments(series, origin - plan.LookBack, plan, batch, row);
        for (var i = 0; i < plan.Horizon; i++)
        {
            var future = batch.Future.AsSpan((row * plan.Horizon + i) * FutureSize(covariates), FutureSize(covariates));
            for (var k = 0; k < covariates.Known.Length; k++)
            {
                var value = i < shown ? series.Known(k, origin + i) : float.NaN;
                var change = value - series.Known(k, plan.BaseStep(origin, i));
                future[FutureFeatures * k] = OrZero(value);
                future[FutureFeatures * k + 1] = Math.Clamp(factor * OrZero(change), -MaxChange, MaxChange);
                future[FutureFeatures * k + 2] = float.IsNaN(value) ? 0f : 1f;
            }
        }
        WriteStatic(series, covariates, batch.Static.AsSpan(row * covariates.StaticSize, covariates.StaticSize), hidden: lot != 0 && (lot >> 4) % 16 == 0);
    }

    private static void WriteSegments(PreparedSeries series, int start, PanelPlan plan, SequenceBatch batch, int row)
    {
        var covariates = plan.Covariates!;
        int S = plan.Segment, size = plan.InputSize;
        for (var step = 0; step < plan.Steps; step++)
        {
            var inputs = batch.Inputs.AsSpan((step * batch.Rows + row) * size, size)[(2 * S)..];
            for (var p = 0; p < covariates.Past.Length; p++)
            {
                for (var j = 0; j < S; j++) Put(inputs, j, series.Past(p, start + step * S + j), covariates.Past[p].HasGaps);
                inputs = inputs[(Width(covariates.Past[p]) * S)..];
            }
            for (var k = 0; k < covariates.Known.Length; k++)
            {
                for (var j = 0; j < S; j++) Put(inputs, j, series.Known(k, start + step * S + j), covariates.Known[k].HasGaps);
                inputs = inputs[(Width(covariates.Known[k]) * S)..];
            }
        }

        void Put(Span<float> inputs, int j, float value, bool hasGaps)
        {
            inputs[j] = OrZero(value);
            if (hasGaps) inputs[S + j] = float.IsNaN(value) ? 0f : 1f;
        }
    }

    private static void WriteStatic(PreparedSeries series, PanelCovariates covariates, Span<float> target, bool hidden)
    {
        target.Clear();
        if (hidden) return;
        var next = 0;
        for (var n = 0; n < covariates.StaticNumbers.Length; n++)
        {
            var value = series.StaticNumber(n);
            target[next++] = OrZero(value);
            if (covariates.StaticNumbers[n].HasGaps) target[next++] = float.IsNaN(value) ? 0f : 1f;
        }
        for (var c = 0; c < covariates.Categories.Length; c++)
        {
            if (series.Codes[c] >= 0) target[next + series.Codes[c]] = 1f;
            next += covariates.Categories[c].Length;
        }
    }

    private static int Width(ColumnScale scale) => scale.HasGaps ? 2 : 1;

    private static float OrZero(float value) => float.IsNaN(value) ? 0f : value;
}
