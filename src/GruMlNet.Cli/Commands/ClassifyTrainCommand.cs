using System.CommandLine;
using GruMlNet.Cli.Output;
using GruMlNet.Cli.Sequences;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet classify train: sequences with classes in, model file out.</summary>
internal sealed class ClassifyTrainCommand : ToolCommand
{
    private readonly Option<string> train = new("--train", "--input") { Description = "file with sequences and their classes (.ts or CSV)", HelpName = "FILE", Required = true };
    private readonly SequenceDataOptions data = new();
    private readonly ClassifierTraining training = new();
    private readonly Option<string> model = new("--model") { Description = "file to save the model to (zip, an ML.NET model)", HelpName = "FILE", Required = true };

    internal ClassifyTrainCommand()
        : base("train", "Trains a classifier and saves it.")
    {
        Add(train);
        data.AddTo(this);
        training.AddTo(this);
        Add(model);
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        string path = parsed.GetValue(train)!, modelPath = parsed.GetValue(model)!;
        OutputFiles.Check([modelPath], path);
        LabelledSequences sequences = data.ReadLabelled(parsed, path);
        (Classifier classifier, TimeSpan time) = training.Train(parsed, sequences, screen, cancellation);
        using var files = new OutputFiles();
        files.Add(modelPath, classifier.Save);
        files.Commit();
        screen.Note(FormattableString.Invariant($"Model: {modelPath}, {classifier.Classes.Count} classes, trained on {Counted.Of(sequences.Sequences.Count, "sequence")} of {Counted.Of(sequences.Channels, "channel")} in {time.TotalSeconds:F1} s."));
        return ClassifierTraining.Finished(screen, cancellation);
    }
}
