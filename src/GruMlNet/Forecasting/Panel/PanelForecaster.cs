// One model that forecasts many series, those it was trained on and others.
using GruMlNet.Engine.Serialization;

namespace GruMlNet;

/// <summary>Immutable and thread-safe. A forecast is a pure function of the history.</summary>
internal sealed class PanelForecaster
{
    private const string Magic = "GRUPANEL";
    private const int Version = 1;

    private readonly ForecastModel _model;

    private PanelForecaster(ForecastModel model) => _model = model;

    /// <summary>Steps of a forecast that is made at once; longer ones are made block by block.</summary>
    public int Horizon => _model.Horizon;

    /// <summary>Steps of a season; 1 for none.</summary>
    public int Seasonality => _model.Seasonality;

    /// <summary>Whether training was ended early; the model then is the best that there was.</summary>
    public bool WasCancelled { get; private init; }

    /// <summary>Trains a model.</summary>
    /// <param name="series">At least one.</param>
    /// <param name="options">Validated first.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">Nothing can be learnt from the data; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there was any model.</exception>
    public static PanelForecaster Train(IReadOnlyList<PanelSeries> series, PanelOptions options)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var model = ForecastModel.Train([.. series.Select(s => s.Values)], options.Horizon, null,
            new GruForecastModelOptions { Seasonality = options.Seasonality, Threads = options.Threads, NonNegative = options.NonNegative },
            options.Seed, options.Log ?? (_ => { }), options.CancellationToken);
        return new PanelForecaster(model);
    }

    /// <summary>Forecasts the steps after a history.</summary>
    /// <param name="history">Oldest first, NaN where missing, of any length; it need not be of a series that the model was trained on.</param>
    /// <param name="horizon">Steps, at least 1. More than <see cref="Horizon"/> are forecast block by block, each block taking the medians of those before it as its history: its bounds are too narrow, the more so the further it goes.</param>
    /// <param name="confidenceLevels">Each above 0 and below 1; may be empty.</param>
    public PanelForecast Forecast(ReadOnlySpan<float> history, int horizon, params ReadOnlySpan<float> confidenceLevels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        var scratch = _model.CreateScratch();
        var values = new float[history.Length + horizon];
        history.CopyTo(values);
        var (point, lower, upper) = (new float[horizon], Bounds(horizon, confidenceLevels.Length), Bounds(horizon, confidenceLevels.Length));
        float[] low = new float[Horizon], high = new float[Horizon];
        for (var from = 0; from < horizon; from += Horizon)
        {
            var steps = Math.Min(Horizon, horizon - from);
            _model.Forecast(values.AsSpan(0, history.Length + from), scratch);
            scratch.Point[..steps].CopyTo(point.AsSpan(from));
            scratch.Point[..steps].CopyTo(values.AsSpan(history.Length + from));
            for (var level = 0; level < confidenceLevels.Length; level++)
            {
                _model.Interval(scratch, confidenceLevels[level], low, high);
                low.AsSpan(0, steps).CopyTo(lower[level].AsSpan(from));
                high.AsSpan(0, steps).CopyTo(upper[level].AsSpan(from));
            }
        }
        return new PanelForecast(point, lower, upper);
    }

    /// <summary>Forecasts many series at once, on the given number of threads; the result does not depend on it.</summary>
    /// <param name="series">The histories.</param>
    /// <param name="horizon">Steps, at least 1.</param>
    /// <param name="confidenceLevels">Each above 0 and below 1; may be empty.</param>
    /// <param name="threads">Null for the number of processors.</param>
    public PanelForecast[] ForecastAll(IReadOnlyList<PanelSeries> series, int horizon, float[] confidenceLevels, int? threads = null)
    {
        var forecasts = new PanelForecast[series.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount };
        Parallel.For(0, series.Count, parallel, i => forecasts[i] = Forecast(series[i].Values, horizon, confidenceLevels));
        return forecasts;
    }

    /// <summary>Writes the model as one checksummed block. The stream stays open.</summary>
    public void Save(Stream stream) => CheckedBlock.Write(stream, Magic, Version, _model.Save);

    /// <summary>Reads a model. The stream stays open, just behind the model.</summary>
    /// <exception cref="InvalidDataException">The data is not a model, is too new, cut off or damaged; the message says which.</exception>
    public static PanelForecaster Load(Stream stream) =>
        CheckedBlock.Read(stream, Magic, Version, "a GruMlNet panel forecaster", (reader, _) => new PanelForecaster(ForecastModel.Load(reader)));

    private static float[][] Bounds(int horizon, int levels)
    {
        var bounds = new float[levels][];
        for (var i = 0; i < levels; i++) bounds[i] = new float[horizon];
        return bounds;
    }
}
