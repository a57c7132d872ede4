// Where does a gene's text begin and end? Finds splice junctions in DNA: letters as tokens, from raw text to the label, cross-validated.
//   (no argument)   made-up DNA        FILE   lines of: class TAB name TAB sequence, like the UCI set of primate splice junctions
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using SpliceJunctions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [var missing] && !File.Exists(missing))
{
    Console.Error.WriteLine($"There is no file '{missing}'. Usage: SpliceJunctions [FILE]");
    return 2;
}
var ml = new MLContext(seed: 1);
Junction[] rows = args is [var file] ? [.. File.ReadLines(file).Select(line => line.Split('\t')).Select(part => new Junction { Kind = part[0], Sequence = part[2] })] : MadeUpDna.Junctions(count: 600, seed: 1);
var data = ml.Data.LoadFromEnumerable(rows);
Console.WriteLine($"{rows.Length} sequences: {string.Join(", ", rows.CountBy(row => row.Kind).OrderBy(kind => kind.Key).Select(kind => $"{kind.Value} {kind.Key}"))}");
foreach (var kind in rows.DistinctBy(row => row.Kind).OrderBy(row => row.Kind)) Console.WriteLine($"  {kind.Kind}: {kind.Sequence}");

// Text to letters to keys to a GRU to a class: nothing here knows of DNA.
var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Kind")
    .Append(ml.Transforms.Text.TokenizeIntoCharactersAsKeys("Letters", "Sequence", useMarkerCharacters: false))
    .Append(ml.MulticlassClassification.Trainers.Gru(featureColumnName: "Letters", model: new() { EnsembleSize = args.Length == 0 ? 1 : null }));

var clock = Stopwatch.StartNew();
var folds = ml.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: args.Length == 0 ? 3 : 5);
foreach (var fold in folds) Console.WriteLine($"fold {fold.Fold + 1}: accuracy {fold.Metrics.MicroAccuracy:P1}, log-loss {fold.Metrics.LogLoss:F3}");
Console.WriteLine(folds[0].Metrics.ConfusionMatrix.GetFormattedConfusionTable());
Console.WriteLine($"SpliceJunctions: accuracy {folds.Average(fold => fold.Metrics.MicroAccuracy):F4} in {folds.Count} folds, {clock.Elapsed.TotalSeconds:F0} s");
return 0;
