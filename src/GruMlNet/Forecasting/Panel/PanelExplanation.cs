// What drives the forecasts: permutation importance.
using GruMlNet.Engine;
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>
/// The last steps of some series are forecast from what lies before them, first as they are and then with one input of each forecast taken from another one (Breiman 2001). What the error grows by is what the
/// input tells the model that it cannot get from the others: two inputs that say the same may both seem to matter little.
/// </summary>
internal static class PanelExplanation
{
    /// <summary>Forecasts that are compared: enough for a ranking, few enough for a second or two.</summary>
    private const int MaxWindows = 200;

    /// <summary>Origins of one series, at most.</summary>
    private const int MaxOrigins = 40;

    /// <summary>Values that a forecast is made from, at least.</summary>
    private const int MinHistory = 4;

    private readonly record struct Window(PanelSeries Series, int Origin);

    /// <summary>Explains a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="series">With their last values; every n-th one of many.</param>
    /// <param name="seed">Decides what is exchanged with what.</param>
    /// <param name="threads">Null for the number of processors; changes nothing about the result.</param>
    /// <param name="token">Looked at before each input.</param>
    public static List<PanelImportance> Of(PanelForecaster model, IReadOnlyList<PanelSeries> series, int seed, int? threads, CancellationToken token)
    {
        var windows = Windows(model, series);
        var scale = Array.ConvertAll(windows, w => SeasonalDifference.Of(w.Series.Values.AsSpan(0, w.Origin), model.Seasonality).Absolute);
        var donors = Donors(windows.Length, seed);
        var error = Error(null);
        if (!double.IsFinite(error)) throw new InvalidOperationException($"There is nothing to explain the forecasts by: no series has values that vary before its last {model.Horizon} steps, and values among these. Give series with more history.");
        var result = new List<PanelImportance>();
        foreach (var (name, exchange) in Inputs(model))
        {
            token.ThrowIfCancellationRequested();
            result.Add(new PanelImportance(name, error > 0 ? Error(exchange) / error - 1 : Error(exchange) > 0 ? double.PositiveInfinity : 0));
        }
        return result;

        double Error(Func<PanelSeries, Window, PanelSeries>? exchange)
        {
            var pasts = windows.Select((w, i) => exchange is null ? Past(w, model.Horizon) : exchange(Past(w, model.Horizon), windows[donors[i]])).ToArray();
            var forecasts = model.ForecastAll(pasts, model.Horizon, [], threads);
            var (sum, count) = (0.0, 0);
            for (var w = 0; w < windows.Length; w++)
            {
                for (var i = 0; i < model.Horizon; i++)
                {
                    var miss = Math.Abs((double)windows[w].Series.Values[windows[w].Origin + i] - forecasts[w].Point[i]) / scale[w];
                    if (double.IsNaN(miss)) continue;
                    sum += miss;
                    count++;
                }
            }
            return sum / count;
        }
    }

    /// <summary>Of few series, several origins each, one horizon apart.</summary>
    private static Window[] Windows(PanelForecaster model, IReadOnlyList<PanelSeries> series)
    {
        var (windows, stride) = (new List<Window>(), Math.Max(1, (series.Count + MaxWindows - 1) / MaxWindows));
        var origins = Math.Clamp(MaxWindows / Math.Max(1, series.Count), 1, MaxOrigins);
        for (var s = 0; s < series.Count; s += stride)
            for (var o = 1; o <= origins && series[s].Values.Length - o * model.Horizon >= MinHistory; o++)
                windows.Add(new Window(series[s], series[s].Values.Length - o * model.Horizon));
        return windows.Count >= 2 ? [.. windows] : throw new InvalidOperationException($"To explain a model takes at least two forecasts of {model.Horizon} steps to compare, each from {MinHistory} values or more: give longer series or more of them.");
    }

    /// <summary>Each gets the input of the next one in a random round, so none keeps its own.</summary>
    private static int[] Donors(int count, int seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new SeededRandom((ulong)seed).Shuffle<int>(order);
        var donors = new int[count];
        for (var i = 0; i < count; i++) donors[order[i]] = order[(i + 1) % count];
        return donors;
    }

    private static PanelSeries Past(Window w, int horizon) => w.Series with
    {
        Values = w.Series.Values[..w.Origin],
        Past = Array.ConvertAll(w.Series.Past, p => p[..w.Origin]),
        Known = Array.ConvertAll(w.Series.Known, k => k[..Math.Min(k.Length, w.Origin + horizon)]),
        Weights = null,
    };

