// The rules about schemas: what is promised, refused, delivered and needed.

using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Contract;

public abstract partial class EstimatorContract<TRow, TResult>
{
    [Fact]
    public void EstimatorOutputSchema_InvalidInput_Throws()
    {
        Assert.NotEmpty(InvalidInputs);
        MLContext ml = NewContext();
        foreach (InvalidInput invalid in InvalidInputs)
        {
            SchemaShape shape = ViewText.ShapeOf(null, invalid.Create(ml).Schema);
            AssertRefused(() => CreateEstimator(ml).GetOutputSchema(shape), invalid.Name, invalid.MessageParts);
        }
    }

    [Fact]
    public void Fit_InvalidInput_Throws()
    {
        MLContext ml = NewContext();
        foreach (InvalidInput invalid in InvalidInputs)
            AssertRefused(() => CreateEstimator(ml).Fit(invalid.Create(ml)), invalid.Name, invalid.MessageParts);
    }

    [Fact]
    public void TransformerOutputSchema_InvalidInput_Throws()
    {
        MLContext ml = NewContext();
        foreach (InvalidInput invalid in InvalidInputs)
            AssertRefused(() => Shared.Model.GetOutputSchema(invalid.Create(ml).Schema), invalid.Name, invalid.MessageParts);
    }

    [Fact]
    public void Transform_InvalidInput_Throws()
    {
        MLContext ml = NewContext();
        foreach (InvalidInput invalid in InvalidInputs)
            AssertRefused(() => Shared.Model.Transform(invalid.Create(ml)), invalid.Name, invalid.MessageParts);
    }

    [Fact]
    public void OutputSchema_TransformerLoadedTransformerAndView_AreTheSame()
    {
        string expected = ViewText.Schema(Shared.Model.GetOutputSchema(Shared.Data.Schema));
        Assert.Equal(expected, ViewText.Schema(Shared.Model.Transform(Shared.Data).Schema));
        Assert.Equal(expected, ViewText.Schema(Shared.Loaded.GetOutputSchema(Shared.Data.Schema)));
        Assert.Equal(expected, ViewText.Schema(Shared.Loaded.Transform(Shared.Data).Schema));
    }

    [Fact]
    public void OutputSchema_Promise_IsExactlyWhatIsDelivered()
    {
        SchemaShape promised = Shared.Estimator.GetOutputSchema(ViewText.ShapeOf(null, Shared.Data.Schema));
        SchemaShape delivered = ViewText.ShapeOf(null, Shared.Model.Transform(Shared.Data).Schema);
        Assert.Equal(ViewText.Shape(delivered), ViewText.Shape(promised));
    }

    [Fact]
    public void OutputSchema_InputColumns_PassThroughInFrontOfTheOutputs()
    {
        DataViewSchema output = Shared.Model.Transform(Shared.Data).Schema;
        foreach (DataViewSchema.Column column in Shared.Data.Schema)
        {
            Assert.Equal(column.Name, output[column.Index].Name);
            Assert.Equal(column.Type, output[column.Index].Type);
        }
        Assert.Equal(OutputColumns.Order(StringComparer.Ordinal), output.Skip(Shared.Data.Schema.Count).Select(column => column.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void RowToRowMapper_RowToRow_HasTheGivenInputSchema()
    {
        Assert.Equal(IsRowToRow, Shared.Model.IsRowToRowMapper);
        Assert.Equal(IsRowToRow, Shared.Loaded.IsRowToRowMapper);
        Assert.SkipUnless(IsRowToRow, "Not row-to-row.");
        foreach (ITransformer model in (ITransformer[])[Shared.Model, Shared.Loaded])
        {
            IRowToRowMapper mapper = model.GetRowToRowMapper(Shared.Data.Schema);
            Assert.Same(Shared.Data.Schema, mapper.InputSchema);
            Assert.Equal(ViewText.Schema(model.GetOutputSchema(Shared.Data.Schema)), ViewText.Schema(mapper.OutputSchema));
        }
    }

    [Fact]
    public void RowToRowMapper_NotRowToRow_Throws()
    {
        Assert.SkipWhen(IsRowToRow, "Row-to-row.");
        Assert.NotNull(Record.Exception(() => Shared.Model.GetRowToRowMapper(Shared.Data.Schema)));
        Assert.NotNull(Record.Exception(() => Shared.Loaded.GetRowToRowMapper(Shared.Data.Schema)));
    }

    [Fact]
    public void G_Dependencies_OfTheMapper_AreMinimal()
    {
        Assert.SkipUnless(IsRowToRow, "Not row-to-row.");
        IRowToRowMapper mapper = Shared.Model.GetRowToRowMapper(Shared.Data.Schema);
        foreach (string output in OutputColumns)
            Assert.Equal(SpyDataView.Join(InputColumns), SpyDataView.Join(mapper.GetDependencies([mapper.OutputSchema[output]]).Select(column => column.Name)));
        Assert.Equal(LabelColumn, SpyDataView.Join(mapper.GetDependencies([mapper.OutputSchema[LabelColumn]]).Select(column => column.Name)));
        Assert.Empty(mapper.GetDependencies([]));
    }

    [Fact]
    public void G_Dependencies_OfACursor_AreMinimal()
    {
        foreach (string column in OutputColumns.Append(LabelColumn))
        {
            SpyDataView spy = new(Shared.Data);
            _ = ViewText.Values(Shared.Model.Transform(spy), column);
            string expected = column == LabelColumn ? LabelColumn : SpyDataView.Join(InputColumns);
            Assert.Equal([expected], spy.Requests);
            Assert.Equal(0, spy.OpenCursors);
        }
    }

    [Fact]
    public void G_Fit_ReadsItsColumnsOnce()
    {
        SpyDataView spy = new(Shared.Data);
        _ = CreateEstimator(NewContext()).Fit(spy);
        Assert.Equal([SpyDataView.Join(TrainingColumns)], spy.Requests);
        Assert.Equal(0, spy.OpenCursors);
    }

    [Fact]
    public void Transform_BeforeAnyCursor_ReadsNothing()
    {
        SpyDataView spy = new(Shared.Data);
        _ = Shared.Model.Transform(spy).Schema;
        Assert.Empty(spy.Requests);
    }

    [Fact]
    public void Getter_InactiveColumnOrWrongType_Throws()
    {
        IDataView view = Shared.Model.Transform(Shared.Data);
        DataViewSchema.Column output = view.Schema[OutputColumns[0]];
        using DataViewRowCursor inactive = view.GetRowCursor([view.Schema[LabelColumn]]);
        Assert.False(inactive.IsColumnActive(output));
        AssertMessage(Record.Exception(() => output.Type is VectorDataViewType ? (Delegate)inactive.GetGetter<VBuffer<float>>(output) : inactive.GetGetter<float>(output))!, "inactive", []);
        using DataViewRowCursor active = view.GetRowCursor([output]);
        Assert.True(active.IsColumnActive(output));
        AssertMessage(Record.Exception(() => active.GetGetter<ReadOnlyMemory<char>>(output))!, "wrong type", []);
    }
}
