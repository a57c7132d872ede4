// The forecasters that run side by side say what each says by itself, to the last bit.

namespace GruMlNet.Tests.Forecasting.Model;

public sealed class SmoothingBankTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 2, 3)]
    [InlineData(1, 5, 4)]
    [InlineData(1, 40, 7)]
    [InlineData(4, 12, 3)]
    [InlineData(7, 100, 20)]
    [InlineData(24, 130, 1)]
    public void Run_EachForecaster_IsThePlainTwin(int season, int length, int horizon)
    {
        (SmoothingBank bank, PlainSmoothing plain, TransformedSeries series, int[] origins) = Create(season, length);
        Assert.Equal(plain.Count, bank.Count);
        for (int expert = 0; expert < bank.Count; expert++)
        {
            double[] forecasts = new double[origins.Length * horizon], oneStep = new double[length + 1], expected = new double[forecasts.Length], expectedStep = new double[length + 1];
            bank.Run(expert, series, origins, horizon, forecasts, oneStep);
            plain.Run(expert, series, origins, horizon, expected, expectedStep);
            Assert.Equal(expected, forecasts);
            Assert.Equal(expectedStep, oneStep);
            // Without the forecasts of each step it says the same.
            double[] again = new double[forecasts.Length];
            bank.Run(expert, series, origins, horizon, again, []);
            Assert.Equal(forecasts, again);
        }
    }

    [Theory]
    [InlineData(1, 30, 4)]
    [InlineData(7, 100, 20)]
    public void Score_AllForecasters_IsTheirErrorAndWhatTheySayLast(int season, int length, int horizon)
    {
        (SmoothingBank bank, PlainSmoothing plain, TransformedSeries series, int[] origins) = Create(season, length);
        double[] errors = new double[bank.Count], last = new double[bank.Count * horizon];
        bank.Score(series, origins, horizon, errors, last);
        for (int expert = 0; expert < bank.Count; expert++)
        {
            double[] forecasts = new double[origins.Length * horizon];
            plain.Run(expert, series, origins, horizon, forecasts, new double[length + 1]);
            (double sum, int count) = (0, 0);
            for (int origin = 0; origin < origins.Length - 1; origin++)
            {
                for (int i = 0; i < horizon && origins[origin] + i < length; i++)
                {
                    if (!series.Observed[origins[origin] + i])
                        continue;
                    sum += Math.Abs(forecasts[(origin * horizon) + i] - series.Values[origins[origin] + i]);
                    count++;
                }
            }

            Assert.Equal(sum / count, errors[expert]);
            Assert.Equal(forecasts[^horizon..], last[(expert * horizon)..((expert + 1) * horizon)]);
        }
    }

    /// <summary>A series with gaps, and some of the steps that could be forecast, the end among them.</summary>
    private static (SmoothingBank Bank, PlainSmoothing Plain, TransformedSeries Series, int[] Origins) Create(int season, int length)
    {
        SmoothingBank bank = new(season);
        float[] values = [.. Enumerable.Range(0, length).Select(step => step % 11 == 6 ? float.NaN : Series.Value(step))];
        int[] origins = [.. Enumerable.Range(bank.FirstOrigin(length), length - bank.FirstOrigin(length)).Where(step => step % 3 == 0), length];
        return (bank, new PlainSmoothing(season), new TransformedSeries(values, season, ValueTransform.Identity), origins);
    }
}
