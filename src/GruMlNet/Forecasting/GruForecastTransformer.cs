using GruMlNet;
using GruMlNet.Data;
using GruMlNet.ModelFormat;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(GruForecastTransformer), null, typeof(SignatureLoadModel), "GRU forecaster", GruForecastTransformer.LoaderSignature)]

namespace GruMlNet;

/// <summary>
/// Forecasts the series in the rows of a view: row t gets the forecast of the steps after it, made from the rows up to t.
/// Immutable and thread-safe; transforming never changes it.
/// </summary>
/// <remarks>
/// A view starts with an empty history. Only where there is a time column and the view's first time is after the last
/// training time, the view continues the training series; the steps between are taken as missing.
/// </remarks>
public sealed class GruForecastTransformer : ITransformer
{
    internal const string LoaderSignature = "GruForecast";

    private readonly IHost host;

    internal GruForecastTransformer(IHostEnvironment environment, ForecastColumns columns, PanelForecaster model, SeriesClock clock, SeriesEnd end)
    {
        host = environment.Register(nameof(GruForecastTransformer));
        (Columns, Model, Clock, End) = (columns, model, clock, end);
    }

    /// <summary>How many steps it forecasts: the length of the output vectors.</summary>
    public int Horizon => Columns.Horizon;

    /// <summary>How many of the last steps a forecast is made from.</summary>
    public int ContextLength => Model.ContextLength;

    /// <summary>Number of steps that make one season; 1 where the model uses none.</summary>
    public int Seasonality => Model.Seasonality;

    internal ForecastColumns Columns { get; }

    internal IHost Host => host;

    internal PanelForecaster Model { get; }

    internal SeriesClock Clock { get; }

    /// <summary>The end of the training series, or of what an engine has seen since.</summary>
    internal SeriesEnd End { get; }

    /// <summary>False: a row's forecast depends on the rows before it.</summary>
    bool ITransformer.IsRowToRowMapper => false;

    private static VersionInfo Version => ModelPart.Version("GRUFCAST", LoaderSignature);

    /// <summary>The schema of <see cref="Transform"/>'s result: all input columns, then the forecast and its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        CheckInput(inputSchema);
        return Columns.AddTo(inputSchema);
    }

    /// <summary>Adds the forecast columns; computed lazily, row by row, in the order of the rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckInput(input.Schema);
        return new SeriesForecastView(this, input);
    }

    /// <summary>The same trained network behind the window face: every row holds a whole history as a vector.</summary>
    /// <param name="outputColumnName">Name of the new column with the forecast. Bound columns keep their names.</param>
    /// <param name="inputColumnName">Name of the column with the histories, a vector of Single, oldest value first; null: the same as <paramref name="outputColumnName"/>.</param>
    public GruWindowForecastTransformer ToWindowTransformer(string outputColumnName, string? inputColumnName = null)
    {
        var options = new GruWindowForecastEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            Horizon = Horizon,
            ConfidenceLowerBoundColumn = Columns.Lower,
            ConfidenceUpperBoundColumn = Columns.Upper,
            ConfidenceLevel = Columns.Level,
        };
        options.Validate();
        return new GruWindowForecastTransformer(host, new ForecastColumns(options, timeColumn: null), Model);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
        => throw new InvalidOperationException("GruForecastTransformer needs the rows before a row and is no row-to-row mapper: "
            + "use CreateGruForecastEngine for live forecasts, or ToWindowTransformer for a PredictionEngine.");

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelPart.Save(ctx, Version, writer =>
    {
        Columns.Save(writer);
        Clock.Save(writer);
        ModelPart.Write(writer, Model);
        End.Save(writer);
    });

    internal GruForecastTransformer WithEnd(SeriesEnd end) => new(host, Columns, Model, Clock, end);

    internal SeriesHistory CreateHistory() => new(Model.ContextLength, Clock, Columns.Time);

    private static GruForecastTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => ModelPart.Load(env, ctx, Version, reader =>
    {
        ForecastColumns columns = ForecastColumns.Load(reader);
        SeriesClock clock = SeriesClock.Load(reader);
        PanelForecaster model = ModelPart.ReadForecaster(reader, columns);
        return new GruForecastTransformer(env, columns, model, clock, SeriesEnd.Load(reader, model.ContextLength));
    });

    private void CheckInput(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Columns.CheckSeries(schema);
        if (Columns.Time is null)
            return;
        DataViewSchema.Column time = SchemaCheck.Column(schema, Columns.Time);
        if (TimeColumn.IsDate(time.Type) != Clock.IsDate)
            throw new ArgumentOutOfRangeException(nameof(schema), $"Schema mismatch for input column '{time.Name}': expected {(Clock.IsDate ? "DateTime or DateTimeOffset" : "a number")} "
                + $"as in training, got {time.Type}. Load the time column with the type it had in training.");
    }
}
