// Proof that the contract notices: each fault must break the rule that is meant for it.

using System.Reflection;
using Microsoft.ML;

namespace GruMlNet.Tests.Contract;

public sealed class ContractCanFailTests
{
    [Theory]
    [InlineData(Fault.PromisesNothing, nameof(NormalizerContract.OutputSchema_Promise_IsExactlyWhatIsDelivered))]
    [InlineData(Fault.AcceptsEverything, nameof(NormalizerContract.EstimatorOutputSchema_InvalidInput_Throws))]
    [InlineData(Fault.AcceptsEverything, nameof(NormalizerContract.Fit_InvalidInput_Throws))]
    [InlineData(Fault.FitsDifferentlyEachTime, nameof(NormalizerContract.J_Refit_IsIndependentOfEarlierFits))]
    [InlineData(Fault.FitsDifferentlyEachTime, nameof(NormalizerContract.K_ParallelFits_GiveTheSameModels))]
    [InlineData(Fault.ReadsTheDataTwice, nameof(NormalizerContract.G_Fit_ReadsItsColumnsOnce))]
    [InlineData(Fault.SavesAnotherModel, nameof(NormalizerContract.Values_LoadedModelAllColumns_AreTheSame))]
    [InlineData(Fault.SavesAnotherModel, nameof(NormalizerContract.I_FreshProcess_LoadsItAndSavesTheSameBytes))]
    [InlineData(Fault.MapsRowsDifferently, nameof(NormalizerContract.D_RowByRow_EqualsTransform))]
    [InlineData(Fault.DeniesRowToRow, nameof(NormalizerContract.RowToRowMapper_RowToRow_HasTheGivenInputSchema))]
    [InlineData(Fault.MapsAnotherSchema, nameof(NormalizerContract.RowToRowMapper_RowToRow_HasTheGivenInputSchema))]
    [InlineData(Fault.LearnsWhileTransforming, nameof(NormalizerContract.A_SameView_EnumeratedTwice_GivesTheSameValues))]
    [InlineData(Fault.LearnsWhileTransforming, nameof(NormalizerContract.B_Transform_LeavesTheSavedBytesOfTheModel))]
    [InlineData(Fault.LearnsWhileTransforming, nameof(NormalizerContract.D_RowByRow_EqualsTransform))]
    [InlineData(Fault.DriftsFromReadToRead, nameof(NormalizerContract.A_SameView_EnumeratedTwice_GivesTheSameValues))]
    [InlineData(Fault.DriftsFromReadToRead, nameof(NormalizerContract.F_ShuffledCursor_GivesTheSameRowsById))]
    [InlineData(Fault.AsksForAllColumns, nameof(NormalizerContract.G_Dependencies_OfACursor_AreMinimal))]
    [InlineData(Fault.SharesARowAmongCursors, nameof(NormalizerContract.K_ManyThreads_CursoringAndPredicting_GiveTheSameValues))]
    [InlineData(Fault.MovesOnAfterTheEnd, nameof(NormalizerContract.H_MoveNext_AfterTheEnd_StaysFalse))]
    [InlineData(Fault.SplitsTheCursorSetWrongly, nameof(NormalizerContract.E_CursorSet_TogetherEqualsTheSerialCursor))]
    [InlineData(Fault.FailsOnMissingValues, nameof(NormalizerContract.L_Transform_UnusualRows_WorksOrSaysWhy))]
    [InlineData(Fault.IgnoresCancellation, nameof(NormalizerContract.P_CancelledBeforehand_FitThrows))]
    [InlineData(Fault.IgnoresCancellation, nameof(NormalizerContract.P_CancelledWhileTraining_LeavesNothingLocked))]
    [InlineData(Fault.LeavesTheDataOpen, nameof(NormalizerContract.P_CancelledWhileTraining_LeavesNothingLocked))]
    [InlineData(Fault.EnginesShareAHistory, nameof(NormalizerContract.C_Engines_FromOneTransformer_AreIndependent))]
    [InlineData(Fault.ReadsCultures, nameof(NormalizerContract.M_AnotherCulture_ChangesNothing))]
    public void Rule_OnAFaultyEstimator_Fails(Fault fault, string rule)
    {
        MethodInfo method = typeof(NormalizerContract).GetMethod(rule)!;
        bool withEngine = rule.StartsWith("C_", StringComparison.Ordinal);
        object[] arguments = method.GetParameters().Length == 0 ? [] : ["de-DE"];
        _ = method.Invoke(new FaultyContract(Fault.None, withEngine), arguments);
        Exception? exception = Record.Exception(() => method.Invoke(new FaultyContract(fault, withEngine), arguments));
        Assert.True(exception is TargetInvocationException, $"{rule} does not notice {fault}.");
    }

    [Fact]
    public void DamageRule_OnAComponentWithoutChecksum_Fails()
    {
        Exception exception = Record.Exception(new TrustedContract().Q_FlippedByteInTheEntries_GivesACleanExceptionOrTheSameModel)!;
        Assert.Contains("was loaded as another model", exception.Message, StringComparison.Ordinal);
    }

    // None of these is public: only this class runs their rules.
    private sealed class TrustedContract : NormalizerContract
    {
        protected override bool DetectsDamage => true;
    }

    private sealed class FaultyContract(Fault fault, bool withEngine) : NormalizerContract
    {
        private readonly List<float> sharedHistory = [];

        protected override object CacheKey => this;

        protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
        {
            return new FaultyEstimator(ml, fault, "Output");
        }

        protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
        {
            return new FaultyEstimator(ml, fault, "Input");
        }

        protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
        {
            return new FaultyEstimator(ml, fault, "Output", progress, token);
        }

        protected override IContractEngine<NormalizerRow, NormalizerResult>? CreateEngine(MLContext ml, ITransformer model)
        {
            // The rules about rows take PredictionEngine; this engine only knows the sum of what it has seen.
            return withEngine ? new SumEngine(fault == Fault.EnginesShareAHistory ? sharedHistory : []) : null;
        }
    }

    private sealed class SumEngine(List<float> history) : IContractEngine<NormalizerRow, NormalizerResult>
    {
        public NormalizerResult Predict(NormalizerRow row)
        {
            Update(row);
            return Predict();
        }

        public NormalizerResult Predict()
        {
            return new NormalizerResult { Output = [history.Sum()] };
        }

        public void Update(NormalizerRow row)
        {
            history.AddRange(row.Input);
        }

        public void Reset()
        {
            history.Clear();
        }

        public void CheckPoint(Stream stream)
        {
            throw new NotSupportedException();
        }
    }
}
