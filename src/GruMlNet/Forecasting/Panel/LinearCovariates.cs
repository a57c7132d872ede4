// Known covariates as a linear model sees them at a step ahead.
namespace GruMlNet;

/// <summary>
/// Per known covariate how far it will be from where it was, at the step that the first guess repeats and on average over the window; and the same of its square, for effects that are smallest in the
/// middle, such as that of temperature on the demand for electricity. A step of which nothing is known gets zeros: as if nothing changed. All in the
/// units of <see cref="CovariateWindow.Units"/>.
/// </summary>
internal static class LinearCovariates
{
    public static int Size(PanelCovariates covariates) => covariates.Known.Sum(Width);

    /// <summary>Writes [h,<see cref="Size"/>].</summary>
    public static void Write(PreparedSeries series, int origin, PanelPlan plan, Span<double> target)
    {
        var covariates = plan.Covariates!;
        int size = Size(covariates), next = 0;
        var units = CovariateWindow.Units(series, PanelWindow.Measure(series, origin, plan));
        for (var k = 0; k < covariates.Known.Length; k++)
        {
            for (var square = 0; square < Width(covariates.Known[k]) / 2; square++)
            {
                var mean = Mean(series, k, origin, plan, square == 1);
                for (var i = 0; i < plan.Horizon; i++)
                {
                    var value = Value(series, k, origin + i, square == 1);
                    target[i * size + next] = units * OrZero(value - Value(series, k, plan.BaseStep(origin, i), square == 1));
                    target[i * size + next + 1] = units * OrZero(value - mean);
                }
                next += 2;
            }
        }
    }

    /// <summary>What covariates add at a step, on the scale of <see cref="Write"/> without units, if each feature counts with its coefficient: both of a column's changes are changes of the same value.</summary>
    public static double Effect(PreparedSeries series, int t, PanelCovariates covariates, ReadOnlySpan<float> coefficients)
    {
        var (sum, next) = (0.0, 0);
        for (var k = 0; k < covariates.Known.Length; k++)
        {
            for (var square = 0; square < Width(covariates.Known[k]) / 2; square++, next += 2)
                sum += OrZero((coefficients[next] + coefficients[next + 1]) * Value(series, k, t, square == 1));
        }
        return sum;
    }

    private static int Width(ColumnScale scale) => scale.IsBinary ? 2 : 4;

    private static double Mean(PreparedSeries series, int k, int origin, PanelPlan plan, bool square)
    {
        var (sum, count) = (0.0, 0);
        for (var t = Math.Max(0, origin - plan.LookBack); t < origin; t++)
        {
            var value = Value(series, k, t, square);
            if (double.IsNaN(value)) continue;
            sum += value;
            count++;
        }
        return count > 0 ? sum / count : double.NaN;
    }

    private static double Value(PreparedSeries series, int k, int t, bool square)
    {
        double value = series.Known(k, t);
        return square ? value * value : value;
    }

    private static double OrZero(double value) => double.IsNaN(value) ? 0 : value;
}
