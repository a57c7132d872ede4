using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Learns to forecast one time series whose steps are the rows of the data (the series face of the forecaster).
/// </summary>
/// <remarks>
/// <para>Create it with <see cref="GruCatalog.ForecastByGru(ForecastingCatalog, string, string?, int, string?, string?, string?, float, GruForecastModelOptions?)"/>.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Does it need training?</term><description>Yes; it reads the data once.</description></item>
/// <item><term>Input column</term><description>Single; NaN is a missing step.</description></item>
/// <item><term>Time column</term><description>Optional: DateTime, DateTimeOffset, Int32, Int64, Single or Double, increasing.</description></item>
/// <item><term>Output columns</term><description>Known-size vectors of Single, one slot per step ahead.</description></item>
/// <item><term>Row to row?</term><description>No: row t holds the forecast made after seeing the rows up to t.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// <para>It may be fitted again and again, also in parallel; the same seed and data give the same model.</para>
/// </remarks>
public sealed class GruForecastEstimator : IEstimator<GruForecastTransformer>
{
    private readonly IHost host;
    private readonly ForecastTraining training;
    private readonly ForecastColumns columns;

    internal GruForecastEstimator(IHostEnvironment environment, Options options)
    {
        options.Validate();
        host = environment.Register(nameof(GruForecastEstimator));
        training = new ForecastTraining(environment, host, options.Model);
        columns = new ForecastColumns(options, options.TimeColumnName);
    }

    /// <summary>Options of the series face.</summary>
    public sealed class Options : ForecastOptions
    {
        /// <summary>
        /// Name of the column with the time of each row: DateTime, DateTimeOffset, Int32, Int64, Single or Double.
        /// Times must increase. They tell the seasonality, and gaps in a regular grid become missing steps.
        /// Default: null, each row is one step after the row before.
        /// </summary>
        public string? TimeColumnName { get; set; }

        private protected override void AddProblems(List<string> problems)
        {
            base.AddProblems(problems);
            if (TimeColumnName is null)
                return;
            if (string.IsNullOrWhiteSpace(TimeColumnName))
                problems.Add("timeColumnName is blank: give the name of the column with the times, or null if there is none.");
            else if (TimeColumnName == (InputColumnName ?? OutputColumnName))
                problems.Add($"timeColumnName and inputColumnName are both '{TimeColumnName}': the times and the values are two columns.");
        }
    }

    /// <summary>Trains on <paramref name="input"/>, whose rows are the steps of one series, oldest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from: empty, too short, infinite or all missing values, times that do not increase.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruForecastTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        columns.CheckSeries(input.Schema);
        SeriesData series = SequenceReader.ReadSeries(input, columns, training.CheckAlive);
        PanelForecaster model = training.Run([new PanelSeries(columns.Input, series.Values)], columns, series.Clock.SeasonalityHint, series.Clock.ToString());
        var end = SeriesEnd.Of(series.Values, series.LastTime, model.ContextLength);
        return new GruForecastTransformer(host, columns, model, series.Clock, end);
    }

    /// <summary>Says which columns the transformer will add, without training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        columns.CheckSeries(inputSchema);
        return columns.AddTo(inputSchema);
    }
}
