// The rules about models: saved, loaded, damaged, fitted again, and the engines made from them.

using GruMlNet.Tests.Support;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Contract;

public abstract partial class EstimatorContract<TRow, TResult>
{
    [Fact]
    public void C_Engines_FromOneTransformer_AreIndependent()
    {
        IReadOnlyList<TRow> rows = CreateRows(0);
        IReadOnlyList<TRow> others = CreateRows(1);
        IContractEngine<TRow, TResult> one = EngineOrSkip(Shared.Model);
        IContractEngine<TRow, TResult> two = EngineOrSkip(Shared.Model);
        IContractEngine<TRow, TResult> alone = EngineOrSkip(ModelArchive.Load(NewContext(), Shared.Archive));
        string fresh = Describe(EngineOrSkip(Shared.Model).Predict());
        foreach (IContractEngine<TRow, TResult> engine in (IContractEngine<TRow, TResult>[])[one, two, alone])
            engine.Reset();
        for (int row = 0; row < rows.Count; row++)
        {
            string expected = Describe(alone.Predict(rows[row]));
            two.Update(others[row % others.Count]);
            Assert.Equal(expected, Describe(one.Predict(rows[row])));
            _ = two.Predict();
            Assert.Equal(expected, Describe(one.Predict()));
        }
        Assert.Equal(fresh, Describe(EngineOrSkip(Shared.Model).Predict()));
        ModelArchive.AssertSame(Shared.Archive, ModelArchive.Save(Shared.Ml, Shared.Model, Shared.Data.Schema), "after the engines ran");
    }

    [Fact]
    public void C_Checkpoint_HoldsTheStateOfItsEngine()
    {
        (TRow one, TRow other) = CreateNextRows();
        IContractEngine<TRow, TResult> first = EngineOrSkip(Shared.Model);
        IContractEngine<TRow, TResult> second = EngineOrSkip(Shared.Model);
        string fresh = Describe(first.Predict());
        first.Update(one);
        second.Update(other);
        using MemoryStream firstFile = new();
        using MemoryStream secondFile = new();
        first.CheckPoint(firstFile);
        second.CheckPoint(secondFile);
        ITransformer firstModel = ModelArchive.Load(NewContext(), firstFile.ToArray(), out DataViewSchema schema);
        Assert.NotNull(schema);
        IContractEngine<TRow, TResult> firstAgain = EngineOrSkip(firstModel);
        IContractEngine<TRow, TResult> secondAgain = EngineOrSkip(ModelArchive.Load(NewContext(), secondFile.ToArray()));
        Assert.Equal(Describe(first.Predict()), Describe(firstAgain.Predict()));
        Assert.Equal(Describe(second.Predict()), Describe(secondAgain.Predict()));
        Assert.Equal(3, ((string[])[fresh, Describe(first.Predict()), Describe(second.Predict())]).Distinct().Count());
        Assert.Equal(fresh, Describe(EngineOrSkip(Shared.Model).Predict()));
    }

    [Fact]
    public void C_Checkpoint_ContinuesAsItsEngineDoes()
    {
        IReadOnlyList<TRow> rows = CreateRows(0);
        IContractEngine<TRow, TResult> engine = EngineOrSkip(Shared.Model);
        engine.Reset();
        foreach (TRow row in rows.Take(rows.Count / 2))
            engine.Update(row);
        using MemoryStream file = new();
        engine.CheckPoint(file);
        IContractEngine<TRow, TResult> again = EngineOrSkip(ModelArchive.Load(NewContext(), file.ToArray()));
        foreach (TRow row in rows.Skip(rows.Count / 2))
            Assert.Equal(Describe(engine.Predict(row)), Describe(again.Predict(row)));
    }

    [Fact]
    public void I_SaveLoadSave_GivesTheSameBytes()
    {
        MLContext ml = NewContext();
        ITransformer loaded = ModelArchive.Load(ml, Shared.Archive, out DataViewSchema schema);
        ModelArchive.AssertSame(Shared.Archive, ModelArchive.Save(ml, loaded, schema), "saved again");
        Assert.Equal(ViewText.Schema(Shared.Data.Schema), ViewText.Schema(schema));
    }

