// What every estimator of this package must keep, written once. This part: the description that a test class gives of its estimator.
// Derive a public class, describe the estimator, and the runner executes every rule as a test of its own.

using System.Collections.Concurrent;
using System.Reflection;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Contract;

/// <summary>A view on which Fit and GetOutputSchema must fail with a message that contains all the parts.</summary>
public sealed record InvalidInput(string Name, Func<MLContext, IDataView> Create, params string[] MessageParts);

/// <summary>Unusual but well-typed rows. No message parts: the call must work; otherwise it must fail with a message that contains them.</summary>
public sealed record UnusualRows<TRow>(string Name, IReadOnlyList<TRow> Rows)
{
    public string[] FitMessage { get; init; } = [];

    public string[] TransformMessage { get; init; } = [];

    /// <summary>Transform goes on where the training ended, so an engine has to as well instead of forgetting its history.</summary>
    public bool ContinuesTraining { get; init; }
}

/// <summary>A predictor with a history of its own, made from a transformer.</summary>
public interface IContractEngine<TRow, TResult>
{
    TResult Predict(TRow row);

    TResult Predict();

    void Update(TRow row);

    void Reset();

    void CheckPoint(Stream stream);
}

/// <typeparam name="TRow">A class of public properties: the input row.</typeparam>
/// <typeparam name="TResult">A class with one property for each output column.</typeparam>
public abstract partial class EstimatorContract<TRow, TResult>
    where TRow : class, new()
    where TResult : class, new()
{
    private static readonly ConcurrentDictionary<object, Lazy<Fitted>> Cache = new();

    /// <summary>The estimator under test with options small enough that fitting takes milliseconds.</summary>
    protected abstract IEstimator<ITransformer> CreateEstimator(MLContext ml);

    /// <summary>The same estimator with the output column named as the input column. Null: the names of the outputs are fixed, as those of ML.NET's trainers are.</summary>
    protected abstract IEstimator<ITransformer>? CreateInPlaceEstimator(MLContext ml);

    /// <summary>The same estimator, listening to the token and calling back at least once while it trains. Null: nothing to cancel.</summary>
    protected virtual IEstimator<ITransformer>? CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
    {
        return null;
    }

    /// <summary>An engine on a transformer or chain. Null: the transformer has no running state.</summary>
    protected virtual IContractEngine<TRow, TResult>? CreateEngine(MLContext ml, ITransformer model)
    {
        return null;
    }

    /// <summary>Only with an engine: the row that follows <see cref="CreateRows"/>(0), and another one in its place.</summary>
    protected virtual (TRow One, TRow Other) CreateNextRows()
    {
        return (new TRow(), new TRow());
    }

    /// <summary>Training rows; 0 is the data that most tests use, other variants are other data of the same shape.</summary>
    protected abstract IReadOnlyList<TRow> CreateRows(int variant);

    protected abstract IReadOnlyList<string> InputColumns { get; }

    /// <summary>What Fit reads: the input columns, and for a trainer the label.</summary>
    protected virtual IReadOnlyList<string> TrainingColumns => InputColumns;

    /// <summary>The output columns; the first is a Single, or a vector of Single, in the place of which <see cref="CreateInPlaceEstimator"/> writes to the first input column.</summary>
    protected abstract IReadOnlyList<string> OutputColumns { get; }

    /// <summary>A column of Single that the estimator does not use: a label for cross-validation, and a bystander for the dependencies.</summary>
    protected abstract string LabelColumn { get; }

    protected abstract bool IsRowToRow { get; }

    protected abstract IEnumerable<InvalidInput> InvalidInputs { get; }

    protected abstract IEnumerable<UnusualRows<TRow>> UnusualInputs { get; }

    /// <summary>False only for components of others, whose files carry no checksum.</summary>
    protected virtual bool DetectsDamage => true;

    /// <summary>Tests with an equal key share one fitted model.</summary>
    protected virtual object CacheKey => GetType();

    private Fitted Shared => Cache.GetOrAdd(CacheKey, _ => new Lazy<Fitted>(() => new Fitted(this))).Value;

    protected static MLContext NewContext()
    {
        return new MLContext(seed: 11);
    }

    protected IDataView CreateData(MLContext ml, int variant = 0)
    {
        return ml.Data.LoadFromEnumerable(CreateRows(variant));
    }

    private byte[] FitAndSave(MLContext ml, IDataView data)
    {
        return ModelArchive.Save(ml, CreateEstimator(ml).Fit(data), data.Schema);
    }

    private static void AssertMessage(Exception exception, string name, string[] parts)
    {
        // ML.NET's parallel cursors wrap what happened in their workers.
        exception = exception.GetBaseException();
        Assert.True(exception is ArgumentException or InvalidOperationException or FormatException, $"{name}: {exception.GetType().Name} is not an exception for users: {exception}");
        foreach (string part in parts)
            Assert.True(exception.Message.Contains(part, StringComparison.OrdinalIgnoreCase), $"{name}: the message does not say '{part}': {exception.Message}");
    }

    private static void AssertRefused(Action action, string name, string[] parts)
    {
        Exception? exception = Record.Exception(action);
        Assert.True(exception is not null, $"{name}: was accepted, but must be refused.");
        AssertMessage(exception, name, parts);
    }

    private string Describe(TResult result)
    {
        return string.Join(" | ", OutputColumns.Select(column =>
            ViewText.Value(typeof(TResult).GetProperty(column, BindingFlags.Public | BindingFlags.Instance)!.GetValue(result))));
    }

    private List<string> Describe(MLContext ml, IDataView output)
    {
        return [.. ml.Data.CreateEnumerable<TResult>(output, reuseRowObject: false, ignoreMissingColumns: true).Select(Describe)];
    }

    /// <summary>Row by row: with an engine that has forgotten its history where there is one, else with ML.NET's PredictionEngine.</summary>
    private List<string> PredictRowByRow(MLContext ml, ITransformer model, IReadOnlyList<TRow> rows, bool continuesTraining = false)
    {
        if (CreateEngine(ml, model) is { } engine)
        {
            if (!continuesTraining)
                engine.Reset();
            return [.. rows.Select(row => Describe(engine.Predict(row)))];
        }
        using PredictionEngine<TRow, TResult> predictor = ml.Model.CreatePredictionEngine<TRow, TResult>(model, new PredictionEngineOptions { OwnsTransformer = false });
        return [.. rows.Select(row => Describe(predictor.Predict(row)))];
    }

    /// <summary>One fitted model that the reading tests of a class share.</summary>
    private sealed class Fitted
    {
        public Fitted(EstimatorContract<TRow, TResult> contract)
        {
            Ml = NewContext();
            Data = contract.CreateData(Ml);
            Estimator = contract.CreateEstimator(Ml);
            Model = Estimator.Fit(Data);
            Archive = ModelArchive.Save(Ml, Model, Data.Schema);
            Loaded = ModelArchive.Load(NewContext(), Archive);
        }

        public MLContext Ml { get; }

        public IDataView Data { get; }

        public IEstimator<ITransformer> Estimator { get; }

        public ITransformer Model { get; }

        public byte[] Archive { get; }

        public ITransformer Loaded { get; }
    }
}
