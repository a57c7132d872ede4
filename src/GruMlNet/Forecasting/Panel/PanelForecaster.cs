// One model that forecasts many series, those it was trained on and others.
using GruMlNet.Engine.Serialization;

namespace GruMlNet;

/// <summary>Immutable and thread-safe. A forecast is a pure function of the last <see cref="ContextLength"/> steps of the history.</summary>
internal sealed class PanelForecaster
{
    private const string Magic = "GRUPANEL";
    private const int Version = 1;

    /// <summary>Series that go through the networks together.</summary>
    private const int Chunk = 64;

    private readonly PanelModel? _panel;
    private readonly ForecastModel? _perSeries;

    private PanelForecaster(PanelModel? panel, ForecastModel? perSeries) => (_panel, _perSeries) = (panel, perSeries);

    /// <summary>Steps of a forecast that is made at once; longer ones are made block by block.</summary>
    public int Horizon => _panel?.Plan.Horizon ?? _perSeries!.Horizon;

    /// <summary>Steps of a season; 1 for none.</summary>
    public int Seasonality => _panel?.Plan.Season ?? _perSeries!.Seasonality;

    /// <summary>Most recent steps that a model over many series learns from at a time; of a model per series, a few seasons.</summary>
    public int LookBack => _panel?.Plan.LookBack ?? Math.Min(_perSeries!.ContextLength, Math.Max(4 * Seasonality, 2 * Horizon));

    /// <summary>Most recent steps of a history that a forecast looks at.</summary>
    public int ContextLength => _panel?.Plan.ContextLength ?? _perSeries!.ContextLength;

    /// <summary>What the model's covariates and static columns are called, in the order of each series.</summary>
    public PanelNames Names => _panel?.Covariates?.Names ?? new PanelNames([], [], [], []);

    /// <summary>Whether it is one network over all series, for which covariates, static columns and weights count; a model per series looks at the values only.</summary>
    public bool IsOverAllSeries => _panel is not null;

    /// <summary>For each of the static categories of <see cref="Names"/> those that are told apart.</summary>
    public IReadOnlyList<string[]> Categories => _panel?.Covariates?.Categories ?? [];

    /// <summary>Whether training was ended early; the model then is the best that there was.</summary>
    public bool WasCancelled { get; private init; }

