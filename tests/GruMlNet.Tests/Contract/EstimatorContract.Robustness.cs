// The rules about hard circumstances: many threads, unusual rows, other cultures, cancellation.

using System.Runtime.CompilerServices;
using GruMlNet.Tests.Support;
using Microsoft.ML;

namespace GruMlNet.Tests.Contract;

public abstract partial class EstimatorContract<TRow, TResult>
{
    [Fact]
    public void K_ManyThreads_CursoringAndPredicting_GiveTheSameValues()
    {
        IReadOnlyList<TRow> rows = CreateRows(0);
        IDataView view = Shared.Model.Transform(Shared.Data);
        List<ViewRow> viewRows = ViewText.Rows(view);
        List<string> predictions = PredictRowByRow(NewContext(), Shared.Model, rows);
        OnThreads(8, index =>
        {
            if (index % 2 == 0)
                Assert.Equal(viewRows, ViewText.Rows(index % 4 == 0 ? view : Shared.Model.Transform(Shared.Data)));
            else
                Assert.Equal(predictions, PredictRowByRow(NewContext(), Shared.Model, rows));
        });
    }

    [Fact]
    public void K_ParallelFits_GiveTheSameModels()
    {
        MLContext ml = NewContext();
        IDataView[] data = [CreateData(ml), CreateData(ml, 1)];
        IEstimator<ITransformer> estimator = CreateEstimator(ml);
        byte[][] expected = [.. data.Select(view => ModelArchive.Save(ml, estimator.Fit(view), view.Schema))];
        OnThreads(4, index => ModelArchive.AssertSame(expected[index % 2], ModelArchive.Save(ml, estimator.Fit(data[index % 2]), data[index % 2].Schema), "fitted beside others"));
    }

    [Fact]
    public void L_Fit_UnusualRows_WorksOrSaysWhy()
    {
        MLContext ml = NewContext();
        foreach (UnusualRows<TRow> unusual in UnusualInputs)
        {
            SpyDataView data = new(ml.Data.LoadFromEnumerable(unusual.Rows));
            if (unusual.FitMessage.Length > 0)
                AssertRefused(() => CreateEstimator(ml).Fit(data), unusual.Name, unusual.FitMessage);
            else
                Assert.Equal(unusual.Rows.Count, ViewText.Rows(CreateEstimator(ml).Fit(data).Transform(data)).Count);
            Assert.True(data.OpenCursors == 0, $"{unusual.Name}: a cursor was left open.");
        }
    }

    [Fact]
    public void L_Transform_UnusualRows_WorksOrSaysWhy()
    {
        MLContext ml = NewContext();
        foreach (UnusualRows<TRow> unusual in UnusualInputs)
        {
            IDataView output = Shared.Model.Transform(ml.Data.LoadFromEnumerable(unusual.Rows));
            if (unusual.TransformMessage.Length > 0)
                AssertRefused(() => ViewText.Rows(output), unusual.Name, unusual.TransformMessage);
            else
                Assert.Equal(unusual.Rows.Count, ViewText.Rows(output).Count);
        }
    }

    [Fact]
    public void L_UnusualRows_RowByRow_EqualTransform()
    {
        MLContext ml = NewContext();
        foreach (UnusualRows<TRow> unusual in UnusualInputs.Where(unusual => unusual.TransformMessage.Length == 0))
            Assert.Equal(Describe(ml, Shared.Model.Transform(ml.Data.LoadFromEnumerable(unusual.Rows))), PredictRowByRow(ml, Shared.Model, unusual.Rows, unusual.ContinuesTraining));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void M_AnotherCulture_ChangesNothing(string culture)
    {
        Fitted shared = Shared;
        string schema = ViewText.Schema(shared.Model.Transform(shared.Data).Schema);
        List<ViewRow> rows = ViewText.Rows(shared.Model.Transform(shared.Data));
        using CultureScope scope = new(culture);
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        ModelArchive.AssertSame(shared.Archive, FitAndSave(ml, data), $"fitted under {culture}");
        ITransformer loaded = ModelArchive.Load(ml, shared.Archive);
        Assert.Equal(schema, ViewText.Schema(loaded.Transform(data).Schema));
        Assert.Equal(rows, ViewText.Rows(loaded.Transform(data)));
    }

    [Fact]
    public void P_CancelledBeforehand_FitThrows()
    {
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        IEstimator<ITransformer> estimator = CancellableOrSkip(ml, () => { }, new CancellationToken(canceled: true));
        _ = Assert.ThrowsAny<OperationCanceledException>(() => estimator.Fit(data));
    }

    [Fact]
    public void P_CancelledWhileTraining_LeavesNothingLocked()
    {
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        using CancellationTokenSource source = new();
        int calls = 0;
        void Progress()
        {
            calls++;
            source.Cancel();
        }
        SpyDataView spy = new(data);
        IEstimator<ITransformer> estimator = CancellableOrSkip(ml, Progress, source.Token);
        _ = Assert.ThrowsAny<OperationCanceledException>(() => estimator.Fit(spy));
        Assert.NotEqual(0, calls);
        Assert.Equal(0, spy.OpenCursors);
        ModelArchive.AssertSame(Shared.Archive, FitAndSave(ml, data), "fitted after a cancelled fit");
    }

    [Fact]
    public void P_ContextCancelled_FitThrows()
    {
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        IEstimator<ITransformer> estimator = CancellableOrSkip(ml, () => CancelExecution(ml), CancellationToken.None);
        _ = Assert.ThrowsAny<OperationCanceledException>(() => estimator.Fit(data));
    }

    private IEstimator<ITransformer> CancellableOrSkip(MLContext ml, Action progress, CancellationToken token)
    {
        IEstimator<ITransformer>? estimator = CreateCancellableEstimator(ml, progress, token);
        Assert.SkipWhen(estimator is null, "Nothing to cancel.");
        return estimator;
    }

    // What ML.NET's own hosts (AutoML) call; the public surface has no way to cancel.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CancelExecution")]
    private static extern void CancelExecution(MLContext ml);

    private static void OnThreads(int count, Action<int> work)
    {
        Exception?[] failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(index => new Thread(() => failures[index] = Record.Exception(() => work(index))))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(failures, Assert.Null);
    }
}
