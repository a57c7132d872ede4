using GruMlNet.Data;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace GruMlNet;

/// <summary>What the GRU trainers share: they differ by their label alone.</summary>
/// <remarks>It may be fitted again and again, also in parallel; the same seed and data give the same model.</remarks>
public abstract class GruTrainerBase : ITrainerEstimator<GruSequencePredictionTransformer, GruSequenceModelParameters>
{
    private readonly IHost host;
    private readonly SequenceTraining training;
    private readonly SequenceColumns columns;
    private readonly string label;
    private readonly string? weight;

    private protected GruTrainerBase(IHostEnvironment environment, GruTrainerOptions options)
    {
        options.Validate();
        host = environment.Register(GetType().Name);
        training = new SequenceTraining(environment, host, options.Input, options.Model);
        columns = new SequenceColumns(options.FeatureColumnName, options.Input);
        (label, weight, FeatureColumnName) = (options.LabelColumnName, options.ExampleWeightColumnName, options.FeatureColumnName);
    }

    /// <summary>What ML.NET asks about a trainer: it scales its input itself, its probabilities need no calibration, it reads the data once, and it takes validation data.</summary>
    public TrainerInfo Info { get; } = new(normalization: false, calibration: false, caching: false, supportValid: true, supportTest: false, supportIncrementalTrain: false);

    private string FeatureColumnName { get; }

    /// <summary>Trains on the sequences in the rows of <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from: empty, infinite, or all missing.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruSequencePredictionTransformer Fit(IDataView input) => Fit(input, validationData: null);

    /// <summary>Trains on <paramref name="trainData"/>, and keeps the weights of the epoch that did best on <paramref name="validationData"/>.</summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="validationData">Rows to judge by, with the same columns; null: as <see cref="GruSequenceOptions.ValidationFraction"/> says.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from: empty, infinite, or all missing.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruSequencePredictionTransformer Fit(IDataView trainData, IDataView? validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        training.CheckAlive();
        Check(trainData.Schema);
        DataViewSchema.Column labelColumn = SchemaCheck.Column(trainData.Schema, label);
        int keys = columns.Keys(trainData.Schema);
        SequenceData data = Read(trainData);
        SequenceData? validation = null;
        if (validationData is not null)
        {
            Check(validationData.Schema);
            if (columns.Keys(validationData.Schema) != keys || !SchemaCheck.Column(validationData.Schema, label).Type.Equals(labelColumn.Type))
                throw new ArgumentOutOfRangeException(nameof(validationData), "The validation data has other keys than the training data: transform both with the same fitted steps.");
            validation = Read(validationData);
        }

        (SequenceTask task, data) = Prepare(labelColumn, data);
        if (validation is not null)
            (_, validation) = Prepare(labelColumn, validation);
        SequenceModel model = training.Run(data, validation, columns.Features, keys, task);
        return new GruSequencePredictionTransformer(host, columns, model, Names(labelColumn), FeatureColumnName);
    }

    /// <summary>Says which columns the transformer will add, without training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Check(inputSchema);
        SchemaShape.Column labelColumn = SchemaCheck.Find(inputSchema, label);
        var builder = new DataViewSchema.Builder();
        foreach (SequenceOutput output in SequenceOutputs.Of(PromisedTask, PromisedNames(labelColumn), setId: 0))
            builder.AddColumn(output.Column.Name, output.Column.Type, output.Column.Annotations);
        Dictionary<string, SchemaShape.Column> all = inputSchema.ToDictionary(column => column.Name, StringComparer.Ordinal);
        foreach (SchemaShape.Column column in SchemaShape.Create(builder.ToSchema()))
            all[column.Name] = column;
        return new SchemaShape(all.Values);
    }

    /// <summary>A task with the output columns of the real one, of any size.</summary>
    private protected abstract SequenceTask PromisedTask { get; }

    private protected abstract void CheckLabel(SchemaShape.Column column);

    private protected abstract TrainingRows.LabelReader CreateLabelReader(DataViewRow row, DataViewSchema.Column column);

    /// <summary>Makes the task from the label's type and values, and turns labels and weights into what the network learns.</summary>
    private protected abstract (SequenceTask Task, SequenceData Data) Prepare(DataViewSchema.Column column, SequenceData data);

    private protected virtual KeyNames? Names(DataViewSchema.Column column) => null;

    private protected virtual KeyNames? PromisedNames(SchemaShape.Column column) => null;

    private SequenceData Read(IDataView view) => TrainingRows.Read(view, columns, label, weight, CreateLabelReader, training.CheckAlive);

    private void Check(DataViewSchema schema)
    {
        Check(SchemaShape.Create(schema));
        columns.Check(schema);
    }

    private void Check(SchemaShape schema)
    {
        columns.Check(schema);
        CheckLabel(SchemaCheck.Find(schema, label));
        if (weight is not null)
            SchemaCheck.Single(schema, weight);
    }
}