    /// <summary>Trains a model: networks over all series, blended with simpler methods where that is better on held-back steps; with too little data for that, the per-series model.</summary>
    /// <param name="series">At least one.</param>
    /// <param name="options">Validated first. Their token ends training early with the best model so far; <see cref="WasCancelled"/> tells.</param>
    /// <param name="names">What the series' covariates and static columns are called; null for numbers.</param>
    /// <exception cref="ArgumentException">An option is out of range, or covariates do not fit their series.</exception>
    /// <exception cref="InvalidOperationException">Nothing can be learnt from the data; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there was any model.</exception>
    public static PanelForecaster Train(IReadOnlyList<PanelSeries> series, GruForecastModelOptions options, PanelNames? names = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Horizon, 1);
        options.Validate();
        options = options.Clone();
        ForecastTrainer.CheckData([.. series.Select(s => s.Values)], options.Horizon);
        PanelChecks.Training(series, names);
        if (options.LogTransform == true && !series.Any(s => ValueTransform.CanLog(s.Values)))
            throw new InvalidOperationException("LogTransform needs a series without negative values, and all have some: set LogTransform to false, or leave it at null.");
        var (panel, cancelled) = PanelTrainer.Train(series, options, names);
        return panel is not null
            ? new PanelForecaster(panel, null) { WasCancelled = cancelled }
            : new PanelForecaster(null, ForecastTrainer.Train([.. series.Select(s => s.Values)], options));
    }

    /// <summary>
    /// Trains this model further on new data, which may be of other series: its networks start from what they have learnt, and keep it where learning on makes the last steps of the new data no better forecast. What is blended with them is
    /// fitted anew. Takes a fraction of the time of a new training. A model per series has nothing to start from: such a model is trained anew, and the log says so.
    /// </summary>
    /// <param name="series">With the columns that the model has learnt from.</param>
    /// <param name="options">
    /// The horizon must be the model's. What else is set about the model must be as it is there; steps and threads may differ. Where the networks have seen the last steps of the new data before, their own errors there are no
    /// measure, so bounds become wider where these ask for it and never narrower.
    /// </param>
    /// <param name="names">Names of the columns where a model per series is trained anew; others keep theirs. Null for numbered ones.</param>
    /// <exception cref="ArgumentException">An option or a column does not fit the model; the message says which.</exception>
    /// <exception cref="InvalidOperationException">Nothing can be learnt from the data; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there was any other model.</exception>
    public PanelForecaster Continue(IReadOnlyList<PanelSeries> series, GruForecastModelOptions options, PanelNames? names = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Clone();
        if (_panel is null)
        {
            if (options.Horizon != Horizon) throw new ArgumentException($"The model to continue from forecasts {Counted.Of(Horizon, "step")}, and {options.Horizon} were asked for: leave the horizon as it is, or train a new model.", nameof(options));
            options.Log?.Invoke("the model forecasts each series by classical methods, which have nothing to start from: a new one is trained");
            if (_perSeries!.Seasonality > 1) options.Seasonality ??= _perSeries.Seasonality;
            return Train(series, options, names);
        }
        ForecastTrainer.CheckData([.. series.Select(s => s.Values)], options.Horizon);
        PanelChecks.Training(series, Names);
        var (panel, cancelled) = PanelTrainer.Continue(_panel, series, options);
        return new PanelForecaster(panel, null) { WasCancelled = cancelled };
    }

    /// <summary>What drives the forecasts: by how much their error grows when the last value, the last season, older values, a covariate or a static column is taken from elsewhere.</summary>
    /// <param name="series">Their last values are forecast and compared; better of another time than the model has learnt from. Of many, some are taken.</param>
    /// <param name="seed">Same model, series and seed: same numbers.</param>
    /// <param name="threads">Null for the number of processors; changes nothing about the result.</param>
    /// <param name="cancellationToken">Looked at before each input.</param>
    /// <returns>The past values, most recent first, then each column in the order of <see cref="Names"/>.</returns>
    /// <exception cref="InvalidOperationException">There are too few values to compare; the message says what to do.</exception>
    public IReadOnlyList<PanelImportance> Explain(IReadOnlyList<PanelSeries> series, int seed = 1, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        return PanelExplanation.Of(this, series, seed, threads, cancellationToken);
    }

    /// <summary>Forecasts the steps after a history.</summary>
    /// <param name="history">Oldest first, NaN where missing, of any length; it need not be of a series that the model was trained on.</param>
    /// <param name="horizon">Steps, at least 1. More than <see cref="Horizon"/> are forecast block by block, each block taking the medians of those before it as its history: its bounds are too narrow, the more so the further it goes.</param>
    /// <param name="confidenceLevels">Each above 0 and below 1; may be empty.</param>
    public PanelForecast Forecast(ReadOnlySpan<float> history, int horizon, params ReadOnlySpan<float> confidenceLevels) =>
        Forecast(new PanelSeries("", history.ToArray()), horizon, confidenceLevels);

    /// <summary>Forecasts the steps after a series' last value, with what is known beside it.</summary>
    /// <param name="series">
    /// What a series lacks counts as missing: each kind of columns as a whole, or single values as NaN. Where known covariates end before the horizon, the steps beyond are forecast as
    /// if nothing were known of them, as the networks have learnt it from examples of that kind; the linear part then takes the covariates to stay as they were. A category that is new to the model is forecast as an unknown one.
    /// </param>
    /// <param name="horizon">As above. Known covariates of later blocks are used where they are given.</param>
    /// <param name="confidenceLevels">Each above 0 and below 1; may be empty.</param>
    /// <exception cref="ArgumentException">The series has other columns than the model has learnt from.</exception>
    public PanelForecast Forecast(PanelSeries series, int horizon, params ReadOnlySpan<float> confidenceLevels) => ForecastBlocks([series], horizon, confidenceLevels)[0];

    /// <summary>Forecasts many series at once, on the given number of threads; the result does not depend on it.</summary>
    /// <param name="series">The histories, with their covariates.</param>
    /// <param name="horizon">Steps, at least 1.</param>
    /// <param name="confidenceLevels">Each above 0 and below 1; may be empty.</param>
    /// <param name="threads">Null for the number of processors.</param>
    public PanelForecast[] ForecastAll(IReadOnlyList<PanelSeries> series, int horizon, float[] confidenceLevels, int? threads = null)
    {
        if (series.Count <= Chunk) return ForecastBlocks([.. series], horizon, confidenceLevels);
        var forecasts = new PanelForecast[series.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount };
        Parallel.For(0, (series.Count + Chunk - 1) / Chunk, parallel, c =>
        {
            var chunk = new PanelSeries[Math.Min(Chunk, series.Count - c * Chunk)];
            for (var i = 0; i < chunk.Length; i++) chunk[i] = series[c * Chunk + i];
            ForecastBlocks(chunk, horizon, confidenceLevels).CopyTo(forecasts, c * Chunk);
        });
        return forecasts;
    }

    /// <summary>Writes the model as one checksummed block. The stream stays open.</summary>
    public void Save(Stream stream) => CheckedBlock.Write(stream, Magic, Version, writer =>
    {
        writer.Write(_panel is not null);
        if (_panel is not null) _panel.Save(writer);
        else _perSeries!.Save(writer);
    });

    /// <summary>Reads a model. The stream stays open, just behind the model.</summary>
    /// <exception cref="InvalidDataException">The data is not a model, is too new, cut off or damaged; the message says which.</exception>
    public static PanelForecaster Load(Stream stream) => CheckedBlock.Read(stream, Magic, Version, "a GruMlNet panel forecaster", (reader, _) =>
        reader.ReadBoolean() ? new PanelForecaster(PanelModel.Load(reader), null) : new PanelForecaster(null, ForecastModel.Load(reader)));

    /// <summary>Forecasts some histories, block by block where the horizon is longer than the trained one.</summary>
    private PanelForecast[] ForecastBlocks(PanelSeries[] series, int horizon, ReadOnlySpan<float> levels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        foreach (var level in levels)
            if (level is not (> 0f and < 1f)) throw new ArgumentOutOfRangeException(nameof(levels), level, FormattableString.Invariant($"A confidence level must be above 0 and below 1, got {level}: write 0.95f for 95 %."));
        if (_panel is not null)
            foreach (var one in series) PanelChecks.Forecasting(one, Names);
        var count = levels.Length;
        series = Array.ConvertAll(series, one => one.Recent(ContextLength));
        var results = Array.ConvertAll(series, _ => new PanelForecast(new float[horizon], Bounds(horizon, count), Bounds(horizon, count)));
        for (var from = 0; from < horizon; from += Horizon)
        {
            var done = from;
            var known = from == 0 ? series : [.. series.Select((one, i) => one with { Values = [.. one.Values, .. results[i].Point.AsSpan(0, done)] })];
            if (_panel is not null) PanelBlock(known, results, from, levels);
            else
                for (var i = 0; i < known.Length; i++) PerSeriesBlock(known[i].Values, results[i], from, levels);
        }
        return results;
    }

    private void PanelBlock(PanelSeries[] histories, PanelForecast[] results, int from, ReadOnlySpan<float> levels)
    {
        int Q = PanelPlan.Levels.Length, steps = Math.Min(Horizon, results[0].Point.Length - from);
        var series = Array.ConvertAll(histories, h => new PreparedSeries(h with { Weights = null }, _panel!.Plan, _panel.Covariates));
        var windows = series.Where(s => s.Length > 0).Select(s => (s, s.Length)).ToArray();
        var quantiles = _panel!.Quantiles(windows);
        var normal = new double[levels.Length];
        for (var level = 0; level < normal.Length; level++) normal[level] = NormalDistribution.TwoSidedQuantile(levels[level]);
        var next = 0;
        for (var n = 0; n < series.Length; n++)
        {
            if (series[n].Length == 0)
            {
                results[n].Fill(float.NaN);
                continue;
            }
            var values = quantiles[next++];
            // Nothing but zeros says nothing of a scale: a network's trace of anything else would be noise, and all of an error in per cent.
            if (series[n].HasOnlyZeros)
            {
                results[n].Fill(0);
                continue;
            }
            for (var i = 0; i < steps; i++)
            {
                var step = values.AsSpan(i * Q, Q);
                results[n].Point[from + i] = Finish(step[PanelPlan.Median], series[n]);
                for (var level = 0; level < levels.Length; level++)
                {
                    var (lower, upper) = _panel.Bounds(step, i, normal[level]);
                    results[n].Lower[level][from + i] = Finish(lower, series[n]);
                    results[n].Upper[level][from + i] = Finish(upper, series[n]);
                }
            }
        }
    }

    /// <summary>Back to the values' own units. A history with negative values is no reason to forecast zeros: it is not kept above 0, whatever the training data was like.</summary>
    private float Finish(double value, PreparedSeries series)
    {
        var x = series.Transform.Invert(value);
        return ValueTransform.ToFloat(_panel!.Plan.NonNegative && !series.HasNegative ? Math.Max(x, 0) : x);
    }

    private void PerSeriesBlock(float[] history, PanelForecast result, int from, ReadOnlySpan<float> levels)
    {
        var scratch = _perSeries!.CreateScratch();
        var steps = Math.Min(Horizon, result.Point.Length - from);
        float[] low = new float[Horizon], high = new float[Horizon];
        _perSeries.Forecast(history, scratch);
        scratch.Point[..steps].CopyTo(result.Point.AsSpan(from));
        for (var level = 0; level < levels.Length; level++)
        {
            _perSeries.Interval(scratch, levels[level], low, high);
            low.AsSpan(0, steps).CopyTo(result.Lower[level].AsSpan(from));
            high.AsSpan(0, steps).CopyTo(result.Upper[level].AsSpan(from));
        }
    }

    private static float[][] Bounds(int horizon, int levels)
    {
        var bounds = new float[levels][];
        for (var i = 0; i < levels; i++) bounds[i] = new float[horizon];
        return bounds;
    }
}
