using GruMlNet;
using GruMlNet.ModelFormat;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(GruWindowForecastTransformer), null, typeof(SignatureLoadModel), "GRU window forecaster", GruWindowForecastTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(GruWindowForecastTransformer), null, typeof(SignatureLoadRowMapper), "GRU window forecaster", GruWindowForecastTransformer.LoaderSignature)]

namespace GruMlNet;

/// <summary>
/// Forecasts what follows the history in each row's vector. A pure function of the row: row to row, immutable and thread-safe.
/// </summary>
public sealed class GruWindowForecastTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "GruWindowForecast";

    internal GruWindowForecastTransformer(IHostEnvironment environment, ForecastColumns columns, PanelForecaster model)
        : base(environment.Register(nameof(GruWindowForecastTransformer)))
        => (Columns, Model) = (columns, model);

    /// <summary>How many steps it forecasts: the length of the output vectors.</summary>
    public int Horizon => Columns.Horizon;

    /// <summary>How many of a history's last values are used; a shorter history is enough, but tells less.</summary>
    public int ContextLength => Model.ContextLength;

    /// <summary>Number of steps that make one season; 1 where the model uses none.</summary>
    public int Seasonality => Model.Seasonality;

    internal ForecastColumns Columns { get; }

    internal PanelForecaster Model { get; }

    internal IHost Owner => Host;

    private static VersionInfo Version => ModelPart.Version("GRUWFCST", LoaderSignature);

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx) => ModelPart.Save(ctx, Version, writer =>
    {
        Columns.Save(writer);
        ModelPart.Write(writer, Model);
    });

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        Columns.CheckWindow(SchemaShape.Create(schema));
        return new Mapper(this, schema);
    }

    private static GruWindowForecastTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => ModelPart.Load(env, ctx, Version, reader =>
    {
        ForecastColumns columns = ForecastColumns.Load(reader);
        return new GruWindowForecastTransformer(env, columns, ModelPart.ReadForecaster(reader, columns));
    });

    // The form in which ML.NET stores a bound mapper of a data transform.
    private static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema)
        => Create(env, ctx).MakeRowMapper(inputSchema);

    private sealed class Mapper(GruWindowForecastTransformer parent, DataViewSchema inputSchema)
        : MapperBase(parent.Owner.Register(nameof(Mapper)), inputSchema, parent)
    {
        private readonly ForecastColumns columns = parent.Columns;

        /// <summary>All added columns of a row share one forecast.</summary>
        public override Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null!;
            if (!Enumerable.Range(0, columns.Added.Count).Any(activeOutput))
                return new Delegate[columns.Added.Count];
            var window = new WindowReader(input, columns.Inputs.Value);
            var forecast = new CachedForecast(parent.Model, columns, () => new PanelSeries(columns.Inputs.Value, window.Read()), () => input.Position, activeOutput);
            return forecast.Getters();
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => columns.Detached();

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
            => CreateGetters(input, i => i == iinfo, out disposer)[iinfo];

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            bool any = Enumerable.Range(0, columns.Added.Count).Any(activeOutput);
            int needed = InputSchema[columns.Inputs.Value].Index;
            return column => any && column == needed;
        }

        protected override void SaveModel(ModelSaveContext ctx) => parent.SaveModel(ctx);
    }
}
