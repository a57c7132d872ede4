// The linear forecast in closed form, in the network's units.
using System.Numerics.Tensors;
using GruMlNet.Engine.Networks;
using GruMlNet.Evaluation;

namespace GruMlNet;

/// <summary>One ridge regression from the scaled window to what comes on top of the base, for all series: what a network without memory would learn at best.</summary>
internal sealed class PanelRidge
{
    /// <summary>Windows that are learnt from: the map has far fewer degrees of freedom than these have values.</summary>
    private const int MaxWindows = 20_000;

    private const int BlockRows = 64;
    private const double Penalty = 1e-2;

    private readonly PanelPlan _plan;
    private readonly float[] _weights; // [L + 1, h]; the last row is the intercept

    private PanelRidge(PanelPlan plan, float[] weights) => (_plan, _weights) = (plan, weights);

    /// <summary>Fits the map by least squares with a penalty on the weights as large as 1 % of the mean variance of the inputs.</summary>
    public static PanelRidge Fit(PanelExamples examples, PanelPlan plan, CancellationToken token)
    {
        int n = plan.LookBack + 1, h = plan.Horizon;
        var (gram, right) = (new double[n * n], new double[n * h]);
        var batch = new SequenceBatch(plan.Shape, plan.Steps, BlockRows, PanelPlan.Loss);
        var count = Math.Min(MaxWindows, examples.Count);
        var input = new double[n];
        var target = new double[h];
        Span<int> indices = stackalloc int[BlockRows];
        for (var from = 0; from < count; from += BlockRows)
        {
            token.ThrowIfCancellationRequested();
            batch.Rows = Math.Min(BlockRows, count - from);
            for (var i = 0; i < batch.Rows; i++) indices[i] = (int)((long)(from + i) * examples.Count / count);
            examples.Fill(indices[..batch.Rows], batch);
            for (var row = 0; row < batch.Rows; row++)
            {
                // A window with an unknown target is left out: one Gram matrix serves all steps ahead.
                if (batch.Weights.AsSpan(row * h, h).Contains(0f)) continue;
                for (var i = 0; i < n - 1; i++) input[i] = batch.Window[row * (n - 1) + i];
                input[^1] = 1;
                for (var i = 0; i < h; i++) target[i] = batch.Targets[row * h + i];
                for (var i = 0; i < n; i++)
                {
                    TensorPrimitives.MultiplyAdd(input.AsSpan(0, i + 1), input[i], gram.AsSpan(i * n, i + 1), gram.AsSpan(i * n, i + 1));
                    TensorPrimitives.MultiplyAdd(target, input[i], right.AsSpan(i * h, h), right.AsSpan(i * h, h));
                }
            }
        }
        var trace = 0.0;
        for (var i = 0; i < n - 1; i++) trace += gram[i * n + i];
        var penalty = Penalty * trace / (n - 1) + 1e-9;
        for (var i = 0; i < n; i++) gram[i * n + i] += i < n - 1 ? penalty : 1e-9;
        Cholesky.Solve(gram, n, right, h);
        return new PanelRidge(plan, Array.ConvertAll(right, w => (float)w));
    }

    /// <summary>[h]: the forecast on the transformed scale.</summary>
    public double[] Forecast(PreparedSeries series, int origin)
    {
        int L = _plan.LookBack, h = _plan.Horizon;
        var batch = new SequenceBatch(_plan.Shape, _plan.Steps, 1);
        var units = PanelWindow.WriteInputs(series, origin, _plan, batch, 0);
        var sum = _weights.AsSpan(L * h, h).ToArray();
        for (var i = 0; i < L; i++) TensorPrimitives.MultiplyAdd(_weights.AsSpan(i * h, h), batch.Window[i], sum, sum);
        var forecast = new double[h];
        for (var i = 0; i < h; i++) forecast[i] = units.Level + (double)units.Scale * (PanelWindow.Base(series, origin, i, units, _plan) + sum[i]);
        return forecast;
    }

    public void Save(BinaryWriter writer)
    {
        foreach (var weight in _weights) writer.Write(weight);
    }

    public static PanelRidge Load(BinaryReader reader, PanelPlan plan)
    {
        var weights = new float[(plan.LookBack + 1) * plan.Horizon];
        foreach (ref var weight in weights.AsSpan()) weight = reader.ReadSingle();
        return new PanelRidge(plan, weights);
    }
}
