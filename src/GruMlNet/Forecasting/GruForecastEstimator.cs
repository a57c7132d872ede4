using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>
/// Learns to forecast time series whose steps are the rows of the data, one series or many with one model (the series face of the forecaster).
/// </summary>
/// <remarks>
/// <para>Create it with <see cref="GruCatalog.ForecastByGru(ForecastingCatalog, string, string?, int, string?, string?, string?, float, GruForecastModelOptions?, string?)"/>.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Does it need training?</term><description>Yes; it reads the data once and keeps it in memory.</description></item>
/// <item><term>Input column</term><description>Single; NaN is a missing step.</description></item>
/// <item><term>Series column</term><description>Optional: text, a key or an integer. Rows of different series may be mixed.</description></item>
/// <item><term>Time column</term><description>Optional: DateTime, DateTimeOffset, text, Int32, Int64, Single or Double. With it, rows may come in any order in training and in Transform; without it, the rows of a series follow each other.</description></item>
/// <item><term>Covariates</term><description>Optional: past, known beforehand, static, holidays, parts of the time.</description></item>
/// <item><term>Output columns</term><description>Known-size vectors of Single, one slot per step ahead.</description></item>
/// <item><term>Row to row?</term><description>No: a row holds the forecast made after seeing the rows of its series up to it.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// <para>It may be fitted again and again, also in parallel; the same seed and data give the same model.</para>
/// </remarks>
public sealed class GruForecastEstimator : IEstimator<GruForecastTransformer>
{
    private readonly IHost host;
    private readonly ForecastTraining training;
    private readonly ForecastColumns columns;
    private readonly string? weight;
    private readonly CalendarFeatures? calendar;

    internal GruForecastEstimator(IHostEnvironment environment, Options options)
    {
        options.Validate();
        host = environment.Register(nameof(GruForecastEstimator));
        training = new ForecastTraining(environment, host, options.Model);
        columns = new ForecastColumns(options, options.Inputs());
        (weight, calendar) = (options.WeightColumnName, options.CalendarFeatures);
    }

    /// <summary>Options of the series face.</summary>
    public sealed class Options : ForecastOptions
    {
        /// <summary>
        /// Name of the column with the time of each row: DateTime, DateTimeOffset, text with dates or numbers, Int32, Int64, Single or Double.
        /// It gives the order of the rows of a series and the seasonality; gaps in a regular grid become missing steps, and a time that is there twice is refused.
        /// Default: null, each row is one step after the row before it in its series.
        /// </summary>
        public string? TimeColumnName { get; set; }

        /// <summary>Name of the column that tells several series apart: text, a key or an integer. One model learns from all of them. Default: null, there is one series.</summary>
        public string? SeriesColumnName { get; set; }

        /// <summary>Names of columns that may help and are known up to the row, such as sales of another product: Single, or a vector of Single of known size; NaN is missing. Default: none.</summary>
        public string[] PastColumns { get; set; } = [];

        /// <summary>
        /// Names of columns that are known beforehand, such as prices, promotions or weather forecasts: Single, or a vector of Single of known size; NaN is missing. Their values for the steps to forecast stand in
        /// rows after the last value, in which the column to forecast is NaN. Default: none.
        /// </summary>
        public string[] KnownColumns { get; set; } = [];

        /// <summary>Names of columns that describe a series as a whole, the same in all its rows: Single for a number; text, a key or an integer for a category. Default: none.</summary>
        public string[] StaticColumns { get; set; } = [];

        /// <summary>Name of the column that says whether a row is a holiday, known beforehand like <see cref="KnownColumns"/>: Boolean, Single, or text with the holiday's name and nothing on other days. Default: null, none.</summary>
        public string? HolidayColumnName { get; set; }

        /// <summary>Name of the column that says how much each row counts in training, Single of at least 0. Transform does not need it. Default: null, all alike.</summary>
        public string? WeightColumnName { get; set; }

        /// <summary>
        /// Parts of the time that help to forecast; they need dates with a regular step. Default: null, chosen from the data: the place in the week for hours and shorter steps, the place in the year for days, where four weeks or years have been
        /// seen; for others, the season tells it already.
        /// </summary>
        public CalendarFeatures? CalendarFeatures { get; set; }

        internal InputColumns Inputs() => new(InputColumnName ?? OutputColumnName, TimeColumnName, SeriesColumnName, [.. PastColumns], [.. KnownColumns], [.. StaticColumns], HolidayColumnName);

