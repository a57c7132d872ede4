// The three usual scores of a forecast.
namespace QuickStart;

/// <summary>MAE in passengers (thousands a month), MASE by the mean absolute 12-month difference of the history, sMAPE in percent.</summary>
internal readonly record struct Score(double Mae, double Mase, double Smape)
{
    public static Score Of(float[] forecast, float[] actual, float[] history, int season)
    {
        var mae = actual.Zip(forecast, (y, f) => (double)Math.Abs(y - f)).Average();
        var scale = history.Skip(season).Zip(history, (now, before) => (double)Math.Abs(now - before)).Average();
        var smape = actual.Zip(forecast, (y, f) => 200.0 * Math.Abs(y - f) / (Math.Abs(y) + Math.Abs(f))).Average();
        return new Score(mae, mae / scale, smape);
    }
}
