using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet;

/// <summary>Runs one training for either face: seed, logging through the ML.NET host, cancellation.</summary>
internal sealed class ForecastTraining(IHostEnvironment environment, IHost host, GruForecastModelOptions modelOptions)
{
    private const int DefaultSeed = 0;

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

    internal ForecastModel Run(IReadOnlyList<float[]> series, ForecastColumns columns, int? seasonalityHint, string description)
    {
        using IChannel channel = host.Start("Training");
        channel.Info(MessageSensitivity.None, "{0}", $"'{columns.Output}' from '{columns.Input}', horizon {columns.Horizon}: {description}");
        using var cancellation = new HostCancellation(host, options.CancellationToken);
        ForecastModel model;
        try
        {
            model = ForecastModel.Train(series, columns.Horizon, seasonalityHint, options, options.Seed ?? contextSeed ?? DefaultSeed, Log, cancellation.Token);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"Column '{columns.Input}': {e.Message}", e);
        }

        // ML.NET's flag is only polled: a training that ended between two polls must not pass as not cancelled.
        CheckAlive();
        return model;

        void Log(string line) => channel.Info(MessageSensitivity.None, "{0}", line);
    }
}