    [Fact]
    public void I_FreshProcess_LoadsItAndSavesTheSameBytes()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("model.zip"), Shared.Archive);
        using (FileStream data = File.Create(folder.File("data.idv")))
            Shared.Ml.Data.SaveAsBinary(Shared.Data, data);
        string said = ChildProcess.LoadInFreshProcess(folder.File("model.zip"), folder.File("data.idv"), folder.File("output.idv"), folder.File("resaved.zip"));
        Assert.Contains("GruMlNet loaded before the model: no", said, StringComparison.Ordinal);
        ModelArchive.AssertSame(ModelArchive.TransformerEntries(Shared.Archive), ModelArchive.TransformerEntries(File.ReadAllBytes(folder.File("resaved.zip"))), "saved by the fresh process");
        List<string> expected = ViewText.Values(Shared.Model.Transform(Shared.Data), OutputColumns);
        Assert.Equal(expected, ViewText.Values(Shared.Ml.Data.LoadFromBinary(folder.File("output.idv")), OutputColumns));
    }

    [Fact]
    public void J_SameSeed_GivesTheSameModel()
    {
        MLContext ml = NewContext();
        ModelArchive.AssertSame(Shared.Archive, FitAndSave(ml, CreateData(ml)), "fitted with the same seed");
    }

    [Fact]
    public void J_Refit_IsIndependentOfEarlierFits()
    {
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        IEstimator<ITransformer> estimator = CreateEstimator(ml);
        ITransformer first = estimator.Fit(data);
        byte[] firstArchive = ModelArchive.Save(ml, first, data.Schema);
        ITransformer other = estimator.Fit(CreateData(ml, 1));
        ITransformer again = estimator.Fit(data);
        ModelArchive.AssertSame(firstArchive, ModelArchive.Save(ml, first, data.Schema), "the first model after refits");
        ModelArchive.AssertSame(firstArchive, ModelArchive.Save(ml, again, data.Schema), "the refitted model");
        Assert.False(ModelArchive.AreSame(ModelArchive.Entries(firstArchive), ModelArchive.Entries(ModelArchive.Save(ml, other, data.Schema))), "Other data gave the same model.");
    }

    [Fact]
    public void O_ChainWithCacheCheckpoint_EqualsTheEstimatorAlone()
    {
        MLContext ml = NewContext();
        IDataView data = CreateData(ml);
        var chain = ml.Transforms.CopyColumns("InputCopy", InputColumns[0])
            .AppendCacheCheckpoint(ml)
            .Append(CreateEstimator(ml))
            .AppendCacheCheckpoint(ml)
            .Append(ml.Transforms.CopyColumns("OutputCopy", OutputColumns[0]));
        ITransformer model = chain.Fit(data);
        List<string> expected = ViewText.Values(Shared.Model.Transform(Shared.Data), OutputColumns[0]);
        Assert.Equal(expected, ViewText.Values(model.Transform(data), "OutputCopy"));
        ITransformer loaded = ModelArchive.Load(NewContext(), ModelArchive.Save(ml, model, data.Schema));
        Assert.Equal(expected, ViewText.Values(loaded.Transform(data), "OutputCopy"));
    }

    [Fact]
    public void O_CrossValidate_FitsEachFold()
    {
        Assert.SkipWhen(Shared.Model.GetOutputSchema(Shared.Data.Schema)[OutputColumns[0]].Type is VectorDataViewType { IsKnownSize: false }, "Vectors of any size are no features.");
        MLContext ml = NewContext();
        IEstimator<ITransformer> pipeline = CreateEstimator(ml)
            .Append(ml.Transforms.Concatenate("Features", OutputColumns[0]))
            .Append(ml.Regression.Trainers.Sdca(LabelColumn, maximumNumberOfIterations: 2));
        IReadOnlyList<TrainCatalogBase.CrossValidationResult<RegressionMetrics>> folds = ml.Regression.CrossValidate(CreateData(ml), pipeline, numberOfFolds: 2, labelColumnName: LabelColumn);
        Assert.Equal(2, folds.Count);
        Assert.All(folds, fold => Assert.True(double.IsFinite(fold.Metrics.MeanAbsoluteError)));
    }

    [Fact]
    public void Q_TruncatedFile_GivesACleanException()
    {
        for (int cut = 0; cut < 50; cut++)
        {
            byte[] truncated = Shared.Archive[..(Shared.Archive.Length * cut / 50)];
            AssertCleanOrSame(truncated, $"cut to {truncated.Length} of {Shared.Archive.Length} bytes", strict: false, mayLoad: false);
        }
    }

    [Fact]
    public void Q_TruncatedEntries_GiveACleanException()
    {
        SkipUnlessDetectsDamage();
        foreach ((string name, byte[] content) in ModelArchive.TransformerEntries(Shared.Archive))
        {
            for (int cut = 0; cut < 50; cut++)
            {
                SortedDictionary<string, byte[]> entries = ModelArchive.Entries(Shared.Archive);
                entries[name] = content[..(content.Length * cut / 50)];
                AssertCleanOrSame(ModelArchive.Pack(entries), $"{name} cut to {entries[name].Length} of {content.Length} bytes", strict: true, mayLoad: false);
            }
        }
    }

    [Fact]
    public void Q_FlippedByteInTheFile_GivesACleanExceptionOrTheSameModel()
    {
        SkipUnlessDetectsDamage();
        for (int position = 0; position < Shared.Archive.Length; position += Math.Clamp(Shared.Archive.Length / 50, 1, 1000))
        {
            byte[] flipped = [.. Shared.Archive];
            flipped[position] ^= 0xFF;
            AssertCleanOrSame(flipped, $"byte {position} of the file flipped", strict: false, mayLoad: true);
        }
    }

    [Fact]
    public void Q_FlippedByteInTheEntries_GivesACleanExceptionOrTheSameModel()
    {
        SkipUnlessDetectsDamage();
        foreach ((string name, byte[] content) in ModelArchive.TransformerEntries(Shared.Archive))
        {
            for (int position = 0; position < content.Length; position += Math.Clamp(content.Length / 50, 1, 1000))
            {
                SortedDictionary<string, byte[]> entries = ModelArchive.Entries(Shared.Archive);
                entries[name] = [.. content];
                entries[name][position] ^= 0x10;
                AssertCleanOrSame(ModelArchive.Pack(entries), $"byte {position} of {name} flipped", strict: true, mayLoad: true);
            }
        }
    }

    /// <param name="strict">The damage is inside our own bytes, so only the exceptions for damaged files are clean; elsewhere ML.NET's own readers answer.</param>
    private void AssertCleanOrSame(byte[] archive, string damage, bool strict, bool mayLoad)
    {
        MLContext ml = NewContext();
        ITransformer model;
        try
        {
            model = ModelArchive.Load(ml, archive);
        }
        catch (Exception exception)
        {
            bool clean = strict
                ? exception.GetBaseException() is FormatException or InvalidDataException or IOException or InvalidOperationException or ArgumentException
                : exception is not (OutOfMemoryException or AccessViolationException or NullReferenceException);
            Assert.True(clean, $"{damage}: {exception}");
            return;
        }
        Assert.True(mayLoad, $"{damage}: was loaded.");
        bool same = ModelArchive.AreSame(ModelArchive.TransformerEntries(Shared.Archive), ModelArchive.TransformerEntries(ModelArchive.Save(ml, model, Shared.Data.Schema)));
        Assert.True(same, $"{damage}: was loaded as another model.");
    }

    private void SkipUnlessDetectsDamage()
    {
        Assert.SkipUnless(DetectsDamage, "This component of others writes no checksum.");
    }

    private IContractEngine<TRow, TResult> EngineOrSkip(ITransformer model)
    {
        IContractEngine<TRow, TResult>? engine = CreateEngine(NewContext(), model);
        Assert.SkipWhen(engine is null, "No running state, so no engine of its own.");
        return engine;
    }
}
