// The regression with known covariates against the same least squares solved in one piece.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Tests.Forecasting.Panel;

public sealed class PanelRegressionTests
{
    private const int Horizon = 2, LookBack = 6;

    /// <summary>One system for all weights of all steps ahead and the shared effects, by elimination, instead of the two smaller ones that the product solves one after the other.</summary>
    [Fact]
    public void Fit_KnownCovariates_EqualsTheJointLeastSquares()
    {
        var random = new Random(7);
        PanelSeries[] series = [.. CovariatePanel.Promotions(count: 3, length: 40).Select(s => s with
        {
            Known = [s.Known[0], [.. s.Known[0].Select(_ => CovariatePanel.Noise(random))]],
            Weights = [.. s.Values.Select(_ => 0.5f + random.NextSingle())],
        })];
        PanelCovariates covariates = PanelCovariates.Measure(series, null, _ => { })!;
        var plan = new PanelPlan(Horizon, 1, 1, LookBack, 3, 4, 2, UseLog: true, NonNegative: true) { ContextLength = 100, Covariates = covariates };
        PreparedSeries[] prepared = Array.ConvertAll(series, s => new PreparedSeries(s, plan, covariates));
        var split = new PanelSplit(prepared, plan);
        var examples = new PanelExamples(prepared, split.All, plan);

        int n = LookBack + 1, K = LinearCovariates.Size(covariates), size = n * Horizon + K;
        Assert.Equal(2 + 4, K); // a binary covariate has no square
        double[,] left = new double[size, size];
        double[] right = new double[size];
        var batch = new SequenceBatch(plan.Shape, plan.Steps, 1, PanelPlan.Loss);
        double[] features = new double[Horizon * K];
        double windowSquares = 0;
        for (int e = 0; e < examples.Count; e++)
        {
            examples.Fill([e], batch);
            LinearCovariates.Write(examples[e].Series, examples[e].Origin, plan, features);
            double weight = (batch.Weights[0] + batch.Weights[1]) / Horizon;
            windowSquares += weight * batch.Window.Sum(u => (double)u * u);
            for (int step = 0; step < Horizon; step++)
            {
                double[] row = new double[size];
                for (int i = 0; i < LookBack; i++)
                    row[step * n + i] = batch.Window[i];
                row[step * n + LookBack] = 1;
                for (int k = 0; k < K; k++)
                    row[Horizon * n + k] = features[step * K + k];
                for (int i = 0; i < size; i++)
                {
                    right[i] += weight * row[i] * batch.Targets[step];
                    for (int j = 0; j < size; j++)
                        left[i, j] += weight * row[i] * row[j];
                }
            }
        }
        // Penalties of 1 % of the mean square: of the windows' values for their weights, of the features for the effects, none for the intercepts.
        double featureSquares = Enumerable.Range(Horizon * n, K).Sum(k => left[k, k]);
        for (int i = 0; i < size; i++)
            left[i, i] += i >= Horizon * n ? 0.01 * featureSquares / K : i % n < LookBack ? 0.01 * windowSquares / LookBack : 0;
        double[] solution = Solve(left, right);

        PanelRidge regression = PanelRidge.Fit(examples, plan, TestContext.Current.CancellationToken);
        (PreparedSeries one, int origin) = (prepared[1], prepared[1].Length);
        WindowUnits units = PanelWindow.WriteInputs(one, origin, plan, batch, 0);
        LinearCovariates.Write(one, origin, plan, features);
        double[] forecast = regression.Forecast(one, origin);
        for (int step = 0; step < Horizon; step++)
        {
            double u = solution[step * n + LookBack] + Enumerable.Range(0, LookBack).Sum(i => solution[step * n + i] * batch.Window[i]) + Enumerable.Range(0, K).Sum(k => solution[Horizon * n + k] * features[step * K + k]);
            // Weights are rounded to float32, and there are about a dozen of them.
            Assert.Equal(units.Level + units.Scale * u, forecast[step], 1e-4);
        }
        // What covariates add at the steps ahead differs from what they add at the last one by the effects, without the mean that both are counted from.
        double[] effects = regression.EffectsAt(one, origin);
        for (int step = 0; step < Horizon; step++)
        {
            double change = Enumerable.Range(0, K / 2).Sum(k => (solution[Horizon * n + 2 * k] + solution[Horizon * n + 2 * k + 1]) * features[step * K + 2 * k]);
            Assert.Equal(units.Scale * change, effects[origin + step] - effects[origin - 1], 1e-4);
        }
        // The promotion's effect is log(1.2) for one standardised step; the penalty takes some of it.
        Assert.True(Math.Abs(solution[Horizon * n]) + Math.Abs(solution[Horizon * n + 1]) > 0.1);
    }

    [Fact]
    public void Train_StoppedEarly_KeepsAModelThatKnowsItsCovariates()
    {
        GruForecastModelOptions options = CovariatePanel.Options();
        options.Progress = _ => false;
        PanelForecaster model = PanelForecaster.Train(CovariatePanel.Promotions(), options, CovariatePanel.Promotion);
        Assert.True(model.WasCancelled);
        Assert.Equal(["promotion"], model.Names.Known);
        Assert.All(model.Forecast(CovariatePanel.Promotions()[0], CovariatePanel.Horizon).Point, v => Assert.InRange(v, 60, 160));
    }

    /// <summary>Gauss with pivots.</summary>
    private static double[] Solve(double[,] a, double[] b)
    {
        int n = b.Length;
        for (int c = 0; c < n; c++)
        {
            int pivot = Enumerable.Range(c, n - c).MaxBy(r => Math.Abs(a[r, c]));
            for (int j = 0; j < n; j++)
                (a[c, j], a[pivot, j]) = (a[pivot, j], a[c, j]);
            (b[c], b[pivot]) = (b[pivot], b[c]);
            for (int r = c + 1; r < n; r++)
            {
                double factor = a[r, c] / a[c, c];
                for (int j = c; j < n; j++)
                    a[r, j] -= factor * a[c, j];
                b[r] -= factor * b[c];
            }
        }
        for (int r = n - 1; r >= 0; r--)
        {
            for (int j = r + 1; j < n; j++)
                b[r] -= a[r, j] * b[j];
            b[r] /= a[r, r];
        }
        return b;
    }
}
