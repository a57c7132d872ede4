// The contract applied to the series face, without and with a time column and bounds.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Contract;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public abstract class ForecastByGruContract<TResult> : EstimatorContract<SeriesRow, TResult>
    where TResult : class, new()
{
    protected override string LabelColumn => "Label";

    protected override bool IsRowToRow => false;

    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        new("missing", ml => ml.Data.LoadFromEnumerable([new { Other = 1f, Time = default(DateTime), Label = 1f }]), "input column 'Value'"),
        new("text", ml => ml.Data.LoadFromEnumerable([new { Value = "1", Time = default(DateTime), Label = 1f }]), "'Value'", "Single", "got String", "ConvertType"),
        new("integer", ml => ml.Data.LoadFromEnumerable([new { Value = 1, Time = default(DateTime), Label = 1f }]), "'Value'", "Single", "got Int32", "ConvertType"),
        new("vector", ml => ml.Data.LoadFromEnumerable([new { Value = new float[] { 1 }, Time = default(DateTime), Label = 1f }]), "'Value'", "Single", "Vector<Single>", "ForecastWindowByGru"),
    ];

    protected override IEnumerable<UnusualRows<SeriesRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'Value'", "rows", "check"] },
        new("one row", Series.Rows(1)) { FitMessage = ["1 ", "horizon"] },
        new("too short", Series.Rows(TinyForecasts.Horizon)) { FitMessage = ["4 ", "horizon"] },
        new("all missing", Series.Rows([.. Enumerable.Repeat(float.NaN, 40)])) { FitMessage = ["'Value'", "missing"] },
        new("infinity", Series.Rows([.. Series.Window(0, 30), float.PositiveInfinity, .. Series.Window(31, 5)])) { FitMessage = ["'Value'", "infin"], TransformMessage = ["'Value'", "infin"] },
        new("some missing", Series.Rows([float.NaN, .. Series.Window(1, 20), float.NaN, float.NaN, .. Series.Window(23, 20)])),
        new("constant", Series.Rows([.. Enumerable.Repeat(7f, 40)])),
        new("zeros", Series.Rows([.. Enumerable.Repeat(0f, 40)])),
        new("negative", Series.Rows([.. Series.Window(0, 40).Select(value => -value)])),
        new("huge", Series.Rows([.. Series.Window(0, 40).Select(value => value * 1e30f)])),
        new("tiny", Series.Rows([.. Series.Window(0, 40).Select(value => value * 1e-30f)])),
    ];

    protected override IReadOnlyList<SeriesRow> CreateRows(int variant)
    {
        return Series.Rows(variant: variant);
    }

    protected override (SeriesRow One, SeriesRow Other) CreateNextRows()
    {
        return (Series.Row(Series.Length, 30), Series.Row(Series.Length, 50));
    }

    protected override IContractEngine<SeriesRow, TResult>? CreateEngine(MLContext ml, ITransformer model)
    {
        return new Engine(ml, model.CreateGruForecastEngine<SeriesRow, TResult>(ml));
    }

    private sealed class Engine(MLContext ml, GruForecastEngine<SeriesRow, TResult> engine) : IContractEngine<SeriesRow, TResult>
    {
        public TResult Predict(SeriesRow row)
        {
            return engine.Predict(row);
        }

        public TResult Predict()
        {
            return engine.Predict();
        }

        public void Update(SeriesRow row)
        {
            engine.Update(row);
        }

        public void Reset()
        {
            engine.Reset();
        }

        public void CheckPoint(Stream stream)
        {
            engine.CheckPoint(ml, stream);
        }
    }
}

public sealed class ForecastByGruContractTests : ForecastByGruContract<PointForecast>
{
    protected override IReadOnlyList<string> InputColumns => ["Value"];

    protected override IReadOnlyList<string> OutputColumns => ["Forecast"];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
    {
        return TinyForecasts.Series(ml);
    }

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
    {
        return TinyForecasts.Series(ml, "Value");
    }

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
    {
        return TinyForecasts.Series(ml, model: TinyForecasts.Model(Series.AndContinue(progress), token));
    }
}

public sealed class ForecastByGruWithTimeContractTests : ForecastByGruContract<BoundedForecast>
{
    protected override IReadOnlyList<string> InputColumns => ["Value", "Time"];

    protected override IReadOnlyList<string> OutputColumns => ["Forecast", "Lower", "Upper"];

    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        .. base.InvalidInputs,
        new("time missing", ml => ml.Data.LoadFromEnumerable([new { Value = 1f, Label = 1f }]), "column 'Time'"),
        new("time as a flag", ml => ml.Data.LoadFromEnumerable([new { Value = 1f, Time = true, Label = 1f }]), "'Time'", "DateTime", "got Boolean"),
    ];

    protected override IEnumerable<UnusualRows<SeriesRow>> UnusualInputs =>
    [
        .. base.UnusualInputs,
        new("time repeated", [.. Series.Rows(30), .. Series.Rows(30)[^1..]]) { FitMessage = ["'Time'", "twice", "one row per time"], TransformMessage = ["'Time'", "twice", "one row per time"] },
        new("a gap", [.. Series.Rows(30), .. Series.Rows(74)[35..]]),
        new("after the training", [.. Series.Rows(Series.Length + 40)[Series.Length..]]) { ContinuesTraining = true },
        new("after the training and a gap", [.. Series.Rows(Series.Length + 43)[(Series.Length + 3)..]]) { ContinuesTraining = true },
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
    {
        return TinyForecasts.SeriesWithTime(ml);
    }

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
    {
        return TinyForecasts.SeriesWithTime(ml, "Value");
    }

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
    {
        return TinyForecasts.SeriesWithTime(ml, model: TinyForecasts.Model(Series.AndContinue(progress), token));
    }
}

public sealed class ForecastByGruSeveralLevelsContractTests : ForecastByGruContract<LevelsForecast>
{
    protected override IReadOnlyList<string> InputColumns => ["Value"];

    protected override IReadOnlyList<string> OutputColumns => ["Forecast", "Lower80", "Upper80", "Lower95", "Upper95"];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
    {
        return Create(ml, "Forecast", TinyForecasts.Model());
    }

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
    {
        return Create(ml, "Value", TinyForecasts.Model());
    }

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
    {
        return Create(ml, "Forecast", TinyForecasts.Model(Series.AndContinue(progress), token));
    }

    private static GruForecastEstimator Create(MLContext ml, string output, GruForecastModelOptions model)
    {
        return ml.Forecasting.ForecastByGru(new GruForecastEstimator.Options
        {
            OutputColumnName = output,
            InputColumnName = "Value",
            Horizon = TinyForecasts.Horizon,
            ConfidenceLowerBoundColumn = "Lower",
            ConfidenceUpperBoundColumn = "Upper",
            ConfidenceLevels = [0.8f, 0.95f],
            Model = model,
        });
    }
}
