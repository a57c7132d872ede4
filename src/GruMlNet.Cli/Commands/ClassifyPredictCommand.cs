using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Cli.Output;
using GruMlNet.Cli.Sequences;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet classify predict: a model and sequences in, a class and its probabilities per sequence out.</summary>
internal sealed class ClassifyPredictCommand : ToolCommand
{
    private readonly Option<string> model = new("--model") { Description = "trained model", HelpName = "FILE", Required = true };
    private readonly Option<string> input = new("--input", "--test") { Description = "file with sequences (.ts or CSV); classes in it are not needed", HelpName = "FILE", Required = true };
    private readonly SequenceDataOptions data = new();
    private readonly Option<string> output = new("--output", "-o") { Description = "CSV file for the predictions; default: the screen", HelpName = "FILE" };

    internal ClassifyPredictCommand()
        : base("predict", "Says the class of each sequence, with the probability of every class.")
    {
        Add(model);
        Add(input);
        data.AddTo(this);
        Add(output);
        AddQuiet();
    }

    private protected override int Run(ParseResult parsed, Screen screen, CancellationToken cancellation)
    {
        string? outputPath = parsed.GetValue(output);
        OutputFiles.Check([outputPath], parsed.GetValue(input), parsed.GetValue(model));
        Classifier classifier = Classifier.Load(parsed.GetValue(model)!);
        IReadOnlyList<Classified> results = classifier.Predict(data.Read(parsed, parsed.GetValue(input)!));
        if (outputPath is null)
        {
            Write(parsed.InvocationConfiguration.Output, classifier, results);
            return ExitCode.Done;
        }

        using var files = new OutputFiles();
        files.AddText(outputPath, writer => Write(writer, classifier, results));
        files.Commit();
        screen.Note($"{results.Count} predictions: {outputPath}");
        return ExitCode.Done;
    }

    private static void Write(TextWriter writer, Classifier classifier, IReadOnlyList<Classified> results)
    {
        var csv = new CsvWriter(writer);
        _ = csv.Add("id").Add("class");
        foreach (string name in classifier.Classes)
            _ = csv.Add(name);
        csv.EndRow();
        foreach (Classified one in results)
        {
            _ = csv.Add(one.Id).Add(one.PredictedClass);
            foreach (float probability in one.Score)
                _ = csv.Add(probability);
            csv.EndRow();
        }
    }
}
