using GruMlNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The way in: adds the GRU forecasters to <see cref="MLContext.Forecasting"/>.</summary>
public static class GruCatalog
{
    /// <summary>
    /// Forecasts time series whose steps are the rows of the data: one series, or many with one model. For covariates see the overload with options. For live use after training, see
    /// <see cref="GruForecastEngineExtensions.CreateGruForecastEngine{TIn, TOut}(ITransformer, Runtime.IHostEnvironment, bool, SchemaDefinition?, SchemaDefinition?)"/>.
    /// </summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="outputColumnName">Name of the new column with the forecast: a vector of <paramref name="horizon"/> Singles.</param>
    /// <param name="inputColumnName">Name of the Single column to forecast; null: the same as <paramref name="outputColumnName"/>.</param>
    /// <param name="horizon">How many steps to forecast, 1 to 10,000. Required.</param>
    /// <param name="timeColumnName">Name of the column with the time of each row, or null if each row is the next step of its series.</param>
    /// <param name="confidenceLowerBoundColumn">Name of the new column with the lower bounds, or null for none.</param>
    /// <param name="confidenceUpperBoundColumn">Name of the new column with the upper bounds, or null for none.</param>
    /// <param name="confidenceLevel">Share of the actual values that shall lie between the bounds, above 0 and below 1.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <param name="seriesColumnName">Name of the text, key or integer column that tells several series apart; null: there is one series.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruForecastEstimator ForecastByGru(
        this ForecastingCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int horizon = 0,
        string? timeColumnName = null,
        string? confidenceLowerBoundColumn = null,
        string? confidenceUpperBoundColumn = null,
        float confidenceLevel = 0.95f,
        GruForecastModelOptions? model = null,
        string? seriesColumnName = null)
        => catalog.ForecastByGru(new GruForecastEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Horizon = horizon,
            TimeColumnName = timeColumnName,
            SeriesColumnName = seriesColumnName,
            ConfidenceLowerBoundColumn = confidenceLowerBoundColumn,
            ConfidenceUpperBoundColumn = confidenceUpperBoundColumn,
            ConfidenceLevel = confidenceLevel,
            Model = model ?? new GruForecastModelOptions(),
        });

    /// <summary>Forecasts time series whose steps are the rows of the data, with all options: series, covariates, holidays, weights, calendar.</summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="options">Columns, horizon, confidence and model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruForecastEstimator ForecastByGru(this ForecastingCatalog catalog, GruForecastEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruForecastEstimator(catalog.GetEnvironment(), options);
    }

    /// <summary>
    /// Forecasts from rows that each hold the history of one series as a vector: a pure function of the row, for
    /// PredictionEngine, web services and many series at once.
    /// </summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="outputColumnName">Name of the new column with the forecast: a vector of <paramref name="horizon"/> Singles.</param>
    /// <param name="inputColumnName">Name of the column with the histories, a vector of Single, oldest value first; null: the same as <paramref name="outputColumnName"/>.</param>
    /// <param name="horizon">How many steps to forecast, 1 to 10,000. Required.</param>
    /// <param name="confidenceLowerBoundColumn">Name of the new column with the lower bounds, or null for none.</param>
    /// <param name="confidenceUpperBoundColumn">Name of the new column with the upper bounds, or null for none.</param>
    /// <param name="confidenceLevel">Share of the actual values that shall lie between the bounds, above 0 and below 1.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruWindowForecastEstimator ForecastWindowByGru(
        this ForecastingCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int horizon = 0,
        string? confidenceLowerBoundColumn = null,
        string? confidenceUpperBoundColumn = null,
        float confidenceLevel = 0.95f,
        GruForecastModelOptions? model = null)
        => catalog.ForecastWindowByGru(new GruWindowForecastEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Horizon = horizon,
            ConfidenceLowerBoundColumn = confidenceLowerBoundColumn,
            ConfidenceUpperBoundColumn = confidenceUpperBoundColumn,
            ConfidenceLevel = confidenceLevel,
            Model = model ?? new GruForecastModelOptions(),
        });

    /// <summary>Forecasts from rows that each hold the history of one series as a vector.</summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="options">Columns, horizon, confidence and model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruWindowForecastEstimator ForecastWindowByGru(this ForecastingCatalog catalog, GruWindowForecastEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruWindowForecastEstimator(catalog.GetEnvironment(), options);
    }
}
