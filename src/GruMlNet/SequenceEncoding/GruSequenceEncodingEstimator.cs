using GruMlNet.Data;
using GruMlNet.Engine;
using GruMlNet.Sequences;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Learns to encode sequences as vectors of one length, for any trainer of ML.NET behind it.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Characteristic</term><description></description></listheader>
/// <item><term>Does it need training?</term><description>Yes; it reads the data once. With a label, the encoding is what tells the labels apart; without, what is needed to rebuild the sequence, or to guess the next step.</description></item>
/// <item><term>Input columns</term><description>Sequence: see <see cref="SequenceInputOptions"/>. Label, optional: a key, Boolean or Single.</description></item>
/// <item><term>Output column</term><description>A known-size vector of Single with slot names: the state of the network, pooled over time; where each sequence is scaled by itself, its level and spread follow.</description></item>
/// <item><term>Reconstruction error</term><description>Single, optional: how little a sequence is like those that were learnt from; see <see cref="Options.ReconstructionErrorColumnName"/>.</description></item>
/// <item><term>Row to row?</term><description>Yes: works in a PredictionEngine, in CrossValidate and in parallel cursors.</description></item>
/// <item><term>Exportable to ONNX?</term><description>No.</description></item>
/// </list>
/// <para>It may be fitted again and again, also in parallel; the same seed and data give the same model.</para>
/// </remarks>
public sealed class GruSequenceEncodingEstimator : IEstimator<GruSequenceEncodingTransformer>
{
    private readonly IHost host;
    private readonly SequenceTraining training;
    private readonly SequenceColumns columns;
    private readonly string output;
    private readonly string? label, error;
    private readonly SelfSupervision objective;
    private readonly SequencePooling pooling;

    internal GruSequenceEncodingEstimator(IHostEnvironment environment, Options options)
    {
        options.Validate();
        host = environment.Register(nameof(GruSequenceEncodingEstimator));
        (output, label, error, objective) = (options.OutputColumnName, options.LabelColumnName, options.ReconstructionErrorColumnName, options.Objective);
        pooling = options.Model.Pooling ?? SequencePooling.LastMeanMax;
        GruSequenceOptions model = options.Model.Clone();
        (model.Pooling, model.EnsembleSize) = (pooling, 1);
        training = new SequenceTraining(environment, host, options.Input, model);
        columns = new SequenceColumns(options.InputColumnName ?? options.OutputColumnName, options.Input);
    }

    /// <summary>Options of the encoder.</summary>
    public sealed class Options
    {
        /// <summary>Name of the new column with the encoding. Required.</summary>
        public string OutputColumnName { get; set; } = string.Empty;

        /// <summary>Name of the column with the sequence; see <see cref="Input"/>. Default: null, the same as <see cref="OutputColumnName"/>.</summary>
        public string? InputColumnName { get; set; }

        /// <summary>Name of a column that the encoding shall tell something about: a key (classes), Boolean or Single. Default: null, it learns without labels, as <see cref="Objective"/> says.</summary>
        public string? LabelColumnName { get; set; }

        /// <summary>
        /// What is learnt where there is no label. Default: auto-encoder, because a linear classifier behind it is right more often; clusters are told apart a little better by the next step
        /// (measured in tests/GruMlNet.Benchmarks/README.md), which also is faster to learn and to compute.
        /// </summary>
        public SelfSupervision Objective { get; set; } = SelfSupervision.AutoEncoder;

        /// <summary>
        /// Name of a second new column, Single: how badly the auto-encoder rebuilds the sequence, as an anomaly score. Of numbers: the mean squared error of the observed steps, each channel relative to its
        /// error on the sequences that were learnt from, where it is 1 on average; on others of the same kind it is larger, so take the limit for an alarm from sequences that were not learnt from. Of tokens: −ln of the probability of a token, averaged; one that was never met counts ln V, V being the number of
        /// tokens. NaN where nothing is observed. Default: null, there is no such column. Needs <see cref="Objective"/> AutoEncoder and no label.
        /// </summary>
        public string? ReconstructionErrorColumnName { get; set; }

        /// <summary>How a row holds its sequence. Default: one number per step in a vector column, or one token per step in a vector of keys.</summary>
        public SequenceInputOptions Input { get; set; } = new();

        /// <summary>
        /// The model and its training. Default: everything is chosen from the data. The encoding is as wide as the state (twice that where it reads in both directions), times
        /// three for the pooling LastMeanMax, which is the encoder's default. There is one network.
        /// </summary>
        public GruSequenceOptions Model { get; set; } = new();

