using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Runs one training for either face: seed, logging through the ML.NET host, cancellation.</summary>
internal sealed class ForecastTraining(IHostEnvironment environment, IHost host, GruForecastModelOptions modelOptions)
{
    // An estimator may be fitted again and again: it keeps what it was made with.
    private readonly GruForecastModelOptions options = modelOptions.Clone();

    // host.Rand depends on how many components were registered before, so the seed itself is taken from the context.
    private readonly int? contextSeed = (environment as IHostEnvironmentInternal)?.Seed;

    /// <exception cref="OperationCanceledException">The user's token or ML.NET's host was cancelled.</exception>
    internal void CheckAlive()
    {
        host.CheckAlive();
        options.CancellationToken.ThrowIfCancellationRequested();
    }

    /// <exception cref="InvalidOperationException">Nothing can be learnt from the data.</exception>
    internal PanelForecaster Run(IReadOnlyList<PanelSeries> series, ForecastColumns columns, PanelNames? names, int? seasonalityHint, string description, PanelForecaster? initial = null)
    {
        using IChannel channel = host.Start("Training");
        Log($"'{columns.Output}' from '{columns.Inputs.Value}', horizon {columns.Horizon}: {description}");
        using var cancellation = new HostCancellation(host, options.CancellationToken);
        GruForecastModelOptions run = options.Clone();
        run.Horizon = columns.Horizon;
        if (initial is null)
            run.Seasonality ??= seasonalityHint;
        run.Seed ??= contextSeed;
        run.CancellationToken = cancellation.Token;
        run.Log = Log;
        run.Progress = progress =>
        {
            Log(FormattableString.Invariant($"{progress.Stage}, epoch {progress.Network.Epoch}/{progress.Network.MaxEpochs}: loss {progress.Network.TrainingLoss:G4}, learning rate {progress.Network.LearningRate:G3}; ")
                + FormattableString.Invariant($"{progress.Fraction:P0} done, {progress.Remaining.TotalSeconds:F1} s left"));
            return options.Progress?.Invoke(progress) ?? true;
        };
        PanelForecaster model;
        try
        {
            model = initial is null ? PanelForecaster.Train(series, run, names) : initial.Continue(series, run, names);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"Column '{columns.Inputs.Value}': {e.Message}", e);
        }

        if (!model.IsOverAllSeries && (names is { IsEmpty: false } || series.Any(one => one.Weights is not null)))
            channel.Warning(MessageSensitivity.None, "{0}", "There is too little data to learn from more than the values: covariates, static columns and weights do not count. Give more history or more series.");

        // A cancelled training leaves its best model so far, which nobody asked for here; and ML.NET's flag is only polled.
        CheckAlive();
        return model;

        void Log(string line) => channel.Info(MessageSensitivity.None, "{0}", line);
    }
}
