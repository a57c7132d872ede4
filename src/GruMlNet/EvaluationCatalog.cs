using GruMlNet;
using GruMlNet.Data;
using GruMlNet.Evaluation;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>How good forecasts are: adds scores, backtests and chronological splits to <see cref="MLContext.Forecasting"/>.</summary>
public static class EvaluationCatalog
{
    /// <summary>
    /// Scores forecasts: one row per forecast, with a vector of what came and a vector of what was forecast. With a history column, the scaled scores and the baselines are there, too; the linear
    /// baseline learns from the first history of each series, so rows of a series belong in the order of time.
    /// </summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="data">The forecasts; rows are not needed in memory at once, but their vectors are kept.</param>
    /// <param name="actualColumnName">Name of the column with the actual values, a vector of Single; NaN where not known, which is not scored.</param>
    /// <param name="forecastColumnName">Name of the column with the forecasts, a vector of Single of the same length.</param>
    /// <param name="historyColumnName">Name of the column with the values before the forecast, a vector of Single of any length; null for none.</param>
    /// <param name="confidenceLowerBoundColumn">Name of the column with the lower bounds; null for none.</param>
    /// <param name="confidenceUpperBoundColumn">Name of the column with the upper bounds; null for none.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1.</param>
    /// <param name="seasonality">Steps of a season for scaled scores and baselines, at least 1.</param>
    /// <param name="seriesColumnName">Name of the text, key or integer column that names the series; null: each row is a series of its own, named by its number from 0.</param>
    /// <exception cref="ArgumentException">A column is missing or has another type, or the vectors of a row do not fit together.</exception>
    public static ForecastEvaluation Evaluate(
        this ForecastingCatalog catalog,
        IDataView data,
        string actualColumnName,
        string forecastColumnName,
        string? historyColumnName = null,
        string? confidenceLowerBoundColumn = null,
        string? confidenceUpperBoundColumn = null,
        float confidenceLevel = 0.95f,
        int seasonality = 1,
        string? seriesColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(actualColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(forecastColumnName);
        string?[] vectors = [actualColumnName, forecastColumnName, historyColumnName, confidenceLowerBoundColumn, confidenceUpperBoundColumn];
        SchemaShape shape = SchemaShape.Create(data.Schema);
        foreach (string name in vectors.OfType<string>())
            SchemaCheck.SingleVector(shape, name);

        List<ForecastCase> cases = [];
        using (DataViewRowCursor cursor = data.GetRowCursor(ViewColumns.Named(data.Schema, [.. vectors, seriesColumnName])))
        {
            Func<float[]>[] read = [.. vectors.Select(name => ViewColumns.VectorReader(cursor, name))];
            Func<string> readSeries = seriesColumnName is null
                ? () => cursor.Position.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : ViewColumns.SeriesReader(cursor, seriesColumnName);
            while (cursor.MoveNext())
                cases.Add(new ForecastCase { Series = readSeries(), Actual = read[0](), Forecast = read[1](), History = read[2](), Lower = read[3](), Upper = read[4]() });
        }

        ReadOnlyMemory<float>[] training = [.. cases.DistinctBy(one => one.Series).Select(one => one.History)];
        return ForecastEvaluation.Of(cases, seasonality, confidenceLevel).BesideBaselines(cases, training);
    }

    /// <summary>
    /// Tests a forecaster on the past: cuts the data off at several times (origins), forecasts what came next, and scores the forecasts beside the baselines. The linear baseline learns from the
    /// past of the first origin.
    /// </summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="data">One row per step, of one series or of several that a column tells apart; in the order of time, unless a time column tells it: without one, rows in another order are not noticed, and show the future.</param>
    /// <param name="estimator">A pipeline that adds to each row the forecast made after seeing it, such as <see cref="GruCatalog.ForecastByGru(ForecastingCatalog, GruMlNet.GruForecastEstimator.Options)"/>.</param>
    /// <param name="options">Columns, horizon and origins.</param>
    /// <exception cref="ArgumentException">An option is not usable, a column is missing, or no series is long enough; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">An actual value is infinite, or a time cannot be read, or is there twice.</exception>
    public static ForecastEvaluation Backtest(this ForecastingCatalog catalog, IDataView data, IEstimator<ITransformer> estimator, BacktestOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return ViewBacktest.Run(data, estimator, options);
    }

    /// <summary>
    /// What drives the forecasts: the last values of the series are forecast as they are, and again with one input of each forecast taken from another time or series (permutation importance, Breiman 2001). What the error grows by is
    /// what the input tells the model that it cannot get from the others; two inputs that say the same may both seem to matter little.
    /// </summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="model">A trained pipeline that ends in <see cref="GruForecastTransformer"/>, as it was fitted or loaded.</param>
    /// <param name="data">Rows of series as in training, better of another time than the model has learnt from. Of many series some are taken.</param>
    /// <param name="seed">Decides what is exchanged with what. Same model, data and seed: same result.</param>
    /// <returns>The last value, the last season, older values; then each covariate, holiday, calendar feature and static column.</returns>
    /// <exception cref="ArgumentException">The model does not end in a GruForecastTransformer, or a column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">There are too few values to compare; the message says what to do.</exception>
    public static IReadOnlyList<ForecastFeatureImportance> PermutationFeatureImportance(this ForecastingCatalog catalog, ITransformer model, IDataView data, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        (GruForecastTransformer forecaster, IDataView prepared) = ForecastPipeline.Prepare(model, data);
        forecaster.CheckInput(prepared.Schema);
        var training = TrainingData.ReadFor(prepared, forecaster, weight: null, goesOn: false, forecaster.Host.CheckAlive);
        return [.. forecaster.Model.Explain(training.Series(), seed).Select(one => new ForecastFeatureImportance(one.Name, one.Increase))];
    }

    /// <summary>
    /// Splits data by time: the last steps of each series are the test set, all before them the training set. A random split would let a forecaster learn from the future. Both sets keep the order of the rows.
    /// </summary>
    /// <param name="catalog">The forecasting catalog, <c>mlContext.Forecasting</c>.</param>
    /// <param name="data">One row per step; each series in the order of time, unless a time column tells it: without one, rows in another order are not noticed.</param>
    /// <param name="testSteps">Steps of each series in the test set, at least 1. A series that has no more than these is in the test set only.</param>
    /// <param name="seriesColumnName">Name of the text, key or integer column that tells several series apart; null for one series.</param>
    /// <param name="timeColumnName">Name of the column with the times, of any type that a forecaster takes; rows may then come in any order, and steps without a row count, too. Null: the rows of a series follow each other.</param>
    /// <exception cref="ArgumentException">The number of steps is below 1, or a column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">A time cannot be read, or is there twice.</exception>
    public static DataOperationsCatalog.TrainTestData ChronologicalSplit(this ForecastingCatalog catalog, IDataView data, int testSteps, string? seriesColumnName = null, string? timeColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(testSteps, 1);
        bool[] isTraining = new RowsBySeries(data, valueColumn: null, seriesColumnName, timeColumnName).NotAmongLast(testSteps);
        return new DataOperationsCatalog.TrainTestData(new RowFilterView(data, isTraining), new RowFilterView(data, Array.ConvertAll(isTraining, yes => !yes)));
    }
}
