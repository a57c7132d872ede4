using GruMlNet.Data;
using GruMlNet.Engine.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Forecasts live: takes one step of the series at a time and forecasts from all it has seen. Each engine has its own history;
/// engines do not touch each other or the model they were made from. Not thread-safe: one engine per thread.
/// </summary>
/// <remarks>Make it with <c>model.CreateGruForecastEngine&lt;TIn, TOut&gt;(mlContext)</c>.</remarks>
/// <typeparam name="TIn">Class whose properties are the model's input columns.</typeparam>
/// <typeparam name="TOut">Class whose properties take the output columns.</typeparam>
public sealed class GruForecastEngine<TIn, TOut> : IDisposable
    where TIn : class
    where TOut : class, new()
{
    private readonly ForecastPipeline pipeline;
    private readonly DataViewConstructionUtils.InputRow<TIn> input;
    private readonly DataViewRow prepared;
    private readonly SeriesHistory history;
    private readonly HistoryStep step;
    private readonly CachedForecast forecast;
    private readonly IRowReadableAs<TOut> resultOfExample;
    private readonly IRowReadableAs<TOut> resultAlone;

    internal GruForecastEngine(IHostEnvironment environment, ForecastPipeline pipeline, bool ignoreMissingColumns, SchemaDefinition? inputDefinition, SchemaDefinition? outputDefinition)
    {
        this.pipeline = pipeline;
        GruForecastTransformer forecaster = pipeline.Forecaster;
        ForecastColumns columns = forecaster.Columns;
        input = DataViewConstructionUtils.CreateInputRow<TIn>(environment, inputDefinition);
        prepared = pipeline.Prepare(input);
        DataViewSchema fullSchema = forecaster.GetOutputSchema(prepared.Schema);

        history = forecaster.CreateHistory();
        history.Restart(forecaster.End);
        step = new HistoryStep(forecaster, prepared, history);
        forecast = new CachedForecast(forecaster.Model, columns, () => history.Values, static () => 0, static _ => true);
        Delegate[] getters = forecast.Getters();

        // Without an example there is nothing to read the example's columns from: only the forecast is filled in then.
        DataViewSchema forecastSchema = columns.AddTo(new DataViewSchema.Builder().ToSchema());
        resultOfExample = Result(fullSchema, prepared, ignoreMissingColumns);
        resultAlone = Result(forecastSchema, example: null, ignoreMissingColumns: true);

        IRowReadableAs<TOut> Result(DataViewSchema schema, DataViewRow? example, bool ignoreMissingColumns)
        {
            var cursorable = TypedCursorable<TOut>.Create(environment, new EmptyDataView(environment, schema), ignoreMissingColumns, outputDefinition);
            return cursorable.GetRow(new EngineRow(schema, example, () => input.Position, getters));
        }
    }

    /// <summary>Takes <paramref name="example"/> as the next step of the series, then forecasts what follows it.</summary>
    /// <param name="example">The next step; with a time column, its time must be after the last one, and steps left out are taken as missing.</param>
    /// <param name="horizon">How many steps to forecast, 1 to the trained horizon; null: the trained horizon.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1; null: the level given in training.</param>
    /// <exception cref="ArgumentOutOfRangeException">The horizon or confidence level is out of range; the history is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The example's value is infinite or its time not after the last one; the history is unchanged.</exception>
    public TOut Predict(TIn example, int? horizon = null, float? confidenceLevel = null)
    {
        CheckRequest(horizon, confidenceLevel);
        Update(example);
        return Forecast(resultOfExample, horizon, confidenceLevel);
    }

    /// <summary>Forecasts what follows the last step seen; columns of an example stay unset.</summary>
    /// <param name="horizon">How many steps to forecast, 1 to the trained horizon; null: the trained horizon.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1; null: the level given in training.</param>
    /// <exception cref="ArgumentOutOfRangeException">The horizon or confidence level is out of range.</exception>
    public TOut Predict(int? horizon = null, float? confidenceLevel = null)
    {
        CheckRequest(horizon, confidenceLevel);
        return Forecast(resultAlone, horizon, confidenceLevel);
    }

    /// <summary>Takes <paramref name="example"/> as the next step of the series, without forecasting.</summary>
    /// <exception cref="InvalidOperationException">The example's value is infinite or its time not after the last one; the history is unchanged.</exception>
    public void Update(TIn example)
    {
        ArgumentNullException.ThrowIfNull(example);
        input.ExtractValues(example);
        step.Advance();
    }

    /// <summary>Forgets the whole history, as if a new series began; the trained network stays.</summary>
    public void Reset()
    {
        history.Restart(SeriesEnd.Empty);
        step.Detach();
    }

    /// <summary>
    /// Saves the model with this engine's history. <c>mlContext.Model.Load</c> and CreateGruForecastEngine continue from it.
    /// An existing file is replaced only when the new one is complete.
    /// </summary>
    /// <param name="mlContext">The context to save with.</param>
    /// <param name="path">The file to write.</param>
    public void CheckPoint(MLContext mlContext, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(mlContext);
        AtomicFile.Write(path, stream => CheckPoint(mlContext, stream));
    }

    /// <summary>Saves the model with this engine's history, and the schema of <typeparamref name="TIn"/>, to a stream that stays open.</summary>
    /// <param name="mlContext">The context to save with.</param>
    /// <param name="stream">The stream to write to.</param>
    public void CheckPoint(MLContext mlContext, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(stream);
        mlContext.Model.Save(pipeline.WithEnd(history.ToEnd()), input.Schema, stream);
    }

    /// <summary>Ends the rows of the pipeline before the forecaster; the model stays usable.</summary>
    public void Dispose()
    {
        resultOfExample.Dispose();
        resultAlone.Dispose();
        prepared.Dispose();
        input.Dispose();
    }

    private TOut Forecast(IRowReadableAs<TOut> result, int? horizon, float? confidenceLevel)
    {
        forecast.Length = horizon ?? pipeline.Forecaster.Horizon;
        forecast.Level = confidenceLevel ?? pipeline.Forecaster.Columns.Level;
        forecast.Forget();
        var filled = new TOut();
        result.FillValues(filled);
        return filled;
    }

    private void CheckRequest(int? horizon, float? confidenceLevel)
    {
        List<string> problems = [];
        int trained = pipeline.Forecaster.Horizon;
        if (horizon is { } steps && (steps < 1 || steps > trained))
            problems.Add($"horizon must be 1 to {trained}, the horizon the model was trained for, got {steps}: ask for fewer steps, or train with a longer horizon.");
        if (confidenceLevel is { } level)
            ForecastColumns.AddLevelProblem(level, problems);
        if (problems.Count > 0)
            throw new ArgumentOutOfRangeException(null, string.Join(Environment.NewLine, problems));
    }
}
