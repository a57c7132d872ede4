// What a panel model is made of.
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;

namespace GruMlNet;

/// <summary>Every choice about a panel model but its weights.</summary>
/// <param name="Horizon">Steps of a forecast, h.</param>
/// <param name="Season">Steps of a season; 1 for none.</param>
/// <param name="Period">Steps, p, whose mean is the level of a window and which are repeated as its first guess: a season, or 1 where the last value says more.</param>
/// <param name="LookBack">Steps of a window, L: a multiple of <paramref name="Segment"/>.</param>
/// <param name="Segment">Values that are one step of the network.</param>
/// <param name="HiddenSize">Width of the recurrent state.</param>
/// <param name="Experts">Linear maps that the network weighs, K.</param>
/// <param name="UseLog">Whether series without negative values are forecast on logarithms.</param>
/// <param name="NonNegative">Whether forecasts of histories without negative values are kept at or above 0.</param>
internal sealed record PanelPlan(int Horizon, int Season, int Period, int LookBack, int Segment, int HiddenSize, int Experts, bool UseLog, bool NonNegative)
{
    /// <summary>The quantiles that are learnt; all others are read off between and beyond them.</summary>
    public static readonly float[] Levels = [0.025f, 0.1f, 0.2f, 0.35f, 0.5f, 0.65f, 0.8f, 0.9f, 0.975f];

    /// <summary>What training minimises: the mean pinball loss over the quantiles.</summary>
    public static readonly QuantileLoss Loss = new(Levels);

    /// <summary>Place of the median among <see cref="Levels"/>.</summary>
    public const int Median = 4;

    /// <summary>Most recent steps of a series that a forecast looks at: at least a window, and enough for the simple methods.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Width of the decoder's hidden layer, where there is one.</summary>
    private const int DecoderSize = 32;

    /// <summary>What the networks see beside the values; null for nothing.</summary>
    public PanelCovariates? Covariates { get; init; }

    /// <summary>Segments of a window: recurrent steps.</summary>
    public int Steps => LookBack / Segment;

    /// <summary>Features per recurrent step: a segment's values, which of them are there, and its covariates.</summary>
    public int InputSize => (2 + CovariateWindow.Columns(Covariates)) * Segment;

    /// <summary>The step whose value is the first guess for a step ahead: the last period repeated.</summary>
    public int BaseStep(int origin, int step) => origin - Period + step % Period;

    public NetworkShape Shape => new()
    {
        InputSize = InputSize,
        StepEmbeddingSize = HiddenSize,
        HiddenSize = HiddenSize,
        ContextSize = PanelWindow.ContextSize,
        HeadDropout = 0.1f,
        LinearExperts = Experts,
        WindowSize = LookBack,
        OutputSize = Horizon * Levels.Length,
        OutputsPerExpertOutput = Levels.Length,
        FutureSteps = Covariates is null ? 0 : Horizon,
        FutureSize = CovariateWindow.FutureSize(Covariates),
        StaticSize = Covariates?.StaticSize ?? 0,
        DecoderSize = Covariates is null ? 0 : DecoderSize,
    };

    public void Save(BinaryWriter writer)
    {
        writer.Write(Horizon);
        writer.Write(Season);
        writer.Write(Period);
        writer.Write(LookBack);
        writer.Write(Segment);
        writer.Write(HiddenSize);
        writer.Write(Experts);
        writer.Write(UseLog);
        writer.Write(NonNegative);
        writer.Write(ContextLength);
        writer.Write(Covariates is not null);
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="r">Where from.</param>
    /// <param name="covariates">Those of the model.</param>
    public static PanelPlan Load(BinaryReader r, PanelCovariates? covariates)
    {
        var plan = new PanelPlan(r.ReadInt32(), r.ReadInt32(), r.ReadInt32(), r.ReadInt32(), r.ReadInt32(), r.ReadInt32(), r.ReadInt32(), r.ReadBoolean(), r.ReadBoolean()) { ContextLength = r.ReadInt32() };
        if (plan.Horizon < 1 || plan.Season < 1 || plan.Period < 1 || plan.Segment < 1 || plan.LookBack < plan.Segment || plan.LookBack % plan.Segment != 0 || plan.ContextLength < 1)
            throw new InvalidDataException($"A model with {plan} is impossible: the file is damaged. Use another copy.");
        return plan with { Covariates = r.ReadBoolean() ? covariates : null };
    }
}
