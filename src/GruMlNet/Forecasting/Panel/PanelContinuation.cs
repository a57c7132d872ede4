// What a training starts from that goes on with a model that is there.
using GruMlNet.Engine.Networks;

namespace GruMlNet;

/// <summary>The windows, scales and networks of a trained model. Its blend and its linear part are made anew.</summary>
internal sealed class PanelContinuation(PanelModel model)
{
    /// <summary>Networks that have learnt already go on for a share of the usual steps, at a share of the usual rate: what they know is not to be forgotten.</summary>
    public const int FewerSteps = 4;

    public const float RateFactor = 0.4f;

    /// <summary>One per window length, as the networks have them.</summary>
    public PanelPlan[] Plans { get; } = [.. model.Ensembles.Select(e => e.Plan)];

    public PanelCovariates? Covariates => model.Covariates;

    public PanelCalibration Calibration => model.Calibration;

    /// <summary>Networks of the model, in the order of training: the first one of each plan, then the second one of each, and so on.</summary>
    public int Networks { get; } = model.Ensembles.Sum(e => e.Networks.Count);

    /// <summary>A copy of a network, to learn further.</summary>
    public RecurrentNetwork Copy(int network)
    {
        var old = model.Ensembles[network % Plans.Length].Networks[network / Plans.Length];
        return RecurrentNetwork.FromParameters(old.Shape, _ => old.Parameters.ToArray());
    }

    /// <summary>Refuses options that ask for another model than the one that is there.</summary>
    /// <exception cref="ArgumentException">The message lists each of them, with its value in the model.</exception>
    public void Check(GruForecastModelOptions options)
    {
        var (plan, problems) = (Plans[0], new List<string>());
        Same(nameof(options.Horizon), options.Horizon, plan.Horizon);
        Same(nameof(options.Seasonality), options.Seasonality, plan.Season);
        Same(nameof(options.LookBack), options.LookBack, plan.LookBack);
        Same(nameof(options.SegmentLength), options.SegmentLength, plan.Segment);
        Same(nameof(options.HiddenSize), options.HiddenSize, plan.HiddenSize);
        Same(nameof(options.ContextLength), options.ContextLength, plan.ContextLength);
        Same(nameof(options.EnsembleSize), options.EnsembleSize, Networks);
        Same(nameof(options.LogTransform), options.LogTransform, plan.UseLog);
        Same(nameof(options.NonNegative), options.NonNegative, plan.NonNegative);
        if (problems.Count > 0)
            throw new ArgumentException($"The model to continue from was trained with other settings: {string.Join(", ", problems)}. Leave them as they are in the model, or train a new one.", nameof(options));

        void Same<T>(string name, T? wanted, T there) where T : struct
        {
            if (wanted is { } value && !value.Equals(there)) problems.Add(FormattableString.Invariant($"{name} is {there} in the model, and {value} was asked for"));
        }
    }
}
