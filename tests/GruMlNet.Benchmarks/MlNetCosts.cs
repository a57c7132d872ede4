// What ML.NET's machinery costs around the forecaster.
using System.Diagnostics;
using System.Globalization;
using GruMlNet.Data;
using GruMlNet.Engine.Training;
using GruMlNet.Peers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Benchmarks;

internal static class MlNetCosts
{
    private const int HistoryLength = 64, Horizon = 1, Rows = 4_000_000;

    public static void Run()
    {
        Predict();
        Read();
    }

    /// <summary>A PredictionEngine beside the forecaster's own call on the same history.</summary>
    private static void Predict()
    {
        var ml = new MLContext(seed: 1);
        var input = new Input { Values = [.. Enumerable.Range(0, HistoryLength).Select(t => MathF.Sin(MathF.Tau * t / 6f) + 0.01f * t)] };
        var options = new GruForecastModelOptions { Seasonality = 6, ContextLength = HistoryLength, HiddenSize = 16, EnsembleSize = 1, Training = new TrainerOptions { MaxEpochs = 1, StepsPerEpoch = 1 } };
        var transformer = ml.Forecasting.ForecastWindowByGru(nameof(Output.Forecast), nameof(Input.Values), Horizon, model: options).Fit(ml.Data.LoadFromEnumerable([input, input, input]));
        using var engine = ml.Model.CreatePredictionEngine<Input, Output>(transformer);
        var (output, bare) = (new Output(), Array.Empty<float>());
        void Engine() => engine.Predict(input, ref output);
        void Bare() => bare = transformer.Model.Forecast(input.Values, Horizon).Point;

        Compare("predict");
        Line($"mlnet allocation engine_bytes={BytesPerCall(Engine)} bare_bytes={BytesPerCall(Bare)}");
        // Nothing to forecast from: what is left is the machinery, which would drown in the noise of the forecast's own time.
        Array.Fill(input.Values, float.NaN);
        Compare("overhead");

        void Compare(string what)
        {
            Engine();
            Bare();
            if (!output.Forecast.AsSpan().SequenceEqual(bare)) throw new InvalidOperationException("The engine and the bare call must forecast the same.");
            var (engineTime, bareTime) = new Alternation(TimeSpan.FromSeconds(2), fewestBursts: 5).Measure(Engine, Bare);
            Line($"mlnet {what} engine_us={engineTime * 1e6:F3} bare_us={bareTime * 1e6:F3} difference_us={(engineTime - bareTime) * 1e6:F3}");
        }
    }

    /// <summary>Rows to a sequence: from objects, and from ML.NET's own cache of them.</summary>
    private static void Read()
    {
        var ml = new MLContext(seed: 1);
        var objects = ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(i => new Scalar { Value = i }).ToArray());
        foreach (var (name, view) in ((string, IDataView)[])[("objects", objects), ("cache", ml.Data.Cache(objects))])
        {
            var columns = InputColumns.Alone(nameof(Scalar.Value));
            var seconds = Enumerable.Range(0, 5).Select(_ => Seconds(() => TrainingData.Read(view, columns, weight: null, calendar: null, () => { }))).Min(); // the first fills the cache
            Line($"mlnet read from={name} rows={Rows} rows_per_second={Rows / seconds:F0}");
        }
    }

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static long BytesPerCall(Action call)
    {
        const int Calls = 1000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++) call();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class Input
    {
        [VectorType]
        public float[] Values { get; set; } = [];
    }

    private sealed class Output
    {
        public float[] Forecast { get; set; } = [];
    }

    private sealed class Scalar
    {
        public float Value { get; set; }
    }
}
