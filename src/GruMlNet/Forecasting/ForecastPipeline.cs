using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>A trained pipeline taken apart: the steps, then the series forecaster at its end.</summary>
internal sealed record ForecastPipeline(IReadOnlyList<ITransformer> Steps, GruForecastTransformer Forecaster)
{
    /// <summary>For one example at a time: all steps before the forecaster must be row to row.</summary>
    internal static ForecastPipeline Of(ITransformer model)
    {
        ForecastPipeline pipeline = Split(model);
        if (pipeline.Steps.FirstOrDefault(step => !step.IsRowToRowMapper) is { } notRowToRow)
            throw new ArgumentException($"{notRowToRow.GetType().Name} before the forecaster is not row to row, so it cannot run one example at a time.", nameof(model));
        return pipeline;
    }

    /// <summary>The forecaster at the end of a pipeline, and the data as the steps before it prepare it.</summary>
    internal static (GruForecastTransformer Forecaster, IDataView Prepared) Prepare(ITransformer model, IDataView input)
    {
        ForecastPipeline pipeline = Split(model);
        return (pipeline.Forecaster, pipeline.Steps.Aggregate(input, (view, step) => step.Transform(view)));
    }

    internal static ForecastPipeline Split(ITransformer model)
    {
        List<ITransformer> steps = [];
        Flatten(model, steps);
        if (steps.Count == 0 || steps[^1] is not GruForecastTransformer forecaster)
            throw new ArgumentException("The model must end in a GruForecastTransformer, made by Forecasting.ForecastByGru; "
                + $"got {(steps.Count == 0 ? "an empty pipeline" : steps[^1].GetType().Name)}. Steps after the forecaster belong behind what it forecasts.", nameof(model));
        steps.RemoveAt(steps.Count - 1);
        return new ForecastPipeline(steps, forecaster);
    }

    /// <summary>The whole pipeline with other histories in its forecaster, to be saved.</summary>
    internal ITransformer WithEnds(Data.SeriesEnds ends)
        => new TransformerChain<ITransformer>([.. Steps, Forecaster.WithEnds(ends)]);

    /// <summary>Runs the steps before the forecaster on <paramref name="input"/>; the row follows its input.</summary>
    internal DataViewRow Prepare(DataViewRow input)
    {
        DataViewRow row = input;
        foreach (ITransformer step in Steps)
        {
            IRowToRowMapper mapper = step.GetRowToRowMapper(row.Schema);
            row = mapper.GetRow(row, mapper.OutputSchema);
        }

        return row;
    }

    // Only what takes part in scoring: a step for training alone would ask for columns a live example does not have.
    private static void Flatten(ITransformer model, List<ITransformer> steps)
    {
        if (model is not ITransformerChainAccessor chain)
        {
            steps.Add(model);
            return;
        }

        for (int i = 0; i < chain.Transformers.Length; i++)
        {
            if ((chain.Scopes[i] & TransformerScope.Scoring) != 0)
                Flatten(chain.Transformers[i], steps);
        }
    }
}
