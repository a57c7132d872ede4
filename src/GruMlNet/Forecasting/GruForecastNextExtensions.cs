using GruMlNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The usual use of a trained forecaster: what comes after the data?</summary>
public static class GruForecastNextExtensions
{
    /// <summary>
    /// The forecasts that follow the series in <paramref name="input"/>: one row per series, its last one, with the columns that Transform adds. With columns that are known beforehand it is the row of the last value,
    /// and the rows behind it must say what is known of the steps to forecast; where the view has such rows only, it is the first of them, and the series goes on where the training ended. Series need not have been there in training.
    /// </summary>
    /// <param name="model">A trained pipeline that ends in <see cref="GruForecastTransformer"/>, as it was fitted or loaded.</param>
    /// <param name="input">The rows of the series, as in training.</param>
    /// <returns>A lazy view: data that cannot be used is reported when it is read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="ArgumentException">The model does not end in a GruForecastTransformer.</exception>
    public static IDataView ForecastNext(this ITransformer model, IDataView input)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        (GruForecastTransformer forecaster, IDataView prepared) = ForecastPipeline.Prepare(model, input);
        return forecaster.ForecastNext(prepared);
    }

    /// <summary>
    /// The forecasts of <see cref="ForecastNext"/> in long form: one row per series and step ahead, with the series' name as text, the number of the step from 1 in the column "Step" ("StepAhead" where the data has a series, time or forecast column "Step"), its time where times have a regular step
    /// (DateTime, or Double for numbers), the forecast and its bounds as Singles. The columns are named as in the data. All forecasts are made at once.
    /// </summary>
    /// <param name="model">A trained pipeline that ends in <see cref="GruForecastTransformer"/>, as it was fitted or loaded.</param>
    /// <param name="input">The rows of the series, as in training.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="ArgumentException">The model does not end in a GruForecastTransformer.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be used; the message says why and what to do.</exception>
    public static IDataView ForecastNextSteps(this ITransformer model, IDataView input)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        (GruForecastTransformer forecaster, IDataView prepared) = ForecastPipeline.Prepare(model, input);
        return forecaster.ForecastNextSteps(prepared);
    }
}