        private protected override void AddProblems(List<string> problems)
        {
            base.AddProblems(problems);
            foreach ((string name, string[]? list) in ((string, string[]?)[])[("PastColumns", PastColumns), ("KnownColumns", KnownColumns), ("StaticColumns", StaticColumns)])
            {
                if (list is null)
                    problems.Add($"{name} is null: leave it empty, or give names of columns.");
                else if (Array.Exists(list, string.IsNullOrWhiteSpace))
                    problems.Add($"{name} has a blank name: give names of columns only.");
            }

            (string Name, string? Column)[] single =
                [("timeColumnName", TimeColumnName), ("seriesColumnName", SeriesColumnName), ("HolidayColumnName", HolidayColumnName), ("WeightColumnName", WeightColumnName)];
            foreach ((string name, string? column) in single)
            {
                if (column is not null && string.IsNullOrWhiteSpace(column))
                    problems.Add($"{name} is blank: give the name of a column, or null if there is none.");
            }

            IEnumerable<(string Name, string? Column)> all = single.Append(("inputColumnName", InputColumnName ?? OutputColumnName))
                .Concat(Named("PastColumns", PastColumns)).Concat(Named("KnownColumns", KnownColumns)).Concat(Named("StaticColumns", StaticColumns));
            foreach (var same in all.Where(one => !string.IsNullOrWhiteSpace(one.Column)).GroupBy(one => one.Column, StringComparer.Ordinal).Where(group => group.Count() > 1))
                problems.Add($"{string.Join(" and ", same.Select(one => one.Name))} both name '{same.Key}': these are two columns.");
            if (CalendarFeatures is { } features && (features & ~Calendar.All) != 0)
                problems.Add($"CalendarFeatures must be a combination of {string.Join(", ", Enum.GetNames<CalendarFeatures>())}, got {(int)features}.");
            if (CalendarFeatures is not (null or GruMlNet.CalendarFeatures.None) && TimeColumnName is null)
                problems.Add("CalendarFeatures need timeColumnName, the name of the column with the times.");

            static IEnumerable<(string, string?)> Named(string name, string[]? list) => (list ?? []).Select(column => (name, (string?)column));
        }
    }

    /// <summary>Trains on <paramref name="input"/>, whose rows are the steps of the series.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from: empty, too short, infinite or all missing values, a time that is there twice, a static column that changes.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruForecastTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Check(SchemaShape.Create(input.Schema));
        TrainingData data = TrainingData.Read(input, columns.Inputs, weight, calendar, training.CheckAlive);
        PanelForecaster model = training.Run(data.Series(), columns, data.Layout.Names(columns.Inputs), data.Clock.SeasonalityHint, data.ToString());
        return new GruForecastTransformer(host, columns, data.Layout, model, data.Clock, data.Ends(model.ContextLength));
    }

    /// <summary>
    /// Trains a model further on new data, in a fraction of the time of a new training (warm start). Where the new rows of a series come after those that the model remembers, the series goes on; new series begin; those
    /// that the new data does not have stay remembered. Frequency, season, categories, holidays and calendar features remain those of the model.
    /// </summary>
    /// <param name="input">The new rows; those that the model has learnt from may be among them.</param>
    /// <param name="initial">The model to go on from, which is left as it is. Its columns and horizon must be those of this estimator.</param>
    /// <exception cref="ArgumentException">The model or a column does not fit; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruForecastTransformer Fit(IDataView input, GruForecastTransformer initial)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(initial);
        if (!columns.Inputs.SameAs(initial.Columns.Inputs) || columns.Horizon != initial.Horizon)
            throw new ArgumentException($"The model to go on from forecasts {initial.Horizon} steps from {string.Join(", ", initial.Columns.Inputs.Names)}, and this estimator {columns.Horizon} from {string.Join(", ", columns.Inputs.Names)}: "
                + "give both the same columns and horizon, or train a new model.", nameof(initial));
        if (calendar is { } features && features != initial.Layout.Calendar)
            throw new ArgumentException($"The model to go on from has the calendar features {initial.Layout.Calendar}, and this estimator {features}: leave CalendarFeatures null, or train a new model.", nameof(initial));
        initial.CheckInput(input.Schema);
        Check(SchemaShape.Create(input.Schema));
        var data = TrainingData.ReadFor(input, initial, weight, goesOn: true, training.CheckAlive);
        PanelForecaster model = training.Run(data.Series(), columns, initial.Layout.Names(columns.Inputs), seasonalityHint: null, $"{data}, going on from a model", initial.Model);
        return new GruForecastTransformer(host, columns, initial.Layout, model, initial.Clock, initial.Ends.With(data.Ends(model.ContextLength)).Recent(model.ContextLength));
    }

    /// <summary>Says which columns the transformer will add, without training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Check(inputSchema);
        return columns.AddTo(inputSchema);
    }

    private void Check(SchemaShape schema)
    {
        columns.Inputs.Check(schema);
        if (weight is not null)
            SchemaCheck.Weight(schema, weight);
    }
}
