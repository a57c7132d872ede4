using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Evaluation;

/// <summary>Backtests any estimator that adds to each row the forecast made after seeing it.</summary>
internal static class ViewBacktest
{
    internal static ForecastEvaluation Run(IDataView data, IEstimator<ITransformer> estimator, BacktestOptions options)
    {
        RollingOrigin origins = options.Origins;
        SchemaCheck.Single(SchemaShape.Create(data.Schema), options.ActualColumnName);
        var rows = new RowsBySeries(data, options.ActualColumnName, options.SeriesColumnName, options.TimeColumnName);
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
            cases.AddRange(Forecasts(model.Transform(past), rows, values, known, shown, window, options));
        }

        return ForecastEvaluation.Of(cases, options.Seasonality, options.ConfidenceLevel)
            .BesideBaselines(cases, [.. values.Select(series => origins.History(series, window: 0))]);
    }

    /// <summary>The forecasts at the last known row of each series: where the steps before the origin have no row, they are the first of the forecast.</summary>
    private static List<ForecastCase> Forecasts(IDataView transformed, RowsBySeries rows, float[][] values, bool[] known, bool[] shown, int window, BacktestOptions options)
    {
        int[] last = rows.LastOf(known);
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
            (int series, int step) = rows[row];
            if (row != last[series])
                continue;
            float[] forecast = Cut(readForecast());
            ReadOnlyMemory<float> history = values[series].AsMemory(0, step + 1);
            if (!history.Span.ContainsAnyExcept(float.NaN))
                continue;
            cases.Add(new ForecastCase
            {
                Series = rows.NameOf(series),
                History = history,
                Actual = values[series].AsMemory(step + 1, options.Horizon),
                Forecast = forecast,
                Lower = Cut(readLower()),
                Upper = Cut(readUpper()),
            });
        }

        return cases;

        float[] Cut(float[] vector) => vector.Length == 0 || vector.Length >= options.Horizon ? vector[..Math.Min(vector.Length, options.Horizon)]
            : throw new ArgumentOutOfRangeException(nameof(options), $"The estimator forecasts {Counted.Of(vector.Length, "step")}, but the backtest asks for {options.Horizon}: give both the same horizon.");
    }
}
