// One trial: networks that have not seen some steps, and the forecasts of those steps that they are judged by.
namespace GruMlNet;

/// <summary>A part of the past, forecast from what lies before it.</summary>
/// <param name="Covariates">Those of the series.</param>
/// <param name="Trial">Networks, one ensemble per plan, that have learnt from what lies before the held-back steps.</param>
/// <param name="Linear">Fitted to the same.</param>
/// <param name="Windows">The origins within the held-back steps.</param>
internal sealed record PanelFold(PanelCovariates? Covariates, PanelEnsemble[] Trial, PanelLinear Linear, (PreparedSeries Series, int Origin)[] Windows)
{
    /// <summary>The model that the trial would be, with bounds as the networks have them.</summary>
    public PanelModel Model(PanelBlend blend) => Model(blend, PanelCalibration.None(Trial[0].Plan.Horizon));

    public PanelModel Model(PanelBlend blend, PanelCalibration calibration) => new(Covariates, Trial, Linear, blend, calibration);
}