    /// <summary>The inputs by name, each with what puts a donor's into a series that ends at its origin.</summary>
    private static IEnumerable<(string Name, Func<PanelSeries, Window, PanelSeries> Exchange)> Inputs(PanelForecaster model)
    {
        int unit = model.Seasonality > 1 ? model.Seasonality : Math.Max(2, model.Horizon), window = model.LookBack;
        var what = model.Seasonality > 1 ? "season" : "horizon";
        yield return ("last value", (s, donor) => ExchangeValues(s, donor, 1, 1, window));
        yield return ($"rest of the last {what}", (s, donor) => ExchangeValues(s, donor, 2, unit, window));
        if (window > unit) yield return ($"the {what} before", (s, donor) => ExchangeValues(s, donor, unit + 1, Math.Min(2 * unit, window), window));
        if (window > 2 * unit) yield return ("values further back", (s, donor) => ExchangeValues(s, donor, 2 * unit + 1, window, window));
        for (var p = 0; p < model.Names.Past.Length; p++)
        {
            var column = p;
            yield return (model.Names.Past[p], (s, donor) => s with { Past = Exchange(s.Past, column, donor.Series.Past, s.Values.Length, donor.Origin, window) });
        }
        for (var k = 0; k < model.Names.Known.Length; k++)
        {
            var column = k;
            yield return (model.Names.Known[k], (s, donor) => s with { Known = Exchange(s.Known, column, donor.Series.Known, s.Values.Length, donor.Origin, window) });
        }
        for (var n = 0; n < model.Names.StaticNumbers.Length; n++)
        {
            var column = n;
            yield return (model.Names.StaticNumbers[n], (s, donor) => s with { StaticNumbers = [.. s.StaticNumbers.Select((v, i) => i == column ? donor.Series.StaticNumbers[i] : v)] });
        }
        for (var c = 0; c < model.Names.StaticCategories.Length; c++)
        {
            var column = c;
            yield return (model.Names.StaticCategories[c], (s, donor) => s with { StaticCategories = [.. s.StaticCategories.Select((v, i) => i == column ? donor.Series.StaticCategories[i] : v)] });
        }
    }

    /// <summary>Takes values, some steps back, from a donor, brought to the size of the series: whether it goes up or down is what is exchanged, not how large it is.</summary>
    private static PanelSeries ExchangeValues(PanelSeries series, Window donor, int from, int to, int window)
    {
        var (own, other) = (Size(series.Values.AsSpan(Math.Max(0, series.Values.Length - window))), Size(donor.Series.Values.AsSpan(Math.Max(0, donor.Origin - window), Math.Min(donor.Origin, window))));
        var values = (float[])series.Values.Clone();
        for (var back = from; back <= to && back <= values.Length && back <= donor.Origin; back++)
        {
            var value = donor.Series.Values[donor.Origin - back];
            values[^back] = (float)(own.IsPositive && other.IsPositive ? value * (own.Mean / other.Mean) : own.Mean + (value - other.Mean) / other.Deviation * own.Deviation);
        }
        return series with { Values = values };
    }

    /// <summary>Copies the part of a column that a forecast looks at, around its origin.</summary>
    private static float[][] Exchange(float[][] columns, int column, float[][] donor, int origin, int donorOrigin, int window)
    {
        if (column >= columns.Length || column >= donor.Length) return columns;
        var values = (float[])columns[column].Clone();
        for (var t = Math.Max(0, origin - window); t < values.Length; t++)
        {
            var from = donorOrigin + t - origin;
            if (from >= 0 && from < donor[column].Length) values[t] = donor[column][from];
        }
        return [.. columns.Select((c, i) => i == column ? values : c)];
    }

    private static (double Mean, double Deviation, bool IsPositive) Size(ReadOnlySpan<float> values)
    {
        var (sum, squares, count, min) = (0.0, 0.0, 0, 0.0);
        foreach (var v in values)
        {
            if (float.IsNaN(v)) continue;
            (sum, squares, count, min) = (sum + v, squares + (double)v * v, count + 1, Math.Min(min, v));
        }
        var mean = count > 0 ? sum / count : 0;
        var deviation = count > 0 ? Math.Sqrt(Math.Max(0, squares / count - mean * mean)) : 0;
        return (mean, deviation > 0 ? deviation : 1, min >= 0 && mean > 0);
    }
}
