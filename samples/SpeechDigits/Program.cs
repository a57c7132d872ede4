// Spoken words to their names: sound, features of hearing (Mfcc.cs), a GRU.
//   (no argument)   ten words of a small synthesizer (Sounds.cs)        FOLDER   your own recordings: WAV files named {word}_{anything}.wav
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using SpeechDigits;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [var missing] && !Directory.Exists(missing))
{
    Console.Error.WriteLine($"There is no folder '{missing}'. Usage: SpeechDigits [FOLDER]");
    return 2;
}
var ml = new MLContext(seed: 1);
var random = new Random(1);
var clock = Stopwatch.StartNew();
Utterance[] all = args is [var folder]
    ? [.. Directory.GetFiles(folder, "*.wav").Order(StringComparer.Ordinal).Select(path => new Utterance { Word = Path.GetFileName(path).Split('_')[0], Frames = Mfcc.Of(Sounds.ReadWav(path)) })]
    : [.. Enumerable.Range(0, 400).Select(i => new Utterance { Word = $"{i % 10}", Frames = Mfcc.Of(Sounds.Synthesize(i % 10, random)) })];
random.Shuffle(all);
var (test, train) = (all[..(all.Length / 5)], all[(all.Length / 5)..]);
Console.WriteLine($"{all.Length} utterances of {all.DistinctBy(one => one.Word).Count()} words, {all.Min(one => one.Frames.Length) / Mfcc.Coefficients} to {all.Max(one => one.Frames.Length) / Mfcc.Coefficients} frames; features in {clock.Elapsed.TotalSeconds:F1} s");

var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Word")
    .Append(ml.MulticlassClassification.Trainers.Gru(featureColumnName: "Frames", featuresPerStep: Mfcc.Coefficients, model: new() { EnsembleSize = 2 }))
    .Append(ml.Transforms.Conversion.MapKeyToValue("Heard", "PredictedLabel"));
clock.Restart();
var model = pipeline.Fit(ml.Data.LoadFromEnumerable(train));
var scored = model.Transform(ml.Data.LoadFromEnumerable(test));
foreach (var one in ml.Data.CreateEnumerable<Answer>(scored, reuseRowObject: false).Take(5)) Console.WriteLine($"  said {one.Word}, heard {one.Heard} ({one.Score.Max():P0})");
var metrics = ml.MulticlassClassification.Evaluate(scored);
Console.WriteLine($"SpeechDigits: accuracy {metrics.MicroAccuracy:F4} on {test.Length} held-out utterances (log-loss {metrics.LogLoss:F3}), trained on {train.Length} in {clock.Elapsed.TotalSeconds:F0} s");
return 0;

internal sealed class Utterance
{
    public string Word { get; set; } = "";

    /// <summary>[T,13], time-major.</summary>
    public float[] Frames { get; set; } = [];
}

internal sealed class Answer
{
    public string Word { get; set; } = "";

    public string Heard { get; set; } = "";

    public float[] Score { get; set; } = [];
}
