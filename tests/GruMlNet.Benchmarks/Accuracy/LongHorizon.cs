// The protocol of the papers on long horizons: one multivariate series, scaled by its training part, every window of its test part.
using System.Globalization;
using GruMlNet.Cli;
using GruMlNet.Cli.Csv;
using GruMlNet.Evaluation;

namespace GruMlNet.Benchmarks.Accuracy;

/// <summary>
/// Columns are standardised by mean and population deviation of the training part; errors are on that scale, over all windows of the test part (whose inputs may reach back before it),
/// all columns and all steps. The model learns from the training part alone and sees the given look-back, no more; the ridge regression beside it likewise.
/// </summary>
/// <param name="Name">The file's, without extension.</param>
/// <param name="Columns">The standardised columns.</param>
/// <param name="TrainingEnd">Steps of the training part.</param>
/// <param name="TestStart">The first step of the test part.</param>
/// <param name="TestEnd">The step after its last.</param>
/// <param name="Seasonality">Steps of a season; null to let the model find it.</param>
internal sealed record LongHorizon(string Name, float[][] Columns, int TrainingEnd, int TestStart, int TestEnd, int? Seasonality)
{
    private const int HoursPerMonth = 30 * 24, QuartersPerHour = 4;
    private static readonly float[] Levels = [0.8f, 0.95f];

    /// <summary>ETT's files have 12 months of training, 4 of validation and 4 of test; the name tells hours (h) from quarters of hours (m). Of others, 70 % are for training and the last 20 % for the test.</summary>
    /// <exception cref="Failure">The file cannot be used; the message says why.</exception>
    public static LongHorizon Read(string path, int? seasonality)
    {
        var columns = ReadColumns(path);
        var (name, rows) = (Path.GetFileNameWithoutExtension(path), columns[0].Length);
        var isMinutes = name.StartsWith("ETTm", StringComparison.OrdinalIgnoreCase);
        if (!isMinutes && !name.StartsWith("ETTh", StringComparison.OrdinalIgnoreCase))
            return Standardised(name, columns, rows * 7 / 10, rows - rows * 2 / 10, rows, seasonality);
        var month = isMinutes ? QuartersPerHour * HoursPerMonth : HoursPerMonth;
        if (rows < 20 * month) throw new Failure($"'{path}' has {rows} rows; the protocol of ETT needs {20 * month}: 20 months of 30 days. Use the complete file.");
        return Standardised(name, columns, 12 * month, 16 * month, 20 * month, seasonality ?? (isMinutes ? 24 * QuartersPerHour : 24));
    }

    /// <summary>Trains, forecasts every window of the test part, and says how it went.</summary>
    public LongHorizonScore Score(int lookBack, int horizon, GruForecastModelOptions options)
    {
        if (TestEnd - TestStart < horizon) throw new Failure($"{Name}: the test part has {TestEnd - TestStart} steps, fewer than the horizon of {horizon}. Shorten the horizon.");
        if (TrainingEnd < lookBack + horizon) throw new Failure($"{Name}: the training part has {TrainingEnd} steps, fewer than look-back and horizon together ({lookBack + horizon}). Shorten one of them.");
        (options.Horizon, options.LookBack, options.ContextLength, options.Seasonality) = (horizon, lookBack, lookBack, Seasonality);
        var usage = Usage.Start();
        var model = PanelForecaster.Train([.. Columns.Select((c, i) => new PanelSeries($"{i}", c[..TrainingEnd]))], options);
        var score = new LongHorizonScore(Name, lookBack, horizon);
        var windows = TestEnd - TestStart - horizon + 1;
        foreach (var column in Columns)
        {
            var pasts = Enumerable.Range(TestStart, windows).Select(t => new PanelSeries("", column[(t - lookBack)..t])).ToArray();
            var forecasts = model.ForecastAll(pasts, horizon, Levels, options.Threads);
            for (var w = 0; w < windows; w++) score.Model.Add(column.AsSpan(TestStart + w, horizon), forecasts[w]);
        }
        (score.Seconds, score.ProcessorSeconds) = usage.Stop();

        var ridge = RidgeNLinear.Fit([.. Columns.Select(c => (ReadOnlyMemory<float>)c.AsMemory(0, TrainingEnd))], horizon, 1, lookBack);
        foreach (var column in Columns)
        {
            for (var t = TestStart; t < TestStart + windows; t++)
            {
                score.Ridge.Add(column.AsSpan(t, horizon), ridge.Forecast(column.AsSpan(t - lookBack, lookBack)));
                score.LastValue.Add(column.AsSpan(t, horizon), ForecastBaselines.Naive(column.AsSpan(t - lookBack, lookBack), horizon));
            }
        }
        return score;
    }

