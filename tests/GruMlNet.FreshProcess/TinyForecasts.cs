// Forecasters small enough to train in milliseconds, made the same way in the tests and in their second process.

using GruMlNet.Engine.Training;
using Microsoft.ML;

namespace GruMlNet.FreshProcess;

public static class TinyForecasts
{
    public const int Horizon = 4;

    /// <summary>Long enough that the networks have a say: they are only listened to after some 45 steps.</summary>
    public const int ContextLength = 64;

    public static GruForecastModelOptions Model()
    {
        return new GruForecastModelOptions
        {
            Seasonality = 6,
            ContextLength = ContextLength,
            HiddenSize = 4,
            EnsembleSize = 2,
            Training = new TrainerOptions { MaxEpochs = 2, StepsPerEpoch = 3 },
        };
    }

    public static GruForecastModelOptions Model(Func<ForecastTrainingProgress, bool> progress, CancellationToken token)
    {
        GruForecastModelOptions model = Model();
        model.Progress = progress;
        model.CancellationToken = token;
        return model;
    }

    public static IEstimator<ITransformer> Series(MLContext ml, string output = "Forecast", GruForecastModelOptions? model = null)
    {
        return ml.Forecasting.ForecastByGru(output, "Value", Horizon, model: model ?? Model());
    }

    public static IEstimator<ITransformer> SeriesWithTime(MLContext ml, string output = "Forecast", GruForecastModelOptions? model = null)
    {
        return ml.Forecasting.ForecastByGru(output, "Value", Horizon, "Time", "Lower", "Upper", 0.8f, model ?? Model());
    }

    public static IEstimator<ITransformer> Window(MLContext ml, string output = "Forecast", GruForecastModelOptions? model = null)
    {
        return ml.Forecasting.ForecastWindowByGru(output, "History", Horizon, "Lower", "Upper", 0.8f, model ?? Model());
    }
}
