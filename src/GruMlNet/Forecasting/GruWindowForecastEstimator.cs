using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Learns to forecast from rows that each hold the history of one series as a vector (the window face of the forecaster).
/// </summary>
/// <remarks>
/// <para>Create it with <see cref="GruCatalog.ForecastWindowByGru(ForecastingCatalog, string, string?, int, string?, string?, float, GruForecastModelOptions?)"/>.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Does it need training?</term><description>Yes; it reads the data once. Every row is one series, and every step of it is learnt from; no label is needed.</description></item>
/// <item><term>Input column</term><description>Vector of Single, of known or variable size, dense or sparse, oldest value first; NaN is a missing step.</description></item>
/// <item><term>Output columns</term><description>Known-size vectors of Single, one slot per step after the end of the row's history.</description></item>
/// <item><term>Row to row?</term><description>Yes: works in a PredictionEngine, in CrossValidate and in parallel cursors.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// <para>It may be fitted again and again, also in parallel; the same seed and data give the same model.</para>
/// </remarks>
public sealed class GruWindowForecastEstimator : IEstimator<GruWindowForecastTransformer>
{
    private readonly IHost host;
    private readonly ForecastTraining training;
    private readonly ForecastColumns columns;

    internal GruWindowForecastEstimator(IHostEnvironment environment, Options options)
    {
        options.Validate();
        host = environment.Register(nameof(GruWindowForecastEstimator));
        training = new ForecastTraining(environment, host, options.Model);
        columns = new ForecastColumns(options, InputColumns.Alone(options.InputColumnName ?? options.OutputColumnName));
    }

    /// <summary>Options of the window face.</summary>
    public sealed class Options : ForecastOptions
    {
    }

    /// <summary>Trains on the series in the rows of <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from: empty, too short, infinite or all missing values.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruWindowForecastTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        columns.CheckWindow(SchemaShape.Create(input.Schema));
        IReadOnlyList<float[]> windows = SequenceReader.ReadWindows(input, columns.Inputs.Value, training.CheckAlive);
        PanelForecaster model = training.Run([.. windows.Select((values, row) => new PanelSeries($"row {row}", values))], columns, names: null, seasonalityHint: null, $"{windows.Count} rows, one series each");
        return new GruWindowForecastTransformer(host, columns, model);
    }

    /// <summary>Says which columns the transformer will add, without training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        columns.CheckWindow(inputSchema);
        return columns.AddTo(inputSchema);
    }
}
