using System.Runtime.CompilerServices;
using GruMlNet.Data;
using GruMlNet.Engine.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Forecasts live: takes one step of a series at a time and forecasts from all it has seen of that series. It holds any number of series; each engine has its own, and engines
/// do not touch each other or the model they were made from. Not thread-safe: one engine per thread.
/// </summary>
/// <remarks>
/// Make it with <c>model.CreateGruForecastEngine&lt;TIn, TOut&gt;(mlContext)</c>. Up to the trained horizon a forecast is made at once. A longer one is made block by block, each block
/// taking the forecast before it as its history: its bounds are too narrow, the more so the further it goes.
/// </remarks>
/// <typeparam name="TIn">Class whose properties are the model's input columns.</typeparam>
/// <typeparam name="TOut">Class whose properties take the output columns.</typeparam>
public sealed class GruForecastEngine<TIn, TOut> : IDisposable
    where TIn : class
    where TOut : class, new()
{
    private readonly ForecastPipeline pipeline;
    private readonly DataViewConstructionUtils.InputRow<TIn> input;
    private readonly DataViewRow prepared;
    private readonly RowReader reader;
    private readonly HolidayCodes holidays;
    private readonly UnseenValues unseen;
    private readonly EngineSeries series;
    private readonly CachedForecast forecast;
    private readonly IRowReadableAs<TOut> resultOfExample;
    private readonly IRowReadableAs<TOut> resultAlone;
    private readonly float[] numbers;
    private SeriesHistory? current;
    private List<float[]>? ahead;

    internal GruForecastEngine(IHostEnvironment environment, ForecastPipeline pipeline, bool ignoreMissingColumns, SchemaDefinition? inputDefinition, SchemaDefinition? outputDefinition)
    {
        this.pipeline = pipeline;
        GruForecastTransformer forecaster = pipeline.Forecaster;
        ForecastColumns columns = forecaster.Columns;
        input = DataViewConstructionUtils.CreateInputRow<TIn>(environment, inputDefinition);
        prepared = pipeline.Prepare(input);
        DataViewSchema fullSchema = forecaster.GetOutputSchema(prepared.Schema);

        holidays = HolidayCodes.Known(forecaster.Layout.HolidayKinds ?? []);
        unseen = new UnseenValues(forecaster);
        reader = new RowReader(prepared, columns.Inputs, forecaster.Layout, holidays, new StrongBox<bool?>(forecaster.Clock.IsDate));
        numbers = new float[forecaster.Layout.RowCount];
        series = new EngineSeries(forecaster);
        forecast = new CachedForecast(forecaster.Model, columns, ReadSeries, static () => 0, static _ => true);
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

    /// <summary>Names of all series that the engine holds: those of the model, then new ones in the order of their first example. One empty name without a series column.</summary>
    public IReadOnlyList<string> SeriesNames => series.Names();

    /// <summary>Takes <paramref name="example"/> as the next step of its series, then forecasts what follows it.</summary>
    /// <param name="example">The next step; with a time column, its time must be after the last one of its series, and steps left out are taken as missing.</param>
    /// <param name="horizon">How many steps to forecast, 1 to 10,000; null: the trained horizon.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1; null: what was given in training. Not for a model with several levels, each of which has its own columns.</param>
    /// <param name="future">What is known beforehand of the steps that follow, an example per step; of it, only those columns and the time are used, and no more examples than the horizon has steps. Steps beyond its end count as missing. Null: nothing, and an error where the model has such columns
    /// and knows nothing of these steps from its training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The horizon or confidence level is out of range; the history is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The example's value is infinite, its time not after the last one, those of the future not increasing or of another series, or the future is needed and not given; the history is unchanged.</exception>
    public TOut Predict(TIn example, int? horizon = null, float? confidenceLevel = null, IEnumerable<TIn>? future = null)
    {
        CheckRequest(horizon, confidenceLevel);
        ArgumentNullException.ThrowIfNull(example);
        List<float[]>? steps = null;
        input.ExtractValues(example);
        if (future is not null)
            steps = ReadAhead(reader.Series(), reader.Time(), future, horizon);
        else
            CheckKnown(series.Find(reader.Series())?.AheadOf(reader.Time()) ?? 0);

        // Last, so that the row that the result is read from is the example, and a future that cannot be used changes nothing.
        SeriesHistory history = Take(example);
        return Forecast(resultOfExample, history, horizon, confidenceLevel, steps);
    }

    /// <summary>Forecasts what follows the last step seen of the only series; columns of an example stay unset.</summary>
    /// <param name="horizon">How many steps to forecast, 1 to 10,000; null: the trained horizon.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1; null: what was given in training. Not for a model with several levels, each of which has its own columns.</param>
    /// <param name="future">What is known beforehand of the steps that follow, as in <see cref="Predict(TIn, int?, float?, IEnumerable{TIn}?)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The horizon or confidence level is out of range.</exception>
    /// <exception cref="InvalidOperationException">The model has a series column, so that it must be said which series to forecast.</exception>
    public TOut Predict(int? horizon = null, float? confidenceLevel = null, IEnumerable<TIn>? future = null)
    {
        if (pipeline.Forecaster.Columns.Inputs.Series is { } column)
            throw new InvalidOperationException($"The model has a series column, '{column}': say which series to forecast, Predict(\"name\"), or give an example.");
        return Predict(string.Empty, horizon, confidenceLevel, future);
    }

    /// <summary>Forecasts what follows the last step seen of a series; columns of an example stay unset.</summary>
    /// <param name="seriesName">Name of the series: the text of its column; an integer's digits; a key's number, from 1.</param>
    /// <param name="horizon">How many steps to forecast, 1 to 10,000; null: the trained horizon.</param>
    /// <param name="confidenceLevel">Confidence level of the bounds, above 0 and below 1; null: what was given in training. Not for a model with several levels, each of which has its own columns.</param>
    /// <param name="future">What is known beforehand of the steps that follow, as in <see cref="Predict(TIn, int?, float?, IEnumerable{TIn}?)"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The horizon or confidence level is out of range.</exception>
    /// <exception cref="ArgumentException">Neither the model nor the engine has seen the series.</exception>
    public TOut Predict(string seriesName, int? horizon = null, float? confidenceLevel = null, IEnumerable<TIn>? future = null)
    {
        ArgumentNullException.ThrowIfNull(seriesName);
        CheckRequest(horizon, confidenceLevel);
        bool isOnly = pipeline.Forecaster.Columns.Inputs.Series is null;
        SeriesHistory history = isOnly ? series.FindOrAdd(string.Empty) : series.Find(seriesName)
            ?? throw new ArgumentException($"There is no series '{seriesName}' yet: give its first steps to Update, or correct the name; SeriesNames lists those that are there.", nameof(seriesName));
        return Forecast(resultAlone, history, horizon, confidenceLevel, future is null ? null : ReadAhead(seriesName, history.LastTime, future, horizon));
    }

    /// <summary>Takes <paramref name="example"/> as the next step of its series, without forecasting.</summary>
    /// <exception cref="InvalidOperationException">The example's value is infinite, or its time not after the last one of its series; the history is unchanged.</exception>
    public void Update(TIn example)
    {
        ArgumentNullException.ThrowIfNull(example);
        _ = Take(example);
    }

    /// <summary>Forgets the histories of all series, as if new ones began; what the model has learnt stays.</summary>
    public void Reset() => series.Forget();

    /// <summary>Forgets the history of one series.</summary>
    /// <param name="seriesName">Its name; one that is not known is no error.</param>
    public void Reset(string seriesName)
    {
        ArgumentNullException.ThrowIfNull(seriesName);
        series.Forget(seriesName);
    }

    /// <summary>
    /// Saves the model with this engine's histories. <c>mlContext.Model.Load</c> and CreateGruForecastEngine continue from them.
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

    /// <summary>Saves the model with this engine's histories, and the schema of <typeparamref name="TIn"/>, to a stream that stays open.</summary>
    /// <param name="mlContext">The context to save with.</param>
    /// <param name="stream">The stream to write to.</param>
    public void CheckPoint(MLContext mlContext, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(stream);
        mlContext.Model.Save(pipeline.WithEnds(series.ToEnds()), input.Schema, stream);
    }

    /// <summary>Ends the rows of the pipeline before the forecaster; the model stays usable.</summary>
    public void Dispose()
    {
        resultOfExample.Dispose();
        resultAlone.Dispose();
        prepared.Dispose();
        input.Dispose();
    }

    /// <summary>Reads an example whole, then lets its series take the step: what cannot be used changes nothing.</summary>
    private SeriesHistory Take(TIn example)
    {
        input.ExtractValues(example);
        reader.Numbers(numbers);
        StaticValues statics = reader.Statics();
        decimal? time = reader.Time();
        string name = reader.Series();
        SeriesHistory history = series.FindOrAdd(name);
        unseen.Check(statics, name);
        unseen.Check(holidays);
        history.Append(numbers, time, statics, pipeline.Forecaster.Columns.Inputs.Series is null ? $"row {reader.Position}" : $"the example of series '{name}'");
        return history;
    }

    /// <summary>What examples say of the steps after the last one: by their times, else one after the other. No more is read than the horizon needs.</summary>
    private List<float[]> ReadAhead(string name, decimal? lastTime, IEnumerable<TIn> future, int? horizon)
    {
        CovariateLayout layout = pipeline.Forecaster.Layout;
        int needed = horizon ?? pipeline.Forecaster.Horizon;
        int read = 0;
        List<float[]> steps = [];
        decimal? previous = lastTime;
        foreach (TIn example in future)
        {
            input.ExtractValues(example ?? throw new ArgumentException("An example of the future is null: give one for each step.", nameof(future)));
            CheckSeries(reader.Series());
            reader.Numbers(numbers);
            long step = steps.Count + 1;
            if (reader.Time() is { } time && lastTime is { } last)
            {
                SequenceReader.CheckIncreasing(previous!.Value, time, pipeline.Forecaster.Columns.Inputs.Time!, pipeline.Forecaster.Clock.IsDate, "an example of the future");
                previous = time;
                step = Math.Max(step, Math.Min(pipeline.Forecaster.Clock.StepsBetween(last, time), ForecastColumns.MaxHorizon + 1));
            }

            while (steps.Count < Math.Min(step - 1, needed))
                steps.Add(NotKnown());
            if (step <= needed)
                steps.Add(numbers[layout.FirstFuture..]);
            if (step > needed || ++read == needed)
                break;
        }

        return steps;

        // Left out, a name is empty, a number or key 0.
        void CheckSeries(string given)
        {
            if (pipeline.Forecaster.Columns.Inputs.Series is { } column && given is not ("" or "0") && given != name)
                throw new InvalidOperationException($"Series column '{column}' is '{given}' in an example of the future, and the forecast is of series '{name}': give the examples of that series, or leave the column out.");
        }

        float[] NotKnown()
        {
            var row = new float[layout.FutureCount];
            Array.Fill(row, float.NaN);
            return row;
        }
    }

    private TOut Forecast(IRowReadableAs<TOut> result, SeriesHistory history, int? horizon, float? confidenceLevel, List<float[]>? steps)
    {
        if (steps is null)
            CheckKnown(history.Ahead);
        forecast.Length = horizon ?? pipeline.Forecaster.Horizon;
        forecast.Levels = confidenceLevel is { } level ? [level] : pipeline.Forecaster.Columns.Levels;
        (current, ahead) = (history, steps);
        forecast.Forget();
        var filled = new TOut();
        result.FillValues(filled);
        return filled;
    }

    /// <summary>Refuses a forecast that would be blind to what the model has learnt to use.</summary>
    private void CheckKnown(int ahead)
    {
        InputColumns columns = pipeline.Forecaster.Columns.Inputs;
        if (columns.HasFuture && ahead == 0)
            throw new InvalidOperationException($"The model uses what is known beforehand ({string.Join(", ", columns.Known.Append(columns.Holiday).OfType<string>().Select(name => $"'{name}'"))}): "
                + "give an example for each of the next steps as future, with those columns and the time; an empty list says that nothing is known.");
    }

    private PanelSeries ReadSeries() => current!.Now(forecast.Length, ahead);

    private void CheckRequest(int? horizon, float? confidenceLevel)
    {
        ForecastColumns columns = pipeline.Forecaster.Columns;
        List<string> problems = [];
        if (horizon is < 1 or > ForecastColumns.MaxHorizon)
            problems.Add($"horizon must be 1 to {ForecastColumns.MaxHorizon}, got {horizon}.");
        if (confidenceLevel is { } level)
        {
            ForecastColumns.AddLevelProblem(level, problems);
            if (columns.NamedLevels.Length > 0)
                problems.Add($"confidenceLevel is {SchemaCheck.Text(level)}, but the model has bound columns for its own levels, {string.Join(", ", columns.NamedLevels.Select(SchemaCheck.Text))}: leave it null, or train with one ConfidenceLevel.");
        }

        if (problems.Count > 0)
            throw new ArgumentOutOfRangeException(null, string.Join(Environment.NewLine, problems));
    }
}
