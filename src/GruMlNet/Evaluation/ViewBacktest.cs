using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Evaluation;

/// <summary>The rows of a view, sorted into series.</summary>
internal sealed class RowsBySeries
{
    private readonly List<(int Series, int Step)> rows = [];
    private readonly List<string> names = [];
    private readonly List<List<float>> values = [];

    // Without a value column only the rows count.
    internal RowsBySeries(IDataView view, string? valueColumn, string? seriesColumn)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(ViewColumns.Named(view.Schema, valueColumn, seriesColumn));
        Func<string> readSeries = ViewColumns.SeriesReader(cursor, seriesColumn);
        ValueGetter<float>? getValue = valueColumn is null ? null : cursor.GetGetter<float>(SchemaCheck.Column(view.Schema, valueColumn));
        Dictionary<string, int> indices = new(StringComparer.Ordinal);
        float value = 0;
        while (cursor.MoveNext())
        {
            string name = readSeries();
            if (!indices.TryGetValue(name, out int index))
            {
                indices.Add(name, index = names.Count);
                names.Add(name);
                values.Add([]);
            }

            getValue?.Invoke(ref value);
            rows.Add((index, values[index].Count));
            values[index].Add(value);
        }
    }

    internal IReadOnlyList<string> Names => names;

    internal IReadOnlyList<(int Series, int Step)> Rows => rows;

    internal float[][] Values() => [.. values.Select(series => series.ToArray())];

    /// <summary>Says yes to each row that has at least <paramref name="after"/> rows of its series behind it.</summary>
    internal bool[] NotAmongLast(int after) => [.. rows.Select(row => row.Step < values[row.Series].Count - after)];
}

/// <summary>Backtests any estimator that adds to each row the forecast made after seeing it.</summary>
internal static class ViewBacktest
{
    internal static ForecastEvaluation Run(IDataView data, IEstimator<ITransformer> estimator, BacktestOptions options)
    {
        RollingOrigin origins = options.Origins;
        SchemaCheck.Single(SchemaShape.Create(data.Schema), options.ActualColumnName);
        var rows = new RowsBySeries(data, options.ActualColumnName, options.SeriesColumnName);
        float[][] values = rows.Values();
        origins.CheckLength(values.Length == 0 ? 0 : values.Max(series => series.Length));

        List<ForecastCase> cases = [];
        ITransformer? model = null;
        for (int window = 0; window < origins.Windows; window++)
        {
            bool[] known = rows.NotAmongLast(origins.Unknown(window));
            bool[] shown = options.ShowFutureRows ? rows.NotAmongLast(origins.Unknown(window) - options.Horizon) : known;
            IDataView past = new RowFilterView(data, shown);
            if (options.ShowFutureRows)
                past = new HiddenValueView(past, options.ActualColumnName, [.. Enumerable.Range(0, shown.Length).Where(row => shown[row]).Select(row => !known[row])]);
            if (model is null || options.Refit)
                model = estimator.Fit(past);
            cases.AddRange(Forecasts(model.Transform(past), rows, values, shown, window, options));
        }

        return ForecastEvaluation.Of(cases, options.Seasonality, options.ConfidenceLevel)
            .BesideBaselines(cases, [.. values.Select(series => origins.History(series, window: 0))]);
    }

    /// <summary>The forecasts at the last known row of each series.</summary>
    private static List<ForecastCase> Forecasts(IDataView transformed, RowsBySeries rows, float[][] values, bool[] shown, int window, BacktestOptions options)
    {
        RollingOrigin origins = options.Origins;
        List<ForecastCase> cases = [];
        using DataViewRowCursor cursor = transformed.GetRowCursor(
            ViewColumns.Named(transformed.Schema, options.ForecastColumnName, options.ConfidenceLowerBoundColumn, options.ConfidenceUpperBoundColumn));
        Func<float[]> readForecast = ViewColumns.VectorReader(cursor, options.ForecastColumnName);
        Func<float[]> readLower = ViewColumns.VectorReader(cursor, options.ConfidenceLowerBoundColumn);
        Func<float[]> readUpper = ViewColumns.VectorReader(cursor, options.ConfidenceUpperBoundColumn);
        for (int row = 0; row < shown.Length; row++)
        {
            if (!shown[row])
                continue;
            if (!cursor.MoveNext())
                throw new InvalidOperationException("The estimator dropped rows: a backtest needs one row of forecasts for each row of data.");
            (int series, int step) = rows.Rows[row];
            if (step != values[series].Length - origins.Unknown(window) - 1)
                continue;
            float[] forecast = Cut(readForecast());
            ReadOnlyMemory<float> history = origins.History(values[series], window);
            if (!history.Span.ContainsAnyExcept(float.NaN))
                continue;
            cases.Add(new ForecastCase
            {
                Series = rows.Names[series],
                History = history,
                Actual = origins.Actual(values[series], window),
                Forecast = forecast,
                Lower = Cut(readLower()),
                Upper = Cut(readUpper()),
            });
        }

        return cases;

        float[] Cut(float[] vector) => vector.Length == 0 || vector.Length >= options.Horizon ? vector[..Math.Min(vector.Length, options.Horizon)]
            : throw new ArgumentOutOfRangeException(nameof(options), $"The estimator forecasts {vector.Length} steps, but the backtest asks for {options.Horizon}: give both the same horizon.");
    }
}
