using System.CommandLine;
using System.Diagnostics;
using GruMlNet.Cli.Sequences;

namespace GruMlNet.Cli.Commands;

/// <summary>The options of a classifier's training, and the training itself.</summary>
internal sealed class ClassifierTraining
{
    private readonly CountOption seed = new("--seed", "same seed and data, same model", 0, int.MaxValue) { DefaultValueFactory = _ => 1 };
    private readonly CountOption networks = new("--networks", "networks whose answers are averaged; default: by the data", 1, 100);
    private readonly CountOption hidden = new("--hidden", "width of the networks; default: by the data", 1, 1024);
    private readonly CountOption threads = new("--threads", "threads; default: one per processor; the results do not depend on it", 1, 1024);

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[seed, networks, hidden, threads])
            command.Add(option);
    }

    /// <summary>Trains on all of the sequences; on an interruption the best model so far is what comes back.</summary>
    internal (Classifier Classifier, TimeSpan Time) Train(ParseResult parsed, LabelledSequences data, Screen screen, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        Classifier classifier = screen.Progress("Training", report => Classifier.Train(data, parsed.GetValue(seed)!.Value, new GruSequenceOptions
        {
            EnsembleSize = parsed.GetValue(networks),
            HiddenSize = parsed.GetValue(hidden),
            Threads = parsed.GetValue(threads),
            Progress = progress =>
            {
                report((double)progress.Epoch / progress.MaxEpochs, "Training");
                return !cancellation.IsCancellationRequested;
            },
        }));
        return (classifier, clock.Elapsed);
    }

    /// <summary>The exit code of a command that wrote its results; says if they are those of an interrupted training.</summary>
    internal static int Finished(Screen screen, CancellationToken cancellation)
    {
        if (!cancellation.IsCancellationRequested)
            return ExitCode.Done;
        screen.Warn("Training was interrupted: the results are those of the best model so far.");
        return ExitCode.Interrupted;
    }
}
