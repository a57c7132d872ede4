using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Cli.Sequences;

/// <summary>What a classifier says about one sequence.</summary>
internal sealed class Classified
{
    public string Id { get; set; } = "";

    public string Label { get; set; } = "";

    public string PredictedClass { get; set; } = "";

    public float[] Score { get; set; } = [];
}

/// <summary>A classifier of sequences: an ordinary ML.NET model, which other programs can load, too.</summary>
internal sealed class Classifier(MLContext ml, ITransformer model, DataViewSchema schema)
{
    private const string PredictedClass = nameof(Classified.PredictedClass);

    /// <summary>Class names, in the order of the scores.</summary>
    internal IReadOnlyList<string> Classes
    {
        get
        {
            VBuffer<ReadOnlyMemory<char>> names = default;
            model.GetOutputSchema(schema)[PredictedClass + "Key"].GetKeyValues(ref names);
            return [.. names.DenseValues().Select(name => name.ToString())];
        }
    }

    /// <summary>Numbers per step of a sequence.</summary>
    internal int Channels => ((IEnumerable<ITransformer>)model).OfType<GruSequencePredictionTransformer>().Single().FeaturesPerStep;

    internal static Classifier Train(LabelledSequences data, int seed, GruSequenceOptions options)
    {
        var ml = new MLContext(seed);
        IDataView view = View(ml, data);
        var trainer = ml.MulticlassClassification.Trainers.Gru(nameof(LabelledSequence.Label) + "Key", nameof(LabelledSequence.Features), featuresPerStep: data.Channels, model: options);
        var pipeline = ml.Transforms.Conversion.MapValueToKey(nameof(LabelledSequence.Label) + "Key", nameof(LabelledSequence.Label), maximumNumberOfKeys: int.MaxValue, keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(trainer)
            .Append(ml.Transforms.CopyColumns(PredictedClass + "Key", "PredictedLabel"))
            .Append(ml.Transforms.Conversion.MapKeyToValue(PredictedClass, PredictedClass + "Key"));
        return new Classifier(ml, pipeline.Fit(view), view.Schema);
    }

    internal void Save(Stream stream) => ml.Model.Save(model, schema, stream);

    /// <exception cref="Failure">The file is missing, or is not a classifier.</exception>
    internal static Classifier Load(string path)
    {
        if (!File.Exists(path))
            throw new Failure($"There is no model '{path}'. Make one with: grumlnet classify train --model {path} …");
        if (ModelFile.IsForecaster(path))
            throw new Failure($"'{path}' is a forecaster, not a classifier: use grumlnet forecast --model {path} …");
        var ml = new MLContext();
        ITransformer model;
        DataViewSchema? schema;
        try
        {
            model = ml.Model.Load(path, out schema);
        }
        catch (Exception e) when (e.GetBaseException() is InvalidDataException or FormatException or InvalidOperationException or IOException or ArgumentException)
        {
            throw new Failure($"'{path}' is not a model of this tool, or is damaged: {e.GetBaseException().Message}", inner: e);
        }

        bool fits = schema?.GetColumnOrNull(nameof(LabelledSequence.Features)) is not null && model.GetOutputSchema(schema).GetColumnOrNull(PredictedClass) is not null;
        return fits ? new Classifier(ml, model, schema!) : throw new Failure($"'{path}' is an ML.NET model, but not a classifier that this tool has made with: grumlnet classify train");
    }

    /// <exception cref="Failure">The sequences have another number of channels than those that the classifier has learnt from.</exception>
    internal IReadOnlyList<Classified> Predict(LabelledSequences data)
    {
        if (data.Channels != Channels)
            throw new Failure($"The model has learnt from sequences of {Channels} channels, and those of '{data.Name}' have {data.Channels}: both need the same.");
        return [.. ml.Data.CreateEnumerable<Classified>(model.Transform(View(ml, data)), reuseRowObject: false)];
    }

    private static IDataView View(MLContext ml, LabelledSequences data) => ml.Data.LoadFromEnumerable(data.Sequences);
}
