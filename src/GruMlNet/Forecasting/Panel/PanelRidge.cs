// The linear forecast in closed form, in the network's units.
using System.Numerics.Tensors;
using GruMlNet.Engine.Networks;
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>
/// One ridge regression from the scaled window to what comes on top of the base, for all series: what a network without memory would learn at best. With known covariates
/// each of their features has one more coefficient, which is the same for all steps ahead.
/// </summary>
internal sealed class PanelRidge
{
    /// <summary>Windows that are learnt from: the map has far fewer degrees of freedom than these have values.</summary>
    private const int MaxWindows = 20_000, MinWindows = 1000;

    /// <summary>Products that may be summed: with many covariates and steps ahead, fewer windows have to do.</summary>
    private const double MaxProducts = 4e9;

    private const int BlockRows = 64;
    private const double Penalty = 1e-2;

    private readonly PanelPlan _plan;
    private readonly float[] _weights; // [L + 1, h]; the last row is the intercept
    private readonly float[] _effects; // [K], of the covariates' features

    private PanelRidge(PanelPlan plan, float[] weights, float[] effects) => (_plan, _weights, _effects) = (plan, weights, effects);

    /// <summary>Fits the map by least squares with a penalty on the weights as large as 1 % of the mean variance of the inputs.</summary>
    /// <param name="examples">The windows.</param>
    /// <param name="plan">Of the examples; its known covariates count, where it has some.</param>
    /// <param name="token">Ends it.</param>
    public static PanelRidge Fit(PanelExamples examples, PanelPlan plan, CancellationToken token)
    {
        int n = plan.LookBack + 1, h = plan.Horizon, K = EffectsOf(plan), columns = h * (1 + K);
        var (gram, right) = (new double[n * n], new double[n * columns]); // right: of the targets of all steps ahead, then of the K features of each step
        var (features, own) = (new double[h * K], new double[K * (K + 1)]); // own: products of the features among themselves and with the target, summed over the steps ahead
        var batch = new SequenceBatch(plan.Shape, plan.Steps, BlockRows, PanelPlan.Loss);
        var count = (int)Math.Min(Math.Min(MaxWindows, examples.Count), Math.Max(MinWindows, MaxProducts / ((double)n * columns)));
        var input = new double[n];
        var target = new double[columns];
        Span<int> indices = stackalloc int[BlockRows];
        for (var from = 0; from < count; from += BlockRows)
        {
            token.ThrowIfCancellationRequested();
            batch.Rows = Math.Min(BlockRows, count - from);
            for (var i = 0; i < batch.Rows; i++) indices[i] = (int)((long)(from + i) * examples.Count / count);
            examples.Fill(indices[..batch.Rows], batch);
            for (var row = 0; row < batch.Rows; row++)
            {
                var (series, origin) = examples[indices[row]];
                // A window with an unknown target is left out: one Gram matrix serves all steps ahead.
                if (series.Observed.AsSpan(origin, h).Contains(false)) continue;
                double weight = TensorPrimitives.Sum<float>(batch.Weights.AsSpan(row * h, h)) / h;
                if (weight == 0) continue;
                for (var i = 0; i < n - 1; i++) input[i] = batch.Window[row * (n - 1) + i];
                input[^1] = 1;
                for (var i = 0; i < h; i++) target[i] = batch.Targets[row * h + i];
                if (K > 0)
                {
                    LinearCovariates.Write(series, origin, plan, features);
                    features.CopyTo(target.AsSpan(h));
                    AddOwn(features, target, weight, own, K);
                }
                for (var i = 0; i < n; i++)
                {
                    TensorPrimitives.MultiplyAdd(input.AsSpan(0, i + 1), input[i] * weight, gram.AsSpan(i * n, i + 1), gram.AsSpan(i * n, i + 1));
                    TensorPrimitives.MultiplyAdd(target, input[i] * weight, right.AsSpan(i * columns, columns), right.AsSpan(i * columns, columns));
                }
            }
        }
        var trace = 0.0;
        for (var i = 0; i < n - 1; i++) trace += gram[i * n + i];
        var penalty = Penalty * trace / (n - 1) + 1e-9;
        for (var i = 0; i < n; i++) gram[i * n + i] += i < n - 1 ? penalty : 1e-9;
        var products = K > 0 ? (double[])right.Clone() : [];
        Cholesky.Solve(gram, n, right, columns);
        var effects = K > 0 ? Effects(products, right, own, n, h, K) : [];
        var weights = new float[n * h];
        for (var i = 0; i < n; i++)
        {
            for (var step = 0; step < h; step++)
            {
                var weight = right[i * columns + step];
                for (var k = 0; k < K; k++) weight -= effects[k] * right[i * columns + h + step * K + k];
                weights[i * h + step] = (float)weight;
            }
        }
        return new PanelRidge(plan, weights, Array.ConvertAll(effects, e => (float)e));
    }

