using GruMlNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>The way in to GRU networks for sequences: trainers beside ML.NET's own, an encoder beside its transforms.</summary>
public static class SequenceCatalog
{
    /// <summary>Learns to put whole sequences into classes.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.MulticlassClassification.Trainers</c>.</param>
    /// <param name="labelColumnName">Name of the label column, a key.</param>
    /// <param name="featureColumnName">Name of the column with the sequences: a vector of Single, time-major, or a vector of keys (tokens).</param>
    /// <param name="exampleWeightColumnName">Name of the column with the weight of each row, Single; null: all count 1.</param>
    /// <param name="featuresPerStep">Numbers per step, 1 to 4,096.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruMulticlassTrainer Gru(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int featuresPerStep = 1,
        GruSequenceOptions? model = null)
        => catalog.Gru(Fill(new GruMulticlassTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName, featuresPerStep, model));

    /// <summary>Learns to put whole sequences into classes.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.MulticlassClassification.Trainers</c>.</param>
    /// <param name="options">Columns, how they hold a sequence, class weights, and the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruMulticlassTrainer Gru(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, GruMulticlassTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruMulticlassTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Learns the class of every step of a sequence (sequence labelling): the label is a vector of keys, one per step.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.MulticlassClassification.Trainers</c>.</param>
    /// <param name="labelColumnName">Name of the label column, a vector of keys.</param>
    /// <param name="featureColumnName">Name of the column with the sequences: a vector of Single, time-major, or a vector of keys (tokens).</param>
    /// <param name="exampleWeightColumnName">Name of the column with the weight of each row, Single; null: all count 1.</param>
    /// <param name="featuresPerStep">Numbers per step, 1 to 4,096.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruStepTrainer GruPerStep(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int featuresPerStep = 1,
        GruSequenceOptions? model = null)
        => catalog.GruPerStep(Fill(new GruStepTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName, featuresPerStep, model));

    /// <summary>Learns the class of every step of a sequence (sequence labelling): the label is a vector of keys, one per step.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.MulticlassClassification.Trainers</c>.</param>
    /// <param name="options">Columns, how they hold a sequence, and the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruStepTrainer GruPerStep(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, GruStepTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruStepTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Scores predicted classes of steps: every step with a label and a prediction counts once; steps beyond <see cref="SequenceInputOptions.MaxLength"/> have none.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.MulticlassClassification</c>.</param>
    /// <param name="data">Rows that a per-step model has transformed.</param>
    /// <param name="labelColumnName">Name of the label column, a vector of keys.</param>
    /// <param name="scoreColumnName">Name of the column with the probabilities, [T, classes].</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public static MulticlassClassificationMetrics EvaluateSteps(this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return StepEvaluation.Evaluate(data, labelColumnName, scoreColumnName);
    }

    /// <summary>Learns to answer yes or no about whole sequences.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.BinaryClassification.Trainers</c>.</param>
    /// <param name="labelColumnName">Name of the label column, Boolean.</param>
    /// <param name="featureColumnName">Name of the column with the sequences: a vector of Single, time-major, or a vector of keys (tokens).</param>
    /// <param name="exampleWeightColumnName">Name of the column with the weight of each row, Single; null: all count 1.</param>
    /// <param name="featuresPerStep">Numbers per step, 1 to 4,096.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruBinaryTrainer Gru(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int featuresPerStep = 1,
        GruSequenceOptions? model = null)
        => catalog.Gru(Fill(new GruBinaryTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName, featuresPerStep, model));

    /// <summary>Learns to answer yes or no about whole sequences.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.BinaryClassification.Trainers</c>.</param>
    /// <param name="options">Columns, how they hold a sequence, class weights, and the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruBinaryTrainer Gru(this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, GruBinaryTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruBinaryTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Learns to estimate a number from a whole sequence.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Regression.Trainers</c>.</param>
    /// <param name="labelColumnName">Name of the label column, Single.</param>
    /// <param name="featureColumnName">Name of the column with the sequences: a vector of Single, time-major, or a vector of keys (tokens).</param>
    /// <param name="exampleWeightColumnName">Name of the column with the weight of each row, Single; null: all count 1.</param>
    /// <param name="featuresPerStep">Numbers per step, 1 to 4,096.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruRegressionTrainer Gru(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int featuresPerStep = 1,
        GruSequenceOptions? model = null)
        => catalog.Gru(Fill(new GruRegressionTrainer.Options(), labelColumnName, featureColumnName, exampleWeightColumnName, featuresPerStep, model));

    /// <summary>Learns to estimate a number from a whole sequence.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Regression.Trainers</c>.</param>
    /// <param name="options">Columns, how they hold a sequence, and the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruRegressionTrainer Gru(this RegressionCatalog.RegressionTrainers catalog, GruRegressionTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruRegressionTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>Encodes each sequence as a vector of one length, for any trainer behind it.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms</c>.</param>
    /// <param name="outputColumnName">Name of the new column with the encoding.</param>
    /// <param name="inputColumnName">Name of the column with the sequences: a vector of Single, time-major, or a vector of keys (tokens); null: the same as <paramref name="outputColumnName"/>.</param>
    /// <param name="labelColumnName">Name of a column that the encoding shall tell something about: a key, Boolean or Single; null: it learns to guess the next step instead.</param>
    /// <param name="featuresPerStep">Numbers per step, 1 to 4,096.</param>
    /// <param name="model">The model and its training; null: everything is chosen from the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not usable; the message lists every problem.</exception>
    public static GruSequenceEncodingEstimator EncodeSequenceByGru(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        string? labelColumnName = null,
        int featuresPerStep = 1,
        GruSequenceOptions? model = null)
        => catalog.EncodeSequenceByGru(new GruSequenceEncodingEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            LabelColumnName = labelColumnName,
            Input = new SequenceInputOptions { FeaturesPerStep = featuresPerStep },
            Model = model ?? new GruSequenceOptions(),
        });

    /// <summary>Encodes each sequence as a vector of one length, for any trainer behind it.</summary>
    /// <param name="catalog">The catalog, <c>mlContext.Transforms</c>.</param>
    /// <param name="options">Columns, how they hold a sequence, and the model.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not usable; the message lists every problem.</exception>
    public static GruSequenceEncodingEstimator EncodeSequenceByGru(this TransformsCatalog catalog, GruSequenceEncodingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GruSequenceEncodingEstimator(CatalogUtils.GetEnvironment(catalog), options);
    }

    /// <summary>
    /// Turns data with one row per step into data with one row per sequence: what the encoder and the trainers read. The data is read at once and kept in memory.
    /// </summary>
    /// <param name="catalog">The catalog, <c>mlContext.Data</c>.</param>
    /// <param name="data">One row per step, in any order of the sequences.</param>
    /// <param name="groupColumnName">Name of the column that tells the sequences apart.</param>
    /// <param name="stepColumnNames">Names of the columns that change from step to step: each becomes a vector of variable size with one value per step, or, where it is a vector, with one vector after the other. Of all other columns, the value of each sequence's first row is kept.</param>
    /// <param name="timeColumnName">Name of a column by which the steps of each sequence are sorted, and which is left out then; null: they are in order.</param>
    /// <returns>One row per sequence, in the order of their first rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public static IDataView GroupStepsIntoSequences(this DataOperationsCatalog catalog, IDataView data, string groupColumnName, IReadOnlyList<string> stepColumnNames, string? timeColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(groupColumnName);
        ArgumentNullException.ThrowIfNull(stepColumnNames);
        return GruMlNet.Sequences.StepGrouping.Group(data, groupColumnName, stepColumnNames, timeColumnName);
    }

    private static T Fill<T>(T options, string label, string feature, string? weight, int featuresPerStep, GruSequenceOptions? model)
        where T : GruTrainerOptions
    {
        (options.LabelColumnName, options.FeatureColumnName, options.ExampleWeightColumnName) = (label, feature, weight);
        options.Input.FeaturesPerStep = featuresPerStep;
        options.Model = model ?? options.Model;
        return options;
    }
}
