// How much an encoding that was learnt without labels tells about the classes: behind it a linear classifier, and clusters.
using System.Globalization;
using GruMlNet.Cli.Sequences;
using Microsoft.ML;

namespace GruMlNet.Benchmarks.Accuracy;

internal static class EncodingScore
{
    /// <summary>One line per objective: accuracy of SdcaMaximumEntropy and normalised mutual information of KMeans on the test file, means over seeds 1 to <paramref name="seeds"/>.</summary>
    public static IEnumerable<string> Lines(string trainPath, string testPath, int seeds)
    {
        LabelledSequences train = TsFile.Read(trainPath).WithLabels(trainPath), test = TsFile.Read(testPath).WithLabels(testPath);
        foreach (var objective in Enum.GetValues<SelfSupervision>())
        {
            var scores = Enumerable.Range(1, seeds).Select(seed => Score(train, test, objective, seed)).ToArray();
            yield return string.Create(CultureInfo.InvariantCulture, $"{train.Name} {objective} sdca_accuracy {scores.Average(s => s.Accuracy):F4} kmeans_nmi {scores.Average(s => s.Information):F3} (train n={train.Sequences.Count}, test n={test.Sequences.Count}, seeds={seeds})");
        }
    }

    private static (double Accuracy, double Information) Score(LabelledSequences train, LabelledSequences test, SelfSupervision objective, int seed)
    {
        var ml = new MLContext(seed);
        var (trainView, testView) = (ml.Data.LoadFromEnumerable(train.Sequences), ml.Data.LoadFromEnumerable(test.Sequences));
        var encoder = ml.Transforms.Conversion.MapValueToKey("Class", nameof(LabelledSequence.Label))
            .Append(ml.Transforms.EncodeSequenceByGru(new GruSequenceEncodingEstimator.Options { OutputColumnName = "Encoding", InputColumnName = nameof(LabelledSequence.Features), Objective = objective, Input = { FeaturesPerStep = train.Channels } }))
            .Append(ml.Transforms.NormalizeMeanVariance("Encoding", fixZero: false))
            .Fit(trainView);
        var (learn, judge) = (ml.Data.Cache(encoder.Transform(trainView)), ml.Data.Cache(encoder.Transform(testView)));
        var linear = ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Class", "Encoding").Fit(learn);
        var clusters = ml.Clustering.Trainers.KMeans("Encoding", numberOfClusters: train.Sequences.Select(s => s.Label).Distinct().Count()).Fit(learn);
        return (ml.MulticlassClassification.Evaluate(linear.Transform(judge), "Class").MicroAccuracy, ml.Clustering.Evaluate(clusters.Transform(judge), "Class").NormalizedMutualInformation);
    }
}