    /// <summary>[h]: the forecast on the transformed scale.</summary>
    public double[] Forecast(PreparedSeries series, int origin)
    {
        int L = _plan.LookBack, h = _plan.Horizon, K = _effects.Length;
        var batch = new SequenceBatch(_plan.Shape, _plan.Steps, 1);
        var units = PanelWindow.WriteInputs(series, origin, _plan, batch, 0);
        var sum = _weights.AsSpan(L * h, h).ToArray();
        for (var i = 0; i < L; i++) TensorPrimitives.MultiplyAdd(_weights.AsSpan(i * h, h), batch.Window[i], sum, sum);
        var features = new double[h * K];
        if (K > 0) LinearCovariates.Write(series, origin, _plan, features);
        var forecast = new double[h];
        for (var i = 0; i < h; i++)
        {
            var effect = sum[i];
            for (var k = 0; k < K; k++) effect += _effects[k] * (float)features[i * K + k];
            forecast[i] = units.Level + (double)units.Scale * (PanelWindow.Base(series, origin, i, units, _plan) + effect);
        }
        return forecast;
    }

    /// <summary>[origin + h]: what the known covariates add to each step of a history and of its forecast, on the transformed scale; only differences between steps mean anything.</summary>
    public double[] EffectsAt(PreparedSeries series, int origin)
    {
        var units = PanelWindow.Measure(series, origin, _plan);
        var factor = (double)units.Scale * CovariateWindow.Units(series, units);
        var effects = new double[origin + _plan.Horizon];
        for (var t = 0; t < effects.Length; t++) effects[t] = factor * LinearCovariates.Effect(series, t, _plan.Covariates!, _effects);
        return effects;
    }

    public void Save(BinaryWriter writer)
    {
        foreach (var weight in _weights) writer.Write(weight);
        foreach (var effect in _effects) writer.Write(effect);
    }

    public static PanelRidge Load(BinaryReader reader, PanelPlan plan)
    {
        var weights = new float[(plan.LookBack + 1) * plan.Horizon];
        foreach (ref var weight in weights.AsSpan()) weight = reader.ReadSingle();
        var effects = new float[EffectsOf(plan)];
        foreach (ref var effect in effects.AsSpan()) effect = reader.ReadSingle();
        return new PanelRidge(plan, weights, effects);
    }

    private static int EffectsOf(PanelPlan plan) => plan.Covariates is { } covariates ? LinearCovariates.Size(covariates) : 0;

    private static void AddOwn(ReadOnlySpan<double> features, ReadOnlySpan<double> target, double weight, double[] own, int K)
    {
        for (var i = 0; i < features.Length / K; i++)
        {
            for (var k = 0; k < K; k++)
            {
                var feature = weight * features[i * K + k];
                for (var j = 0; j < K; j++) own[k * (K + 1) + j] += feature * features[i * K + j];
                own[k * (K + 1) + K] += feature * target[i];
            }
        }
    }

    /// <summary>
    /// The coefficients shared by the steps ahead: what the features explain of the targets once the windows have explained what they can of both (Frisch and Waugh 1933).
    /// </summary>
    /// <param name="products">[n,h·(1 + K)]: of windows with targets and features.</param>
    /// <param name="solved">The same, solved for the windows.</param>
    /// <param name="own">[K,K + 1].</param>
    /// <param name="n">Inputs of the map.</param>
    /// <param name="h">Steps ahead.</param>
    /// <param name="K">Features.</param>
    private static double[] Effects(double[] products, double[] solved, double[] own, int n, int h, int K)
    {
        var (left, right, columns) = (new double[K * K], new double[K], h * (1 + K));
        for (var k = 0; k < K; k++)
        {
            right[k] = own[k * (K + 1) + K];
            for (var j = 0; j < K; j++) left[k * K + j] = own[k * (K + 1) + j];
        }
        var penalty = 0.0;
        for (var k = 0; k < K; k++) penalty += Penalty * left[k * K + k] / K;
        for (var i = 0; i < n; i++)
        {
            for (var step = 0; step < h; step++)
            {
                var feature = products.AsSpan(i * columns + h + step * K, K);
                var solution = solved.AsSpan(i * columns + h + step * K, K);
                for (var k = 0; k < K; k++)
                {
                    TensorPrimitives.MultiplyAdd(solution, -feature[k], left.AsSpan(k * K, K), left.AsSpan(k * K, K));
                    right[k] -= feature[k] * solved[i * columns + step];
                }
            }
        }
        for (var k = 0; k < K; k++) left[k * K + k] += penalty + 1e-9;
        Cholesky.Solve(left, K, right, 1);
        return right;
    }
}