        /// <summary>Checks all options at once.</summary>
        /// <exception cref="ArgumentOutOfRangeException">At least one option is not usable; the message lists every problem.</exception>
        public void Validate()
        {
            List<string> problems = [];
            if (string.IsNullOrWhiteSpace(OutputColumnName))
                problems.Add("outputColumnName is empty: give the name of the column that shall hold the encoding.");
            if (InputColumnName is not null && string.IsNullOrWhiteSpace(InputColumnName))
                problems.Add("inputColumnName is blank: give the name of the column with the sequences, or null for the same name as outputColumnName.");
            if (LabelColumnName is not null && string.IsNullOrWhiteSpace(LabelColumnName))
                problems.Add("labelColumnName is blank: give the name of a label column, or null to learn without labels.");
            if (!Enum.IsDefined(Objective))
                problems.Add($"objective must be one of {string.Join(", ", Enum.GetNames<SelfSupervision>())}, got {Objective}.");
            bool autoEncoder = LabelColumnName is null && Objective == SelfSupervision.AutoEncoder;
            if (ReconstructionErrorColumnName is not null && !autoEncoder)
                problems.Add("reconstructionErrorColumnName is given, and only an auto-encoder rebuilds sequences: leave labelColumnName null and use objective AutoEncoder.");
            if (ReconstructionErrorColumnName is { } errorName && (string.IsNullOrWhiteSpace(errorName) || errorName == OutputColumnName))
                problems.Add($"reconstructionErrorColumnName must be the name of a column of its own, got '{errorName}': give another name, or null for no such column.");
            SequenceOptionProblems.Add(Input, Model, problems);
            if (Model?.EnsembleSize is > 1)
                problems.Add($"EnsembleSize must be 1 for an encoder, got {Model.EnsembleSize}: leave it null, and use several encoders for several encodings.");
            if (LabelColumnName is null && !autoEncoder && Model?.Pooling == SequencePooling.Attention)
                problems.Add("Pooling Attention is not learnt from the next step: give labelColumnName, use objective AutoEncoder, or Last, Mean, Max or LastMeanMax.");
            if (problems.Count > 0)
                throw new ArgumentOutOfRangeException(null, string.Join(Environment.NewLine, problems));
        }
    }

    /// <summary>Trains on the sequences in the rows of <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learnt from: empty, infinite, or all missing.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public GruSequenceEncodingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        training.CheckAlive();
        Check(SchemaShape.Create(input.Schema));
        columns.Check(input.Schema);
        int keys = columns.Keys(input.Schema);
        DataViewSchema.Column? labelColumn = label is null ? null : SchemaCheck.Column(input.Schema, label);
        SequenceData data = TrainingRows.Read(input, columns, label, weight: null, EncodingLabel.CreateReader, training.CheckAlive);
        SequenceTask task = labelColumn is { } column ? EncodingLabel.Task(column, data) : Unsupervised(keys);
        SequenceModel trained = training.Run(data, validation: null, columns.Features, keys, task);
        SequenceModel? rebuilding = error is null ? null : SequenceReconstruction.Of(trained, data.Samples);
        return new GruSequenceEncodingTransformer(host, columns, SequenceEncoder.Of(trained, pooling), output, rebuilding, error);
    }

    private SequenceTask Unsupervised(int keys) => (objective, keys) switch
    {
        (SelfSupervision.NextStep, 0) => new SequenceTask(TaskKind.NextStep, columns.Features),
        (SelfSupervision.NextStep, _) => new SequenceTask(TaskKind.NextToken, keys),
        (_, 0) => new SequenceTask(TaskKind.Reconstruction, columns.Features),
        _ => new SequenceTask(TaskKind.TokenReconstruction, keys),
    };

    /// <summary>Says which columns the transformer will add, without training.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type than needed.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Check(inputSchema);
        const SchemaShape.Column.VectorKind vector = SchemaShape.Column.VectorKind.Vector;
        var annotations = new SchemaShape([new SchemaShape.Column("SlotNames", vector, TextDataViewType.Instance, isKey: false)]);
        Dictionary<string, SchemaShape.Column> all = inputSchema.ToDictionary(column => column.Name, StringComparer.Ordinal);
        all[output] = new SchemaShape.Column(output, vector, NumberDataViewType.Single, isKey: false, annotations);
        if (error is not null)
            all[error] = new SchemaShape.Column(error, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(all.Values);
    }

    private void Check(SchemaShape schema)
    {
        columns.Check(schema);
        if (label is not null)
            EncodingLabel.Check(SchemaCheck.Find(schema, label));
    }
}
