namespace GruMlNet.Evaluation;

/// <summary>
/// The scores of forecasts, each a mean over cases of the mean over their observed steps, so that every case counts the same; lower is better except for <see cref="Coverage"/>.
/// NaN: there was nothing to compute the score from.
/// </summary>
public sealed class ForecastMetrics
{
    internal ForecastMetrics(int cases, ScoreMeans means)
    {
        Cases = cases;
        MeanAbsoluteError = means[Score.Absolute];
        RootMeanSquaredError = Math.Sqrt(means[Score.Square]);
        Smape = means[Score.Smape];
        Mape = means[Score.Mape];
        Mase = means[Score.Scaled];
        Rmsse = means[Score.RootScaledSquare];
        Owa = (Smape / means[Score.Naive2Smape] + Mase / means[Score.Naive2Scaled]) / 2;
        PinballLoss = means[Score.Pinball];
        ScaledPinballLoss = means[Score.ScaledPinball];
        Msis = means[Score.Interval];
        Coverage = means[Score.Covered];
    }

    /// <summary>How many cases with at least one observed step were scored.</summary>
    public int Cases { get; }

    /// <summary>MAE: mean of |y − f|, in the unit of the data.</summary>
    public double MeanAbsoluteError { get; }

    /// <summary>RMSE: root of the mean of (y − f)² over all cases, in the unit of the data.</summary>
    public double RootMeanSquaredError { get; }

    /// <summary>sMAPE in percent: mean of 200·|y − f| / (|y| + |f|), 0 to 200; a step where both are 0 counts as 0.</summary>
    public double Smape { get; }

    /// <summary>MAPE in percent: mean of 100·|y − f| / |y|. Steps whose actual value is 0 are left out, and so are cases that have no other steps: use MASE where zeros are common.</summary>
    public double Mape { get; }

    /// <summary>
    /// MASE: |y − f| divided by the mean of |xₜ − xₜ₋ₘ| over the history, m being the seasonality. Cases whose history has no such difference other than 0 (constant, or not longer than m)
    /// are left out of the scaled scores.
    /// </summary>
    public double Mase { get; }

    /// <summary>RMSSE: root of the mean of (y − f)² divided by the mean of (xₜ − xₜ₋ₘ)² over the history; the mean of the cases' roots.</summary>
    public double Rmsse { get; }

    /// <summary>OWA: the mean of two ratios, sMAPE and MASE to those of <see cref="ForecastBaselines.Naive2"/>; below 1 is better than Naive2.</summary>
    public double Owa { get; }

    /// <summary>Pinball loss, the mean over the quantiles of τ·(y − q) where y ≥ q and (1 − τ)·(q − y) elsewhere, in the unit of the data.</summary>
    public double PinballLoss { get; }

    /// <summary>Pinball loss divided by the same scale as MASE.</summary>
    public double ScaledPinballLoss { get; }

    /// <summary>MSIS: the mean of (u − l) + 2/α·(l − y)₊ + 2/α·(y − u)₊, divided by the same scale as MASE; α is 1 minus the confidence level.</summary>
    public double Msis { get; }

    /// <summary>Share of the actual values that lie within the bounds, 0 to 1; good when close to the confidence level.</summary>
    public double Coverage { get; }
}
