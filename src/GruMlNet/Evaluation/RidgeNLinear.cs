using System.Numerics.Tensors;

namespace GruMlNet.Evaluation;

/// <summary>
/// The linear baseline (Zeng et al. 2023, NLinear) in closed form: from the last <see cref="LookBack"/> values, less the last of them, one linear map to all steps, plus the last value; one map for all series,
/// fitted by ridge regression on every window of every series. Series count the same whatever their scale; missing values are interpolated.
/// </summary>
public sealed class RidgeNLinear
{
    /// <summary>Penalty on the squared weights, as a share of the mean variance of the inputs.</summary>
    private const double Penalty = 1e-3;

    private const double Floor = 1e-9;
    private const int LongestLookBack = 512;
    private readonly double[] weights; // [inputs][horizon]
    private readonly double[] intercept;

    private RidgeNLinear(int lookBack, int horizon, double[] weights, double[] intercept)
        => (LookBack, Horizon, this.weights, this.intercept) = (lookBack, horizon, weights, intercept);

    /// <summary>How many values a forecast is made from.</summary>
    public int LookBack { get; }

    /// <summary>How many steps are forecast.</summary>
    public int Horizon { get; }

    /// <summary>Fits the map in time and memory that grow with the data and with the square of look-back + horizon.</summary>
    /// <param name="series">The histories, oldest value first. Those too short for one window are not learnt from.</param>
    /// <param name="horizon">Steps to forecast, at least 1.</param>
    /// <param name="seasonality">Steps of a season, at least 1.</param>
    /// <param name="lookBack">Values to forecast from; null, the default: half of what the median series has besides the horizon, whole seasons, at most 512.</param>
    public static RidgeNLinear Fit(IReadOnlyList<ReadOnlyMemory<float>> series, int horizon, int seasonality, int? lookBack = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(seasonality, 1);
        int window = lookBack ?? DefaultLookBack(series, horizon, seasonality);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1, nameof(lookBack));

        var moments = new WindowMoments(window + horizon);
        foreach (ReadOnlyMemory<float> one in series)
        {
            if (one.Length < window + horizon || one.Span.IndexOfAnyExcept(float.NaN) < 0)
                continue;
            double[] values = Interpolation.Fill(one.Span);
            double scale = Center(values);
            if (scale == 0)
                continue;
            TensorPrimitives.Divide(values, scale, values);
            moments.Add(values);
        }

        (double[] weights, double[] intercept) = Solve(moments, window, horizon);
        return new RidgeNLinear(window, horizon, weights, intercept);
    }

    /// <summary>Forecasts one series.</summary>
    /// <param name="history">The values, oldest first; a history shorter than <see cref="LookBack"/> is continued into the past by its first value.</param>
    /// <exception cref="ArgumentException">The history has no observed value.</exception>
    public float[] Forecast(ReadOnlySpan<float> history)
    {
        if (!history.ContainsAnyExcept(float.NaN))
            throw new ArgumentException("The history has no observed value to forecast from.", nameof(history));
        double[] values = Interpolation.Fill(history);
        double last = values[^1];
        double scale = Center(values);
        double lastCentered = values[^1];
        var forecast = new double[Horizon];
        TensorPrimitives.Multiply(intercept, scale, forecast);
        for (int i = 0; i < LookBack - 1; i++)
        {
            double input = values[Math.Max(0, values.Length - LookBack + i)] - lastCentered;
            TensorPrimitives.MultiplyAdd(weights.AsSpan(i * Horizon, Horizon), input, forecast, forecast);
        }

        return Array.ConvertAll(forecast, change => (float)(last + change));
    }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(LookBack);
        foreach (double value in (double[])[.. weights, .. intercept])
            writer.Write(value);
    }

    internal static RidgeNLinear Load(BinaryReader reader, int horizon)
    {
        int lookBack = reader.ReadInt32();
        if (lookBack is < 1 or > 10_000)
            throw new InvalidDataException($"A linear map of {lookBack} values is impossible: the file is damaged. Use another copy.");
        var weights = new double[(lookBack - 1) * horizon];
        var intercept = new double[horizon];
        foreach (ref double value in weights.AsSpan())
            value = reader.ReadDouble();
        foreach (ref double value in intercept.AsSpan())
            value = reader.ReadDouble();
        return new RidgeNLinear(lookBack, horizon, weights, intercept);
    }

    /// <summary>Takes the mean off the values, which loses fewer digits in products, and returns their standard deviation; 0 where that is no more than rounding.</summary>
    private static double Center(double[] values)
    {
        double mean = TensorPrimitives.Average<double>(values);
        TensorPrimitives.Subtract(values, mean, values);
        double deviation = TensorPrimitives.Norm<double>(values) / Math.Sqrt(values.Length);
        return deviation > 1e-12 * Math.Abs(mean) ? deviation : 0;
    }

    /// <summary>Half of what the median series has besides the horizon, whole seasons, at most 512.</summary>
    internal static int DefaultLookBack(IReadOnlyList<ReadOnlyMemory<float>> series, int horizon, int seasonality)
    {
        int[] lengths = [.. series.Select(one => one.Length).Order()];
        int longest = lengths.Length == 0 ? 1 : Math.Clamp((lengths[lengths.Length / 2] - horizon) / 2, 1, LongestLookBack);
        return longest < seasonality ? longest : longest / seasonality * seasonality;
    }

    /// <summary>Weights and intercept by least squares with a penalty on the weights; all 0, which is the naive forecast, where there was nothing to learn from.</summary>
    private static (double[] Weights, double[] Intercept) Solve(WindowMoments moments, int window, int horizon)
    {
        int inputs = window - 1, last = window - 1;
        var gram = new double[inputs * inputs];
        var right = new double[inputs * horizon];
        var intercept = new double[horizon];
        if (moments.Count == 0)
            return (right, intercept);

        double Covariance(int i, int j) => moments.OfDifferences(i, j, last);
        double trace = 0;
        for (int i = 0; i < inputs; i++)
        {
            for (int j = 0; j <= i; j++)
                gram[i * inputs + j] = Covariance(i, j);
            for (int k = 0; k < horizon; k++)
                right[i * horizon + k] = Covariance(i, window + k);
            trace += gram[i * inputs + i];
        }

        // Straight lines have differences that never vary: the floor, small for values of variance 1, keeps them solvable.
        double penalty = Penalty * trace / Math.Max(1, inputs) + Floor * moments.Count;
        for (int i = 0; i < inputs; i++)
            gram[i * inputs + i] += penalty;
        Cholesky.Solve(gram, inputs, right, horizon);

        for (int k = 0; k < horizon; k++)
        {
            double mean = moments.MeanDifference(window + k, last);
            for (int i = 0; i < inputs; i++)
                mean -= right[i * horizon + k] * moments.MeanDifference(i, last);
            intercept[k] = mean;
        }

        return (right, intercept);
    }
}
