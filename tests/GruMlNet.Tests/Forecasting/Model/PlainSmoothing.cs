// The plain twin of the smoothing bank: one forecaster at a time, one number at a time.

namespace GruMlNet.Tests.Forecasting.Model;

internal sealed class PlainSmoothing
{
    private readonly List<Action<TransformedSeries, int[], int, double[], double[]>> experts = [];
    private readonly int season;

    public PlainSmoothing(int season)
    {
        this.season = season;
        double[] alphas = [0.1, 0.3, 0.6, 0.95], gammas = season > 1 ? [0.05, 0.2, 0.5] : [0];
        (double Beta, double Phi)[] trends = [(0, 0), (0.1, 0.9), (0.05, 0.98)];
        foreach ((double beta, double phi) in trends)
        {
            foreach (double alpha in alphas)
            {
                foreach (double gamma in gammas)
                    AddSmoother(alpha, alpha * beta, phi, gamma, season);
            }
        }

        foreach ((double beta, double phi) in season > 1 ? trends[..2] : [])
        {
            foreach (double alpha in (double[])[0.3, 0.95])
                AddSmoother(alpha, alpha * beta, phi, 0, 1);
        }

        AddRepeat(1, 0, 0);
        AddRepeat(season, 0, 0);
        AddRepeat(season, 1, 0);
        AddRepeat(season, 0, 1);
        foreach ((double slope, double drift) in ((double, double)[])[(0.5, 0), (0, 0.5), (0.25, 0)])
        {
            foreach (double alpha in alphas)
                AddSmoother(alpha, 0, 0, season > 1 ? 0.2 : 0, season, slope, drift);
        }
    }

    public int Count => experts.Count;

    public void Run(int expert, TransformedSeries series, int[] origins, int horizon, double[] forecasts, double[] oneStep)
    {
        experts[expert](series, origins, horizon, forecasts, oneStep);
    }

    private int FirstOrigin(TransformedSeries series)
    {
        return season > 1 ? 2 * season : Math.Min(4, series.Length - 1);
    }

    private void AddSmoother(double alpha, double beta, double phi, double gamma, int own, double slopes = 0, double drifts = 0)
    {
        experts.Add((series, origins, horizon, forecasts, oneStep) =>
        {
            double[] pattern = new double[own];
            (double level, double trend, int start) = Start(series.Values, own, phi > 0, pattern);
            for (int t = start; t <= series.Length; t++)
            {
                double expected = level + (phi * trend);
                double rise = (slopes * series.Slope(t)) + (drifts * series.Drift(t, own));
                if (t >= FirstOrigin(series))
                    oneStep[t] = expected + pattern[t % own] + rise;
                int origin = Array.IndexOf(origins, t);
                double damping = 0, weight = 1;
                for (int i = 0; i < horizon && origin >= 0; i++)
                {
                    weight *= phi;
                    damping += weight;
                    forecasts[(origin * horizon) + i] = level + (damping * trend) + pattern[(t + i) % own] + (rise * (i + 1));
                }

                if (t == series.Length)
                    break;
                level = expected;
                trend *= phi;
                if (!series.Observed[t])
                    continue;
                double error = series.Values[t] - expected - pattern[t % own];
                level += alpha * error;
                trend += beta * error;
                if (own > 1)
                    pattern[t % own] += (gamma < 0.1 ? Math.Max(0.05, 1.0 / ((t / own) + 1)) : gamma) * Math.Max(1 - alpha, 0.3) * error;
            }
        });
    }

    private void AddRepeat(int own, double change, double drift)
    {
        experts.Add((series, origins, horizon, forecasts, oneStep) =>
        {
            for (int t = FirstOrigin(series); t <= series.Length; t++)
                oneStep[t] = At(t, 0);
            for (int origin = 0; origin < origins.Length; origin++)
            {
                for (int i = 0; i < horizon; i++)
                    forecasts[(origin * horizon) + i] = At(origins[origin], i);
            }

            double At(int t, int ahead)
            {
                if (t == 0)
                    return series.Values[0];
                double perSeason = drift * series.Drift(t, own) * own;
                if (change > 0 && own > 1)
                    perSeason += change * (series.Mean(t - own, t) - series.Mean(t - (2 * own), t - own));
                return series.Values[t - own + (ahead % own)] + (perSeason * (1 + (ahead / own)));
            }
        });
    }

    private static (double Level, double Trend, int Start) Start(double[] values, int own, bool hasTrend, double[] pattern)
    {
        if (own == 1)
        {
            int start = Math.Min(4, values.Length - 1);
            return start == 0 ? (values[0], 0, 0) : (values[start - 1], hasTrend ? 0.5 * (values[start - 1] - values[0]) / Math.Max(start - 1, 1) : 0, start);
        }

        double one = values[..own].Sum() / own, two = values[own..(2 * own)].Sum() / own, slope = (two - one) / own, mean = 0.5 * (one + two);
        for (int i = 0; i < own; i++)
        {
            double a = values[i] - mean - (slope * (i - (((2 * own) - 1) / 2.0)));
            double b = values[own + i] - mean - (slope * (own + i - (((2 * own) - 1) / 2.0)));
            pattern[i] = 0.9 * 0.5 * (a + b);
        }

        return (two + (slope * (own - 1) / 2.0), hasTrend ? slope : 0, 2 * own);
    }
}
