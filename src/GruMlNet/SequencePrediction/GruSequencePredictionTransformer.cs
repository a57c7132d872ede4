using GruMlNet;
using GruMlNet.Data;
using GruMlNet.ModelFormat;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(GruSequencePredictionTransformer), null, typeof(SignatureLoadModel), "GRU sequence predictor", GruSequencePredictionTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(GruSequencePredictionTransformer), null, typeof(SignatureLoadRowMapper), "GRU sequence predictor", GruSequencePredictionTransformer.LoaderSignature)]

namespace GruMlNet;

/// <summary>What ML.NET calls the model of a predictor: the networks that the trainer has made.</summary>
public sealed class GruSequenceModelParameters
{
    internal GruSequenceModelParameters(SequenceModel model) => Model = model;

    internal SequenceModel Model { get; }

    /// <summary>Number of networks whose answers are averaged.</summary>
    public int EnsembleSize => Model.Members.Count;

    /// <summary>Trainable values of all networks together.</summary>
    public int ParameterCount => Model.Members.Sum(member => member.Network.ParameterCount);
}

/// <summary>Adds a GRU trainer's predictions to each row. A pure function of the row: row to row, immutable and thread-safe.</summary>
public sealed class GruSequencePredictionTransformer : RowToRowTransformerBase, ISingleFeaturePredictionTransformer<GruSequenceModelParameters>, ISingleFeaturePredictionTransformer
{
    internal const string LoaderSignature = "GruSequencePrediction";

    private readonly SequenceColumns columns;
    private readonly SequenceModel model;
    private readonly KeyNames? labels;

    internal GruSequencePredictionTransformer(IHostEnvironment environment, SequenceColumns columns, SequenceModel model, KeyNames? labels, string featureColumnName)
        : base(environment.Register(nameof(GruSequencePredictionTransformer)))
    {
        (this.columns, this.model, this.labels, FeatureColumnName) = (columns, model, labels, featureColumnName);
        Model = new GruSequenceModelParameters(model);
    }

    /// <summary>The networks.</summary>
    public GruSequenceModelParameters Model { get; }

    /// <summary>Numbers per step of a sequence.</summary>
    internal int FeaturesPerStep => columns.Features;

    /// <summary>Name of the column with the sequence.</summary>
    public string FeatureColumnName { get; }

    /// <summary>Type of that column; its size is that of a row and may vary.</summary>
    public DataViewType FeatureColumnType => model.Plan.IsTokens
        ? new VectorDataViewType(new KeyDataViewType(typeof(uint), model.Plan.Keys))
        : new VectorDataViewType(NumberDataViewType.Single);

    private static VersionInfo Version => ModelPart.Version("GRUSQPRD", LoaderSignature);

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx) => ModelPart.Save(ctx, Version, writer =>
    {
        columns.Save(writer);
        writer.Write(FeatureColumnName);
        writer.Write(labels is not null);
        labels?.Save(writer);
        model.Save(writer);
    });

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        columns.Check(schema, model.Plan);
        return new Mapper(this, schema);
    }

    private static GruSequencePredictionTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => ModelPart.Load(env, ctx, Version, reader =>
    {
        SequenceColumns columns = SequenceColumns.Load(reader);
        string feature = reader.ReadString();
        KeyNames? labels = reader.ReadBoolean() ? KeyNames.Load(reader) : null;
        SequenceModel model = SequenceModel.Load(reader);
        if (model.Task.IsUnsupervised || labels is not null && labels.Count != model.Task.Outputs || !model.Plan.IsTokens && model.Plan.Features != columns.Features)
            throw new InvalidDataException("The parts of the predictor do not fit together: the file is damaged. Use another copy.");
        return new GruSequencePredictionTransformer(env, columns, model, labels, feature);
    });

    // The form in which ML.NET stores a bound mapper of a data transform.
    private static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema)
        => Create(env, ctx).MakeRowMapper(inputSchema);

    private sealed class Mapper : MapperBase
    {
        private readonly GruSequencePredictionTransformer parent;
        private readonly SequenceOutput[] outputs;

        internal Mapper(GruSequencePredictionTransformer parent, DataViewSchema inputSchema)
            : base(parent.Host.Register(nameof(Mapper)), inputSchema, parent)
        {
            this.parent = parent;
            uint setId = inputSchema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;
            outputs = SequenceOutputs.Of(parent.model.Task, parent.labels, setId);
        }

        /// <summary>All added columns of a row share one prediction.</summary>
        public override Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null!;
            var getters = new Delegate[outputs.Length];
            if (!Enumerable.Range(0, outputs.Length).Any(activeOutput))
                return getters;
            var prediction = new CachedPrediction(parent.model, parent.columns, input);
            for (int i = 0; i < getters.Length; i++)
            {
                if (activeOutput(i))
                    getters[i] = outputs[i].Getter(prediction);
            }

            return getters;
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => [.. outputs.Select(output => output.Column)];

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
            => CreateGetters(input, i => i == iinfo, out disposer)[iinfo];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            if (!Enumerable.Range(0, outputs.Length).Any(activeOutput))
                return _ => false;
            HashSet<int> needed = [.. parent.columns.Names.Select(name => SchemaCheck.Column(InputSchema, name).Index)];
            return needed.Contains;
        }

        protected override void SaveModel(ModelSaveContext ctx) => parent.SaveModel(ctx);
    }
}
