using GruMlNet;
using GruMlNet.Data;
using GruMlNet.ModelFormat;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(GruForecastTransformer), null, typeof(SignatureLoadModel), "GRU forecaster", GruForecastTransformer.LoaderSignature)]

namespace GruMlNet;

/// <summary>
/// Forecasts the series in the rows of a view: each row gets the forecast of the steps after it, made from the rows of its series up to it.
/// Immutable and thread-safe; transforming never changes it.
/// </summary>
/// <remarks>
/// <para>A series need not have been there in training. It starts with an empty history; only where there is a time column and the series' first time in the view is after the last time the model
/// knows of it, the view continues the training series, and the steps between are taken as missing.</para>
/// <para>Columns that are known beforehand are looked up in the rows behind a row; where there are none, they count as missing.</para>
/// </remarks>
public sealed class GruForecastTransformer : ITransformer
{
    internal const string LoaderSignature = "GruForecast";

    private readonly IHost host;

    internal GruForecastTransformer(IHostEnvironment environment, ForecastColumns columns, CovariateLayout layout, PanelForecaster model, SeriesClock clock, SeriesEnds ends)
    {
        host = environment.Register(nameof(GruForecastTransformer));
        (Columns, Layout, Model, Clock, Ends) = (columns, layout, model, clock, ends);
    }

    /// <summary>How many steps it forecasts: the length of the output vectors.</summary>
    public int Horizon => Columns.Horizon;

    /// <summary>How many of the last steps a forecast is made from.</summary>
    public int ContextLength => Model.ContextLength;

    /// <summary>Number of steps that make one season; 1 where the model uses none.</summary>
    public int Seasonality => Model.Seasonality;

    internal ForecastColumns Columns { get; }

    internal CovariateLayout Layout { get; }

    internal IHost Host => host;

    internal PanelForecaster Model { get; }

    internal SeriesClock Clock { get; }

    /// <summary>The ends of the training series, or of what an engine has seen since.</summary>
    internal SeriesEnds Ends { get; }

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
        return new SeriesForecastView(this, input, lastRowsOnly: false);
    }

    /// <summary>One row per series with the forecast that follows it; see <see cref="GruForecastNextExtensions.ForecastNext"/>.</summary>
    internal IDataView ForecastNext(IDataView input)
    {
        CheckInput(input.Schema);
        return new SeriesForecastView(this, input, lastRowsOnly: true);
    }

    /// <summary>One row per series and step; see <see cref="GruForecastNextExtensions.ForecastNextSteps"/>.</summary>
    internal IDataView ForecastNextSteps(IDataView input)
    {
        CheckInput(input.Schema);
        return ForecastSteps.Of(this, input);
    }

    /// <summary>The same trained network behind the window face: every row holds a whole history as a vector.</summary>
    /// <remarks>A history alone has no covariates: where the model has learnt from some, they count as missing.</remarks>
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
            ConfidenceLevels = Columns.NamedLevels,
        };
        options.Validate();
        return new GruWindowForecastTransformer(host, new ForecastColumns(options, InputColumns.Alone(inputColumnName ?? outputColumnName)), Model);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
        => throw new InvalidOperationException("GruForecastTransformer needs the rows before a row and is no row-to-row mapper: "
            + "use CreateGruForecastEngine for live forecasts, or ToWindowTransformer for a PredictionEngine.");

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelPart.Save(ctx, Version, writer =>
    {
        Columns.Save(writer);
        Layout.Save(writer);
        Clock.Save(writer);
        ModelPart.Write(writer, Model);
        Ends.Save(writer);
    });

    internal GruForecastTransformer WithEnds(SeriesEnds ends) => new(host, Columns, Layout, Model, Clock, ends);

    /// <summary>Lays out the rows of a series, behind what the model remembers of it where they come later.</summary>
    internal TableSeries Arrange(SeriesRows rows)
    {
        bool continues = Columns.Inputs.Time is not null && rows.Count > 0 && Ends.Find(rows.Id) is { LastTime: { } last } && rows.Times.Min() > last;
        return rows.Arrange(Clock, Layout, Columns.Inputs, continues ? Ends.Find(rows.Id)! : SeriesEnd.Empty(rows.Id));
    }

    private static GruForecastTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => ModelPart.Load(env, ctx, Version, reader =>
    {
        ForecastColumns columns = ForecastColumns.Load(reader);
        CovariateLayout layout = CovariateLayout.Load(reader);
        SeriesClock clock = SeriesClock.Load(reader);
        PanelForecaster model = ModelPart.ReadForecaster(reader, columns);
        return new GruForecastTransformer(env, columns, layout, model, clock, SeriesEnds.Load(reader, layout, model.ContextLength));
    });

    internal void CheckInput(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Columns.Inputs.Check(SchemaShape.Create(schema));
        Layout.Check(schema, Columns.Inputs);
        if (Columns.Inputs.Time is null)
            return;
        DataViewSchema.Column time = SchemaCheck.Column(schema, Columns.Inputs.Time);
        if (time.Type is not TextDataViewType && TimeColumn.IsDate(time.Type) != Clock.IsDate)
            throw new ArgumentOutOfRangeException(nameof(schema), $"Schema mismatch for input column '{time.Name}': expected {(Clock.IsDate ? "DateTime or DateTimeOffset" : "a number")} "
                + $"as in training, got {time.Type}. Load the time column with the type it had in training.");
    }
}
