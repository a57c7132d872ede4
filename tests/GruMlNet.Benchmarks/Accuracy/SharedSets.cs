// The data sets of a shared folder, with the horizons and seasons they are usually scored with.
using GruMlNet.Cli;
using GruMlNet.Cli.Commands;
using GruMlNet.Cli.Csv;
using GruMlNet.Evaluation;

namespace GruMlNet.Benchmarks.Accuracy;

/// <summary>Where each set lies in the folder, and how it is cut.</summary>
/// <param name="Folder">Holds <c>data/forecast</c>.</param>
internal sealed record SharedSets(string Folder)
{
    private const int Daily = 7, Weekly = 52, Monthly = 12, HalfHours = 48;

    /// <summary>The panels, cheap ones first. M4's test parts are not used: the end of the training parts is held out.</summary>
    public IEnumerable<(string Name, Func<HoldOut> Read)> Panels()
    {
        foreach (var (period, horizon, season) in new[] { ("other", 8, 1), ("yearly", 6, 1), ("quarterly", 8, 4), ("monthly", 18, 12) })
            yield return ($"m3_{period}", () => Tested($"m3_{period}", Long("value", null, "series_id"), $"m3/{period}_train.csv", $"m3/{period}_test.csv", horizon, season));
        foreach (var (period, season) in new[] { ("yearly", 1), ("quarterly", 4), ("monthly", 12), ("daily", 1) })
            yield return ($"m4_{period}_sample", () => Tested($"m4_{period}_sample", Long("value", null, "series"), $"m4/samples_readytensor/m4_{period}_miscellaneous_train.csv", $"m4/samples_readytensor/m4_{period}_miscellaneous_test_key.csv", null, season));
        foreach (var (set, horizon, season) in new[] { ("solar_weekly", 5, 1), ("dominick_cat", 8, Weekly), ("ausgrid_weekly", 8, Weekly) })
            yield return (set, () => Tested(set, Long("value", null, "series_id"), $"weekly_sets/{set}_train.csv", $"weekly_sets/{set}_test.csv", horizon, season));
        yield return ("multiseasonal", () => Tested("multiseasonal", Long("value", null, "series_id"), "readytensor/synthetic_multiseasonality/synthetic_multiseasonality_train.csv", "readytensor/synthetic_multiseasonality/synthetic_multiseasonality_test_key.csv", 10, 1));
        yield return ("arima_process", () => Tested("arima_process", Long("value", null, "series_id"), "readytensor/arima_process/arima_process_train.csv", "readytensor/arima_process/arima_process_test_key.csv", 30, 1));
        foreach (var (set, file, column, horizon, windows) in new[]
        {
            ("air_passengers", "air_passengers", "value", 12, 5),
            ("co2_monthly", "co2_monthly", "value", 12, 12),
            ("nottem", "nottem", "value", 12, 8),
            ("uk_seatbelts", "uk_seatbelts", "drivers", 12, 6),
        })
            yield return (set, () => End(set, $"classic/{file}.csv", Long(column, null, null), horizon, windows, horizon, Monthly));
        yield return ("lynx", () => End("lynx", "classic/lynx.csv", Long("value", null, null), 10, 4, 10, 1));
        yield return ("daily_temperatures", () => End("daily_temperatures", "classic/daily-min-temperatures.csv", Long("Temp", "Date", null), 14, 20, 14, Daily));
        yield return ("us_gasoline", () => End("us_gasoline", "classic/us_gasoline_weekly.csv", Long("value", null, null), 13, 30, 13, Weekly));
        yield return ("taylor_halfhourly", () => End("taylor_halfhourly", "classic/taylor_halfhourly.csv", Long("x", null, null), 48, 7, 48, HalfHours));
        yield return ("nyc_taxi", () => End("nyc_taxi", "nyc_taxi/nyc_taxi.csv", Long("value", "timestamp", null), 48, 14, 48, HalfHours));
        foreach (var column in new[] { "Consumption", "Wind" })
            yield return ($"opsd_{column}", () => End($"opsd_{column}", "opsd_germany_daily/opsd_germany_daily.csv", Long(column, "Date", null), 28, 10, 28, Daily));
        yield return ("bike_daily", () => End("bike_daily", "bike_sharing/day_from_hour.csv", Long("cnt", "dteday", null), 14, 20, 14, Daily));
        yield return ("beijing_pm25", () => End("beijing_pm25", "beijing_pm25/pollution.csv", Long("pm2.5", null, null), 24, 28, 24, 24));
        yield return ("vic_elec", () => End("vic_elec", "vic_elec/vic_elec.csv", Long("demand_mwh", "timestamp_utc", null), HalfHours, 28, HalfHours, HalfHours));
        yield return ("pedestrian", () => End("pedestrian", "pedestrian/pedestrian.csv", Long("count", "timestamp_local", "sensor"), 24, 28, 24, 24));
        yield return ("aus_retail", () => End("aus_retail", "aus_retail/aus_retail.csv", Long("turnover_million_aud", "month", "series_id"), 12, 2, 12, Monthly));
        yield return ("m4_weekly", () => End("m4_weekly", "m4/Weekly-train.csv", Wide, 13, 1, 1, 1));
        yield return ("m4_hourly", () => End("m4_hourly", "m4/Hourly-train.csv", Wide, 48, 1, 1, 24));
    }

    /// <summary>The long multivariate series, with look-back and horizon.</summary>
    public IEnumerable<(string Name, int LookBack, int Horizon, Func<LongHorizon> Read)> LongHorizons()
    {
        foreach (var (file, lookBack, horizon) in new[] { ("exchange_rate/exchange_rate.csv", 96, 96), ("ett/ETTh1.csv", 96, 96), ("ett/ETTh1.csv", 336, 96), ("ett/ETTh1.csv", 336, 720), ("ett/ETTm1.csv", 336, 96) })
            yield return (Path.GetFileNameWithoutExtension(file), lookBack, horizon, () => LongHorizon.Read(At(file), null));
    }

    public static FileFormat Long(string label, string? time, string? series) => new(Layout.Long, null, label, time, series);

    public static FileFormat Wide { get; } = new(Layout.Wide, null, null, null, null);

    private string At(string file) => Path.Combine(Folder, "data", "forecast", file);

    private HoldOut End(string name, string file, FileFormat format, int horizon, int windows, int stride, int seasonality) =>
        new(name, DataOptions.Read(At(file), format).Series, new RollingOrigin(horizon, windows, stride), seasonality);

    private HoldOut Tested(string name, FileFormat format, string train, string test, int? horizon, int seasonality) =>
        Appended(name, DataOptions.Read(At(train), format).Series, DataOptions.Read(At(test), format).Series, horizon, seasonality);

    /// <summary>Puts the values of a test file behind those of the training file.</summary>
    /// <exception cref="Failure">The files do not belong together.</exception>
    public static HoldOut Appended(string name, IReadOnlyList<PanelSeries> train, IReadOnlyList<PanelSeries> test, int? horizon, int seasonality)
    {
        var coming = test.ToDictionary(s => s.Id, s => s.Values);
        var steps = horizon ?? test[0].Values.Length;
        if (train.FirstOrDefault(s => !coming.TryGetValue(s.Id, out var values) || values.Length < steps) is { } missing)
            throw new Failure($"{name}: the test file has no {steps} values of series '{missing.Id}'. It needs them for every series of the training file.");
        return new HoldOut(name, [.. train.Select(s => s with { Values = [.. s.Values, .. coming[s.Id].AsSpan(0, steps)] })], new RollingOrigin(steps, 1, 1), seasonality);
    }
}
