using GruMlNet;
using GruMlNet.Data;
using GruMlNet.ModelFormat;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(GruSequenceEncodingTransformer), null, typeof(SignatureLoadModel), "GRU sequence encoder", GruSequenceEncodingTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(GruSequenceEncodingTransformer), null, typeof(SignatureLoadRowMapper), "GRU sequence encoder", GruSequenceEncodingTransformer.LoaderSignature)]

namespace GruMlNet;

/// <summary>Adds the encoding of each row's sequence and, where it was asked for, the error with which the sequence can be rebuilt. A pure function of the row: row to row, immutable and thread-safe.</summary>
public sealed class GruSequenceEncodingTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "GruSequenceEncoding";

    private readonly SequenceColumns columns;
    private readonly SequenceModel model;
    private readonly SequenceModel? rebuilding;
    private readonly string output;
    private readonly string? error;

    internal GruSequenceEncodingTransformer(IHostEnvironment environment, SequenceColumns columns, SequenceModel model, string output, SequenceModel? rebuilding, string? error)
        : base(environment.Register(nameof(GruSequenceEncodingTransformer)))
        => (this.columns, this.model, this.output, this.rebuilding, this.error) = (columns, model, output, rebuilding, error);

    /// <summary>Length of the encoding.</summary>
    public int EncodingSize => model.Task.Outputs;

    private static VersionInfo Version => ModelPart.Version("GRUSQENC", LoaderSignature);

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx) => ModelPart.Save(ctx, Version, writer =>
    {
        columns.Save(writer);
        writer.Write(output);
        model.Save(writer);
        ModelPart.Write(writer, error);
        rebuilding?.Save(writer);
    });

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        columns.Check(schema, model.Plan);
        return new Mapper(this, schema);
    }

    private static GruSequenceEncodingTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => ModelPart.Load(env, ctx, Version, reader =>
    {
        SequenceColumns columns = SequenceColumns.Load(reader);
        string output = reader.ReadString();
        SequenceModel model = SequenceModel.Load(reader);
        string? error = ModelPart.ReadText(reader);
        SequenceModel? rebuilding = error is null ? null : SequenceModel.Load(reader);
        if (model.Task.Kind != TaskKind.Encoding || !Fits(model, columns) || rebuilding is not null && (!rebuilding.Task.IsReconstruction || !Fits(rebuilding, columns) || rebuilding.Plan.Keys != model.Plan.Keys))
            throw new InvalidDataException("The parts of the encoder do not fit together: the file is damaged. Use another copy.");
        return new GruSequenceEncodingTransformer(env, columns, model, output, rebuilding, error);
    });

    private static bool Fits(SequenceModel model, SequenceColumns columns) => model.Plan.IsTokens || model.Plan.Features == columns.Features;

    // The form in which ML.NET stores a bound mapper of a data transform.
    private static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema)
        => Create(env, ctx).MakeRowMapper(inputSchema);

    private sealed class Mapper(GruSequenceEncodingTransformer parent, DataViewSchema inputSchema)
        : MapperBase(parent.Host.Register(nameof(Mapper)), inputSchema, parent)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            string[] names = SequenceEncoder.SlotNames(parent.model);
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add(AnnotationUtils.Kinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, names.Length), CachedPrediction.VectorGetter<ReadOnlyMemory<char>>(() => names.Length, target =>
            {
                for (int i = 0; i < names.Length; i++)
                    target[i] = names[i].AsMemory();
            }));
            var encoding = new DataViewSchema.DetachedColumn(parent.output, new VectorDataViewType(NumberDataViewType.Single, names.Length), annotations.ToAnnotations());
            return parent.error is null ? [encoding] : [encoding, new DataViewSchema.DetachedColumn(parent.error, NumberDataViewType.Single)];
        }

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null!;
            if (iinfo == 1)
            {
                var error = new CachedPrediction(parent.rebuilding!, parent.columns, input);
                return (ValueGetter<float>)((ref float value) => value = error.Compute()[0]);
            }

            var encoding = new CachedPrediction(parent.model, parent.columns, input);
            return CachedPrediction.VectorGetter<float>(() => parent.EncodingSize, target => encoding.Compute().CopyTo(target));
        }

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            if (!activeOutput(0) && (parent.error is null || !activeOutput(1)))
                return _ => false;
            HashSet<int> needed = [.. parent.columns.Names.Select(name => SchemaCheck.Column(InputSchema, name).Index)];
            return needed.Contains;
        }

        protected override void SaveModel(ModelSaveContext ctx) => parent.SaveModel(ctx);
    }
}
