using System.CommandLine;
using GruMlNet.Cli.Sequences;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet classify evaluate: trains on one file, or loads a model, and says how many sequences of another file it gets right.</summary>
internal sealed class ClassifyEvaluateCommand : ToolCommand
{
    private readonly Option<string> train = new("--train", "--input") { Description = "file with sequences to train on (.ts or CSV)", HelpName = "FILE" };
    private readonly Option<string> model = new("--model") { Description = "a trained model instead", HelpName = "FILE" };
    private readonly Option<string> test = new("--test") { Description = "file with sequences to judge by", HelpName = "FILE", Required = true };
    private readonly SequenceDataOptions data = new();
    private readonly ClassifierTraining training = new();

    internal ClassifyEvaluateCommand()
        : base("evaluate", "Prints the accuracy of a classifier on sequences that it has not seen.")
    {
        Add(train);
        Add(model);
        Add(test);
        data.AddTo(this);
        training.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(train) is null == result.GetValue(model) is null)
                result.AddError("Give either --train FILE to train on, or --model FILE of a trained model.");
        });
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        string testPath = parsed.GetValue(test)!;
        LabelledSequences judged = data.ReadLabelled(parsed, testPath);
        if (parsed.GetValue(model) is { } modelPath)
        {
            Classifier loaded = Classifier.Load(modelPath);
            Print(parsed, screen, judged.Name, loaded, judged, "");
            return ExitCode.Done;
        }

        string trainPath = parsed.GetValue(train)!;
        LabelledSequences learnt = data.ReadLabelled(parsed, trainPath);
        if (learnt.Channels != judged.Channels)
            throw new Failure($"'{trainPath}' has {learnt.Channels} channels, '{testPath}' has {judged.Channels}: both need the same.");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        (Classifier classifier, _) = training.Train(parsed, learnt, screen, cancellation);
        Print(parsed, screen, learnt.Name, classifier, judged, $"train n={learnt.Sequences.Count}, ", clock);
        return ClassifierTraining.Finished(screen, cancellation);
    }

    /// <summary>One line, whatever the screen is: it is the result.</summary>
    private static void Print(ParseResult parsed, Screen screen, string name, Classifier classifier, LabelledSequences judged, string before, System.Diagnostics.Stopwatch? clock = null)
    {
        clock ??= System.Diagnostics.Stopwatch.StartNew();
        IReadOnlyList<Classified> results = classifier.Predict(judged);
        if (results.Where(one => !classifier.Classes.Contains(one.Label)).ToArray() is { Length: > 0 } strangers)
            screen.Warn($"{strangers.Length} of {results.Count} sequences are of a class that the model has not learnt ({string.Join(", ", strangers.Select(one => $"'{one.Label}'").Distinct().Take(5))}): they count as wrong.");
        double accuracy = results.Count(one => one.PredictedClass == one.Label) / (double)results.Count;
        parsed.InvocationConfiguration.Output.WriteLine(FormattableString.Invariant(
            $"{name} accuracy {accuracy:F4} ({before}test n={results.Count}, classes={classifier.Classes.Count}, seconds={clock.Elapsed.TotalSeconds:F1})"));
    }
}
