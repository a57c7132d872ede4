// The classifier's defaults on small sets of the UCR/UEA archive, trained and judged on the archive's own halves. The threshold is below what was measured by the
// scatter between seeds.

using System.Globalization;
using GruMlNet.Acceptance.Reference;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Acceptance.Sequences;

[Trait("Category", "Accuracy")]
public sealed class ArchiveTests
{
    private sealed record Series(float[] Features, string Class, int Channels);

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public string Class { get; set; } = "";
    }

    [Theory]
    [InlineData("Coffee", 0.95)]
    [InlineData("GunPoint", 0.96)]
    [InlineData("ItalyPowerDemand", 0.94)]
    [InlineData("JapaneseVowels", 0.965)]
    public void Multiclass_WithDefaults_ReachesWhatWasMeasured(string name, double least)
    {
        Series[] train = Read($"{name}_TRAIN.ts"), test = Read($"{name}_TEST.ts");
        MLContext ml = new(seed: 1);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Class").Append(ml.MulticlassClassification.Trainers.Gru(featuresPerStep: train[0].Channels));
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(pipeline.Fit(View(ml, train)).Transform(View(ml, test)));
        Assert.True(metrics.MicroAccuracy >= least, $"accuracy {metrics.MicroAccuracy}");
    }

    private static IDataView View(MLContext ml, Series[] series) => ml.Data.LoadFromEnumerable(series.Select(one => new Row { Features = one.Features, Class = one.Class }));

    /// <summary>Lines of channels between colons, values between commas, the class last.</summary>
    private static Series[] Read(string file)
    {
        return [.. File.ReadLines(SharedReference.Data("seq", "ucr-uea", file)).Where(line => line.Length > 0 && line[0] is not ('@' or '#')).Select(line =>
        {
            string[] parts = line.Split(':');
            float[][] channels = [.. parts[..^1].Select(part => Array.ConvertAll(part.Split(','), value => float.Parse(value, CultureInfo.InvariantCulture)))];
            return new Series([.. Enumerable.Range(0, channels[0].Length).SelectMany(t => channels.Select(channel => channel[t]))], parts[^1].Trim(), channels.Length);
        })];
    }
}
