// A machine that sounds wrong: learns what normal vibration is like from normal data alone, and gives every new recording an anomaly score.
// A GRU auto-encoder squeezes each recording into a few numbers and rebuilds it from them; what it cannot rebuild is the score. Beside it, what principal components of
// the raw readings cannot rebuild.
using System.Diagnostics;
using System.Globalization;
using GruMlNet;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Steps = 96;
var ml = new MLContext(seed: 1);
var random = new Random(1);
var normal = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 400).Select(_ => Recording(Fault.None)).ToArray());
var others = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(_ => Recording(Fault.None)).ToArray());
var later = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i => Recording(i % 3 > 0 ? Fault.None : (Fault)(1 + i / 3 % 4))).ToArray());

var autoEncoder = ml.Transforms.EncodeSequenceByGru(new GruSequenceEncodingEstimator.Options
{
    OutputColumnName = "Encoding",
    InputColumnName = "Sensors",
    ReconstructionErrorColumnName = "Score",
    Input = { FeaturesPerStep = 3 },
});
var clock = Stopwatch.StartNew();
var model = autoEncoder.Fit(normal);
Console.WriteLine($"Learnt from 400 normal recordings of {Steps} steps and 3 sensors in {clock.Elapsed.TotalSeconds:F1} s, without a single fault.");

var scored = ml.Data.Cache(model.Transform(later));
var limit = Read(model.Transform(others)).Select(one => one.Score).Order().ElementAt(200 * 95 / 100); // those that were learnt from are rebuilt too well to tell
Console.WriteLine($"\nAlarm above {limit:F2}, which one in twenty of 200 other normal recordings exceeds.\n\nfault           recordings   alarms   mean score");
foreach (var group in Read(scored).GroupBy(one => one.Kind).OrderBy(group => group.Key))
    Console.WriteLine($"{(Fault)group.Key,-14}  {group.Count(),10}   {group.Count(one => one.Score > limit),6}   {group.Average(one => one.Score),10:F2}");

var baseline = ml.Transforms.NormalizeMeanVariance("Sensors").Append(ml.AnomalyDetection.Trainers.RandomizedPca("Sensors", rank: 40)).Fit(normal).Transform(later);
var (found, plain) = (Evaluate(scored), Evaluate(baseline));
Console.WriteLine($"\nSensorAnomaly: area under the ROC curve {found.AreaUnderRocCurve:F4}, principal components {plain.AreaUnderRocCurve:F4}; {found.DetectionRateAtFalsePositiveCount:P0} of the faults found at 10 false alarms, principal components {plain.DetectionRateAtFalsePositiveCount:P0}");

AnomalyDetectionMetrics Evaluate(IDataView view) => ml.AnomalyDetection.Evaluate(view, labelColumnName: "IsFault", predictedLabelColumnName: "IsFault", falsePositiveCount: 10);

Scored[] Read(IDataView view) => [.. ml.Data.CreateEnumerable<Scored>(view, reuseRowObject: false)];

// Three sensors on a shaft that turns at its own pace: vibration, its second harmonic at a quarter turn, and a slow temperature.
Reading Recording(Fault fault)
{
    double pace = 0.4 + 0.3 * random.NextDouble(), phase = random.NextDouble() * 6, warmth = random.NextDouble(), size = 1 + 0.1 * random.NextDouble();
    var values = new float[3 * Steps];
    for (var t = 0; t < Steps; t++)
    {
        var turn = phase + pace * t;
        var worn = fault == Fault.WornBearing && t % 8 == 3 ? 0.9 : 0;
        values[3 * t] = (float)(size * Math.Sin(turn) + worn + Noise(0.08));
        values[3 * t + 1] = (float)(0.6 * size * Math.Cos(fault == Fault.Misaligned ? turn * 1.5 : 2 * turn) + Noise(0.08));
        values[3 * t + 2] = (float)(warmth + 0.004 * t * (fault == Fault.Overheating ? 4 : 1) + Noise(0.03));
        if (fault == Fault.StuckSensor && t > Steps / 2) values[3 * t] = values[3 * (Steps / 2)];
    }
    return new Reading { Sensors = values, IsFault = fault == Fault.None ? 0 : 1, Kind = (int)fault };
}

double Noise(double size) => size * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);

internal enum Fault
{
    None,
    WornBearing,
    Misaligned,
    Overheating,
    StuckSensor,
}

internal sealed class Reading
{
    [VectorType(3 * 96)]
    public float[] Sensors { get; set; } = [];

    /// <summary>1 for a fault, 0 for none, as the evaluation wants it.</summary>
    public float IsFault { get; set; }

    public int Kind { get; set; }
}

internal sealed class Scored
{
    public float Score { get; set; }

    public int Kind { get; set; }
}