    private static LongHorizon Standardised(string name, float[][] columns, int trainingEnd, int testStart, int testEnd, int? seasonality)
    {
        foreach (var column in columns)
        {
            var training = column[..trainingEnd];
            double mean = training.Average(v => (double)v), deviation = Math.Sqrt(training.Average(v => (v - mean) * (v - mean)));
            for (var t = 0; t < column.Length; t++) column[t] = (float)((column[t] - mean) / deviation);
        }
        return new LongHorizon(name, columns, trainingEnd, testStart, testEnd, seasonality);
    }

    /// <summary>All columns but a first one with dates; a first line with names is left out.</summary>
    private static float[][] ReadColumns(string path)
    {
        var rows = CsvReader.Read(path).ToArray();
        if (!CsvNumber.IsNumber(rows[0].Fields[^1])) rows = rows[1..];
        if (rows.Length == 0) throw new Failure($"'{path}' has names of columns and no rows.");
        var first = CsvNumber.IsNumber(rows[0].Fields[0]) ? 0 : 1;
        var columns = new float[rows[0].Fields.Length - first][];
        for (var c = 0; c < columns.Length; c++)
        {
            columns[c] = Array.ConvertAll(rows, row => c + first < row.Fields.Length && CsvNumber.IsNumber(row.Fields[c + first])
                ? float.Parse(row.Fields[c + first], CultureInfo.InvariantCulture)
                : throw new Failure($"'{path}', line {row.Line}, column {c + first + 1}: there is no number. Every row needs one in every column."));
        }
        return columns.Length > 0 ? columns : throw new Failure($"'{path}' has dates and no values.");
    }
}

/// <summary>Errors over all windows, columns and steps.</summary>
internal sealed record LongHorizonScore(string Name, int LookBack, int Horizon)
{
    public Errors Model { get; } = new();

    public Errors Ridge { get; } = new();

    public Errors LastValue { get; } = new();

    public double Seconds { get; set; }

    public double ProcessorSeconds { get; set; }

    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"{Name} lookback={LookBack} horizon={Horizon} MSE {Model.Mse:F4} MAE {Model.Mae:F4} ridge_NLinear_MSE {Ridge.Mse:F4} ridge_NLinear_MAE {Ridge.Mae:F4} last_value_MSE {LastValue.Mse:F4} coverage80 {Model.Coverage80:F3} coverage95 {Model.Coverage95:F3} seconds {Seconds:F1} cpu_seconds {ProcessorSeconds:F1}");

    public static string Header => "| set | look-back | horizon | MSE | MAE | ridge NLinear MSE | MAE | last value MSE | MAE | 80 % | 95 % | CPU s |\n|---|---|---|---|---|---|---|---|---|---|---|---|";

    public string Row => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {LookBack} | {Horizon} | {Model.Mse:F4} | {Model.Mae:F4} | {Ridge.Mse:F4} | {Ridge.Mae:F4} | {LastValue.Mse:F4} | {LastValue.Mae:F4} | {Model.Coverage80:F3} | {Model.Coverage95:F3} | {ProcessorSeconds:F1} |");

    internal sealed class Errors
    {
        private double _square, _absolute;
        private long _count, _in80, _in95;

        public double Mse => _square / _count;

        public double Mae => _absolute / _count;

        public double Coverage80 => (double)_in80 / _count;

        public double Coverage95 => (double)_in95 / _count;

        public void Add(ReadOnlySpan<float> actual, ReadOnlySpan<float> forecast)
        {
            for (var i = 0; i < actual.Length; i++)
            {
                var error = (double)actual[i] - forecast[i];
                _square += error * error;
                _absolute += Math.Abs(error);
            }
            _count += actual.Length;
        }

        public void Add(ReadOnlySpan<float> actual, PanelForecast forecast)
        {
            Add(actual, forecast.Point);
            for (var i = 0; i < actual.Length; i++)
            {
                if (forecast.Lower[0][i] <= actual[i] && actual[i] <= forecast.Upper[0][i]) _in80++;
                if (forecast.Lower[1][i] <= actual[i] && actual[i] <= forecast.Upper[1][i]) _in95++;
            }
        }
    }
}
