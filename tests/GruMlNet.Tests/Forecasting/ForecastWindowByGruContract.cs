// The contract applied to the window face, with histories of one length and of many.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Contract;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public abstract class ForecastWindowByGruContract<TRow> : EstimatorContract<TRow, BoundedForecast>
    where TRow : class, new()
{
    protected override IReadOnlyList<string> InputColumns => ["History"];

    protected override IReadOnlyList<string> OutputColumns => ["Forecast", "Lower", "Upper"];

    protected override string LabelColumn => "Label";

    protected override bool IsRowToRow => true;

    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        new("missing", ml => ml.Data.LoadFromEnumerable([new { Other = new float[] { 1 }, Label = 1f }]), "input column 'History'"),
        new("one number", ml => ml.Data.LoadFromEnumerable([new { History = 1f, Label = 1f }]), "'History'", "vector", "got Single", "ForecastByGru"),
        new("doubles", ml => ml.Data.LoadFromEnumerable([new { History = new double[] { 1 }, Label = 1f }]), "'History'", "vector", "Vector<Double>"),
        new("text", ml => ml.Data.LoadFromEnumerable([new { History = "1", Label = 1f }]), "'History'", "vector", "got String"),
    ];

    protected override IEnumerable<UnusualRows<TRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'History'", "rows", "check"] },
        new("one row", [Row(Series.Window(0, Series.WindowLength))]),
        new("all missing", Rows(_ => float.NaN)) { FitMessage = ["'History'", "missing"] },
        new("infinity", Rows(step => step == 9 ? float.NegativeInfinity : Series.Value(step))) { FitMessage = ["'History'", "infin"], TransformMessage = ["'History'", "infin"] },
        new("some missing", Rows(step => step % 7 == 3 ? float.NaN : Series.Value(step))),
        new("constant", Rows(_ => 7)),
        new("zeros", Rows(_ => 0)),
        new("negative", Rows(step => -Series.Value(step))),
        new("huge", Rows(step => 1e30f * Series.Value(step))),
        new("tiny", Rows(step => 1e-30f * Series.Value(step))),
    ];

    protected abstract TRow Row(float[] history, float label = 0);

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
    {
        return TinyForecasts.Window(ml);
    }

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
    {
        return TinyForecasts.Window(ml, "History");
    }

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
    {
        return TinyForecasts.Window(ml, model: TinyForecasts.Model(Series.AndContinue(progress), token));
    }

    protected TRow[] Rows(Func<int, float> value)
    {
        return [.. Enumerable.Range(0, 4).Select(row => Row([.. Enumerable.Range(row, Series.WindowLength).Select(value)]))];
    }
}

public sealed class ForecastWindowByGruContractTests : ForecastWindowByGruContract<WindowRow>
{
    protected override WindowRow Row(float[] history, float label = 0)
    {
        return new WindowRow { History = history, Label = label };
    }

    protected override IReadOnlyList<WindowRow> CreateRows(int variant)
    {
        return [.. Enumerable.Range(0, 12).Select(row => Row(Series.Window(5 * row, Series.WindowLength, variant), row % 5))];
    }
}

public sealed class ForecastWindowByGruVariableLengthContractTests : ForecastWindowByGruContract<VariableWindowRow>
{
    protected override IEnumerable<UnusualRows<VariableWindowRow>> UnusualInputs =>
    [
        .. base.UnusualInputs,
        new("too short", [Row(Series.Window(0, 3)), Row(Series.Window(0, 2)), Row([])]) { FitMessage = ["3 ", "horizon"] },
        new("an empty history among others", [Row(Series.Window(0, 30)), Row([]), Row([1]), Row(Series.Window(3, 30))]),
    ];

    protected override VariableWindowRow Row(float[] history, float label = 0)
    {
        return new VariableWindowRow { History = history, Label = label };
    }

    protected override IReadOnlyList<VariableWindowRow> CreateRows(int variant)
    {
        return [.. Enumerable.Range(0, 12).Select(row => Row(Series.Window(5 * row, 40 + (row * 7 % 20), variant), row % 5))];
    }
}
