// The forecaster itself: a history goes in, a forecast with bounds comes out.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;

namespace GruMlNet;

/// <summary>
/// Classical forecasters run through the history and are combined by how well they have done on it; recurrent networks, which have learnt
/// from all training series when to trust which, correct the combination. Immutable and thread-safe.
/// </summary>
internal sealed class ForecastModel
{
    private const string Magic = "GRUFCAST";
    private const int Version = 1;

    private readonly ForecastPlan _plan;
    private readonly RecurrentNetwork[] _networks;
    private readonly WindowFeatures _features;

    internal ForecastModel(ForecastPlan plan, RecurrentNetwork[] networks)
    {
        (_plan, _networks) = (plan, networks);
        _features = new WindowFeatures(plan.Season);
    }

    /// <summary>Steps of a forecast.</summary>
    public int Horizon => _plan.Horizon;

    /// <summary>Most recent steps that a forecast looks at.</summary>
    public int ContextLength => _plan.ContextLength;

    /// <summary>Steps of a season; 1 for none.</summary>
    public int Seasonality => _plan.Season;

    internal ForecastPlan Plan => _plan;

    internal IReadOnlyList<RecurrentNetwork> Networks => _networks;

    public ForecastScratch CreateScratch() => new(Horizon);

    /// <summary>Forecasts the <see cref="Horizon"/> steps after a history.</summary>
    /// <param name="history">Oldest first, NaN where missing, of any length; without any value the forecast is NaN.</param>
    /// <param name="scratch">Takes the result.</param>
    public void Forecast(ReadOnlySpan<float> history, ForecastScratch scratch)
    {
        if (_plan.Recent(history).IsEmpty)
        {
            scratch.Point.Fill(float.NaN);
            scratch.Analysis = null;
            return;
        }
        var analysis = _plan.Analyze(history);
        scratch.Analysis = analysis;
        analysis.Now.CopyTo(scratch.Center);
        AddCorrection(analysis, scratch.Center);
        for (var i = 0; i < Horizon; i++) scratch.Point[i] = Finish(analysis.Transform.Invert(scratch.Center[i]), analysis);
    }

    /// <summary>The bounds of the last forecast: with this probability the value lies between them.</summary>
    /// <param name="scratch">Of the last <see cref="Forecast"/>.</param>
    /// <param name="confidenceLevel">Above 0 and below 1.</param>
    /// <param name="lower">[h], overwritten.</param>
    /// <param name="upper">[h], overwritten.</param>
    public void Interval(ForecastScratch scratch, float confidenceLevel, Span<float> lower, Span<float> upper)
    {
        if (scratch.Intervals is not { } intervals)
        {
            lower[..Horizon].Fill(float.NaN);
            upper[..Horizon].Fill(float.NaN);
            return;
        }
        var analysis = scratch.Analysis!;
        for (var i = 0; i < Horizon; i++)
        {
            var half = intervals.HalfWidth(i, confidenceLevel);
            lower[i] = Finish(analysis.Transform.Invert(scratch.Center[i] - half), analysis);
            upper[i] = Finish(analysis.Transform.Invert(scratch.Center[i] + half), analysis);
        }
    }

    /// <summary>A history with negative values is no reason to forecast zeros: it is not kept above 0, whatever the training data was like.</summary>
    private float Finish(double value, SeriesAnalysis analysis) => ValueTransform.ToFloat(_plan.NonNegative && !analysis.HasNegative ? Math.Max(value, 0) : value);

    /// <summary>The networks' mean correction, faded out where the history is too short to tell which forecasters do well on it.</summary>
    private void AddCorrection(SeriesAnalysis analysis, double[] center)
    {
        var trust = _plan.NetworkTrust * Math.Min(analysis.PastOrigins / 12.0, 1);
        if (!analysis.IsSeasonal || trust == 0 || _networks.Length == 0) return;
        var batch = new SequenceBatch(_networks[0].Shape, _features.Steps, 1);
        ForecastExamples.Write(analysis, 0, batch, 0, _features);
        var output = new float[Horizon];
        foreach (var network in _networks)
        {
            network.Predict(batch, output);
            for (var i = 0; i < Horizon; i++) center[i] += trust * analysis.Scale * output[i] / _networks.Length;
        }
    }

    /// <summary>Writes the model as one checksummed block.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Flush();
        CheckedBlock.Write(writer.BaseStream, Magic, Version, w =>
        {
            w.Write(_plan.Horizon);
            w.Write(_plan.Season);
            w.Write(_plan.ContextLength);
            w.Write(_plan.UseLog);
            w.Write(_plan.NonNegative);
            w.Write(_plan.NetworkTrust);
            w.Write(_networks.Length);
            foreach (var network in _networks) WeightsFile.WriteNetwork(w, network);
        });
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The data is not a model, is too new, cut off or damaged; the message says which.</exception>
    public static ForecastModel Load(BinaryReader reader) => CheckedBlock.Read(reader.BaseStream, Magic, Version, "a GruMlNet forecasting model", (r, _) =>
    {
        var plan = new ForecastPlan(r.ReadInt32(), r.ReadInt32(), r.ReadInt32(), r.ReadBoolean(), r.ReadBoolean()) { NetworkTrust = r.ReadDouble() };
        var count = r.ReadInt32();
        if (plan.Horizon < 1 || plan.Season < 1 || plan.ContextLength < 1 || !(plan.NetworkTrust is >= 0 and <= 1) || count is < 0 or > 100)
            throw new InvalidDataException($"A model with {plan} and {count} networks is impossible: the file is damaged. Use another copy.");
        var networks = new RecurrentNetwork[count];
        for (var i = 0; i < count; i++) networks[i] = WeightsFile.ReadNetwork(r);
        var expected = plan.Shape(1, new WindowFeatures(plan.Season));
        if (Array.Exists(networks, n => n.Shape.OutputSize != expected.OutputSize || n.Shape.InputSize != expected.InputSize || n.Shape.GivenExperts != expected.GivenExperts))
            throw new InvalidDataException("The networks do not fit the model: the file is damaged. Use another copy.");
        return new ForecastModel(plan, networks);
    });
}
