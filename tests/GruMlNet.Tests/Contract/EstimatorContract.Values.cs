// The rules about values: the same whichever way they are read.

using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Contract;

public abstract partial class EstimatorContract<TRow, TResult>
{
    [Fact]
    public void Values_LoadedModelAllColumns_AreTheSame()
    {
        AssertLoadedValuesAreTheSame(_ => true);
    }

    [Fact]
    public void Values_LoadedModelEvenColumns_AreTheSame()
    {
        AssertLoadedValuesAreTheSame(index => index % 2 == 0);
    }

    [Fact]
    public void Values_LoadedModelOddColumns_AreTheSame()
    {
        AssertLoadedValuesAreTheSame(index => index % 2 == 1);
    }

    [Fact]
    public void Values_LoadedModelColumnByColumn_AreTheSame()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        for (int column = 0; column < view.Schema.Count; column++)
            AssertLoadedValuesAreTheSame(index => index == column);
    }

    [Fact]
    public void Values_EachColumnAlone_EqualsAllTogether()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        List<ViewRow> together = ViewText.Rows(view);
        List<ViewRow>[] alone = [.. view.Schema.Select(column => ViewText.Rows(view, index => index == column.Index))];
        for (int row = 0; row < together.Count; row++)
            Assert.Equal(together[row].Values, string.Join(" | ", alone.Select(rows => rows[row].Values)));
    }

    [Fact]
    public void Rows_CountPositionsAndIds_AreThoseOfTheInputAndUnique()
    {
        List<ViewRow> input = ViewText.Rows(Shared.Data, _ => false);
        IDataView view = Shared.Model.Transform(Shared.Data);
        List<ViewRow> output = ViewText.Rows(view, _ => false);
        Assert.Equal(input.Select(row => (row.Position, row.Id)), output.Select(row => (row.Position, row.Id)));
        Assert.Equal(output.Count, output.Select(row => row.Id).Distinct().Count());
        Assert.Equal(output.Count, output.Select(row => row.Position).Distinct().Count());
        Assert.Equal(output.Select(row => (row.Position, row.Id)), ViewText.Rows(view).Select(row => (row.Position, row.Id)));
        Assert.True(view.GetRowCount() is null || view.GetRowCount() == output.Count);
    }

    [Fact]
    public void A_SameView_EnumeratedTwice_GivesTheSameValues()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        List<ViewRow> first = ViewText.Rows(view);
        Assert.Equal(first, ViewText.Rows(view));
        Assert.Equal(first, ViewText.Rows(Shared.Model.Transform(Shared.Data)));
        using DataViewRowCursor abandoned = view.GetRowCursor(view.Schema);
        Assert.True(abandoned.MoveNext());
        Assert.Equal(first, ViewText.Rows(view));
    }

    [Fact]
    public void A_Getter_CalledTwiceOnOneRow_GivesTheSameValue()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        DataViewSchema.Column[] columns = [.. OutputColumns.Select(name => view.Schema[name])];
        List<string> expected = [.. ViewText.Rows(view, index => columns.Any(column => column.Index == index)).Select(row => row.Values)];
        // Each column twice in one cursor, and the second time in the opposite order.
        DataViewSchema.Column[] inOrder = [.. columns.OrderBy(column => column.Index)];
        using DataViewRowCursor cursor = view.GetRowCursor(columns);
        List<string> twice = [.. ViewText.Rows(cursor, [.. inOrder, .. inOrder.Reverse()]).Select(row => row.Values)];
        for (int row = 0; row < expected.Count; row++)
            Assert.Equal(string.Join(" | ", expected[row].Split(" | ").Concat(expected[row].Split(" | ").Reverse())), twice[row]);
    }

    [Fact]
    public void A_Getter_NotCalledOnSomeRows_DoesNotChangeTheOthers()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        DataViewSchema.Column output = view.Schema[OutputColumns[0]];
        List<string> expected = ViewText.Values(view, output.Name);
        using DataViewRowCursor cursor = view.GetRowCursor([output]);
        Func<string> getter = FirstOutput(cursor, output);
        for (int row = 0; cursor.MoveNext(); row++)
            Assert.True(row % 3 != 1 || getter() == expected[row], $"Row {row} read after two rows that were not read differs.");
    }

    [Fact]
    public void B_Transform_LeavesTheSavedBytesOfTheModel()
    {
        MLContext ml = NewContext();
        ITransformer model = ModelArchive.Load(ml, Shared.Archive);
        byte[] before = ModelArchive.Save(ml, model, Shared.Data.Schema);
        _ = ViewText.Rows(model.Transform(Shared.Data));
        _ = ViewText.Rows(model.Transform(CreateData(ml, 1)));
        ModelArchive.AssertSame(before, ModelArchive.Save(ml, model, Shared.Data.Schema), "after Transform");
        _ = ViewText.Rows(Shared.Model.Transform(CreateData(ml, 1)));
        ModelArchive.AssertSame(Shared.Archive, ModelArchive.Save(Shared.Ml, Shared.Model, Shared.Data.Schema), "fitted model after Transform");
    }

    [Fact]
    public void D_RowByRow_EqualsTransform()
    {
        IReadOnlyList<TRow> rows = CreateRows(0);
        foreach (ITransformer model in (ITransformer[])[Shared.Model, Shared.Loaded])
        {
            List<string> expected = Describe(Shared.Ml, model.Transform(Shared.Data));
            Assert.NotEmpty(expected);
            Assert.Equal(expected, PredictRowByRow(NewContext(), model, rows));
        }
    }

    [Fact]
    public void E_CursorSet_TogetherEqualsTheSerialCursor()
    {
        // The cache can hand out several cursors at once, an in-memory list cannot.
        foreach (IDataView data in (IDataView[])[Shared.Data, Shared.Ml.Data.Cache(Shared.Data)])
        {
            IDataView view = Shared.Model.Transform(data);
            List<(DataViewRowId, string)> expected = [.. ViewText.Rows(view).Select(row => (row.Id, row.Values))];
            foreach (int count in (int[])[1, 2, 5])
            {
                DataViewRowCursor[] cursors = view.GetRowCursorSet(view.Schema, count);
                List<(DataViewRowId Id, string)> union = [.. cursors.SelectMany(cursor => ViewText.Rows(cursor, [.. view.Schema])).Select(row => (row.Id, row.Values))];
                Array.ForEach(cursors, cursor => cursor.Dispose());
                Assert.Equal(expected.Count, union.Count);
                Assert.Equal(expected.ToHashSet(), union.ToHashSet());
            }
        }
    }

    [Fact]
    public void F_ShuffledCursor_GivesTheSameRowsById()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        HashSet<(DataViewRowId, string)> expected = [.. ViewText.Rows(view).Select(row => (row.Id, row.Values))];
        List<ViewRow> shuffled = ViewText.Rows(view, random: new Random(5));
        Assert.Equal(expected.Count, shuffled.Count);
        Assert.Equal(expected, shuffled.Select(row => (row.Id, row.Values)).ToHashSet());
        Assert.True(IsRowToRow || !view.CanShuffle, "The order matters, so the view must not say that it can be shuffled.");
    }

    [Fact]
    public void H_MoveNext_AfterTheEnd_StaysFalse()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        while (cursor.MoveNext())
            Assert.True(cursor.Position >= 0);
        for (int i = 0; i < 3; i++)
            Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void N_OutputNamedAsInput_HidesTheInputWithTheSameValues()
    {
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        IEstimator<ITransformer>? estimator = CreateInPlaceEstimator(ml);
        Assert.SkipWhen(estimator is null, "The names of the outputs are fixed.");
        ITransformer model = estimator.Fit(data);
        IDataView view = model.Transform(data);
        Assert.Equal(ViewText.Shape(ViewText.ShapeOf(null, view.Schema)), ViewText.Shape(estimator.GetOutputSchema(ViewText.ShapeOf(null, data.Schema))));
        Assert.True(view.Schema[data.Schema[InputColumns[0]].Index].IsHidden);
        List<string> expected = ViewText.Values(Shared.Model.Transform(Shared.Data), OutputColumns[0]);
        Assert.Equal(expected, ViewText.Values(view, InputColumns[0]));
        ITransformer loaded = ModelArchive.Load(NewContext(), ModelArchive.Save(ml, model, data.Schema));
        Assert.Equal(expected, ViewText.Values(loaded.Transform(data), InputColumns[0]));
    }

    private void AssertLoadedValuesAreTheSame(Func<int, bool> wanted)
    {
        List<ViewRow> original = ViewText.Rows(Shared.Model.Transform(Shared.Data), wanted);
        Assert.NotEmpty(original);
        Assert.Equal(original, ViewText.Rows(Shared.Loaded.Transform(Shared.Data), wanted));
    }

    private static Func<string> FirstOutput(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
        {
            ValueGetter<VBuffer<float>> vectors = row.GetGetter<VBuffer<float>>(column);
            VBuffer<float> vector = default;
            return () =>
            {
                vectors(ref vector);
                return ViewText.Value(vector);
            };
        }
        ValueGetter<float> numbers = row.GetGetter<float>(column);
        float number = 0;
        return () =>
        {
            numbers(ref number);
            return ViewText.Value(number);
        };
    }
}
