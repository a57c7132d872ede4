using GruMlNet;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Makes live forecast engines from trained models.</summary>
public static class GruForecastEngineExtensions
{
    /// <summary>
    /// Makes an engine that takes one step of the series at a time and forecasts from all it has seen. It starts with the end of
    /// the training series as its history, or, where the model comes from a checkpoint, with the history stored there.
    /// </summary>
    /// <typeparam name="TIn">Class whose properties are the model's input columns.</typeparam>
    /// <typeparam name="TOut">Class whose properties take the output columns.</typeparam>
    /// <param name="model">A trained pipeline that ends in <see cref="GruForecastTransformer"/>; all steps before it must be row to row.</param>
    /// <param name="env">Usually the <see cref="MLContext"/>.</param>
    /// <param name="ignoreMissingColumns">Whether <typeparamref name="TOut"/> may have properties without a column.</param>
    /// <param name="inputSchemaDefinition">Further settings of the input columns.</param>
    /// <param name="outputSchemaDefinition">Further settings of the output columns.</param>
    /// <exception cref="ArgumentException">The model does not end in a GruForecastTransformer, or a step before it is not row to row.</exception>
    public static GruForecastEngine<TIn, TOut> CreateGruForecastEngine<TIn, TOut>(
        this ITransformer model,
        IHostEnvironment env,
        bool ignoreMissingColumns = false,
        SchemaDefinition? inputSchemaDefinition = null,
        SchemaDefinition? outputSchemaDefinition = null)
        where TIn : class
        where TOut : class, new()
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(env);
        return new GruForecastEngine<TIn, TOut>(env, ForecastPipeline.Of(model), ignoreMissingColumns, inputSchemaDefinition, outputSchemaDefinition);
    }
}
