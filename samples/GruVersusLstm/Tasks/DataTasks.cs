// Tasks on published data, read from a folder that is not part of the repository.
using System.Buffers.Binary;
using System.Globalization;
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruVersusLstm.Tasks;

internal static class DataTasks
{
    /// <summary>
    /// Chung, Gulcehre, Cho, Bengio 2014: four-part chorales by Bach, 88 keys, from steps 1 … t the notes of step t + 1. Negative log-likelihood in nats per predicted step. Their sizes,
    /// 46 GRU units against 36 of the LSTM, are what the same number of parameters comes to.
    /// </summary>
    public static ComparisonTask Chorales(string folder) => new("jsb", "JSB Chorales")
    {
        Shape = new NetworkShape { InputSize = 88, OutputSize = 88, Pooling = SequencePooling.Whole, InputDropout = 0.05f, RecurrentDropout = 0.4f, HeadDropout = 0.25f },
        Budget = 23_000,
        Training = new Examples(Songs(folder, "train")),
        Validation = new Examples(Songs(folder, "valid")),
        Test = new Examples(Songs(folder, "test")),
        Loss = new LogisticLoss(),
        BatchSize = 1,
        Epochs = 150,
        LearningRate = 0.01f,
        AverageDecay = 0.999f,
        Target = 9.0,
        Measure = loss => 88 * loss,
        Unit = "nats per step",
    };

    /// <summary>Handwritten digits, a pixel per step. To save time 10,000 images of the training file, shrunk to 14 × 14 by averaging; 2,000 more to test.</summary>
    public static ComparisonTask Mnist(string folder)
    {
        var images = Images(folder, 12_500);
        return new ComparisonTask("mnist", "Sequential MNIST (14 × 14, 10,000 images)")
        {
            Shape = new NetworkShape { InputSize = 1, OutputSize = 10 },
            Budget = 14_000,
            Training = new Examples(images[..10_000]),
            Validation = new Examples(images[10_000..10_500]),
            Test = new Examples(images[10_500..]),
            Loss = new SoftmaxCrossEntropyLoss(10),
            Target = 1.0,
            Unit = "nats",
            Classes = true,
        };
    }

    /// <summary>60 bases of DNA: donor, acceptor, or neither in the middle? Every fifth line is for testing, every tenth of the others for validation.</summary>
    public static ComparisonTask Splice(string folder)
    {
        List<Example> all = [.. File.ReadLines(Path.Combine(folder, "bio-splice", "splice.dev.tsv")).Select(l => l.Split('\t')).Where(c => c.Length == 3).Select(c =>
            new Example(c[2].Length, [c[0] switch { "EI" => 0f, "IE" => 1f, _ => 2f }]) { Tokens = [.. c[2].Select(b => "ACGT".IndexOf(b, StringComparison.Ordinal) is >= 0 and var i ? i : 4)] })];
        var (training, validation, test) = Split(all);
        return new ComparisonTask("splice", "Splice junctions (one 80/20 split)")
        {
            Shape = new NetworkShape { InputSize = 0, VocabularySize = 5, TokenEmbeddingSize = 8, OutputSize = 3, Bidirectional = true, Pooling = SequencePooling.LastMeanMax, HeadDropout = 0.4f, InputDropout = 0.1f },
            Budget = 15_000,
            Training = training,
            Validation = validation,
            Test = test,
            Loss = new SoftmaxCrossEntropyLoss(3),
            BatchSize = 16,
            Epochs = 30,
            Target = 0.3,
            Unit = "nats",
            Classes = true,
        };
    }

    /// <summary>Spoken digits as 13 cepstral coefficients per step. Recordings 45 to 49 of each speaker and digit are for testing, 40 to 44 for validation.</summary>
    public static ComparisonTask Digits(string folder)
    {
        List<(int Number, Example Example)> all = [.. File.ReadLines(Path.Combine(folder, "fsdd", "fsdd.train.mfcc.txt")).Select(l => l.Split('\t')).Select(c =>
        {
            float[] features = [.. c[4].Split(';').SelectMany(f => f.Split(',')).Select(v => float.Parse(v, CultureInfo.InvariantCulture))];
            return (int.Parse(c[2], CultureInfo.InvariantCulture), new Example(features.Length / 13, [float.Parse(c[0], CultureInfo.InvariantCulture)]) { Features = features });
        })];
        Standardize([.. all.Where(a => a.Number < 40).Select(a => a.Example.Features)], [.. all.Select(a => a.Example.Features)], 13);
        return new ComparisonTask("digits", "Spoken digits")
        {
            Shape = new NetworkShape { InputSize = 13, OutputSize = 10, Pooling = SequencePooling.Mean, HeadDropout = 0.3f },
            Budget = 16_000,
            Training = new Examples([.. all.Where(a => a.Number < 40).Select(a => a.Example)]),
            Validation = new Examples([.. all.Where(a => a.Number is >= 40 and < 45).Select(a => a.Example)]),
            Test = new Examples([.. all.Where(a => a.Number >= 45).Select(a => a.Example)]),
            Loss = new SoftmaxCrossEntropyLoss(10),
            Target = 0.2,
            Unit = "nats",
            Classes = true,
        };
    }

    /// <summary>All of Shakespeare in a megabyte, character by character; the last tenth is for testing, the 20,000 characters before it for validation.</summary>
    public static ComparisonTask Shakespeare(string folder)
    {
        var text = File.ReadAllText(Path.Combine(folder, "tinyshakespeare", "input.txt"));
        var alphabet = text.Distinct().Order().ToArray();
        int[] tokens = [.. text.Select(c => Array.BinarySearch(alphabet, c))];
        var (validation, test) = (tokens.Length * 9 / 10 - 20_000, tokens.Length * 9 / 10);
        return new ComparisonTask("shakespeare", "Tiny Shakespeare, next character (an epoch: 102,400 characters)")
        {
            Shape = new NetworkShape { InputSize = 0, VocabularySize = alphabet.Length, TokenEmbeddingSize = 32, OutputSize = alphabet.Length, Pooling = SequencePooling.Whole, HeadDropout = 0.1f },
            Budget = 400_000,
            Training = new NextTokenSource(tokens.AsSpan(0, validation), streams: 16, steps: 32),
            Validation = new NextTokenSource(tokens.AsSpan(validation, 20_000), streams: 8, steps: 64),
            Test = new NextTokenSource(tokens.AsSpan(test), streams: 8, steps: 64),
            Loss = new SoftmaxCrossEntropyLoss(alphabet.Length),
            StepsPerEpoch = 200,
            Epochs = 30,
            LearningRate = 0.004f,
            Target = 2.5,
            Measure = loss => loss / Math.Log(2),
            Unit = "bits per character",
        };
    }

    private static List<Example> Songs(string folder, string part) => [.. File.ReadLines(Path.Combine(folder, "polyphonic", $"jsb_chorales.{part}.txt")).Select(line =>
    {
        float[][] steps = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(step =>
        {
            var keys = new float[88];
            if (step != "-")
                foreach (var key in step.Split(',')) keys[int.Parse(key, CultureInfo.InvariantCulture)] = 1f;
            return keys;
        })];
        return new Example(steps.Length - 1, [.. steps.Skip(1).SelectMany(s => s)]) { Features = [.. steps.SkipLast(1).SelectMany(s => s)] };
    })];

    private static List<Example> Images(string folder, int count)
    {
        var pixels = File.ReadAllBytes(Path.Combine(folder, "seqmnist", "train-images-idx3-ubyte"));
        var labels = File.ReadAllBytes(Path.Combine(folder, "seqmnist", "train-labels-idx1-ubyte"));
        if (BinaryPrimitives.ReadInt32BigEndian(pixels) != 2051) throw new InvalidDataException("train-images-idx3-ubyte is not a file of images.");
        return [.. Enumerable.Range(0, count).Select(i => new Example(196, [labels[8 + i]]) { Features = [.. Enumerable.Range(0, 196).Select(p => Quarter(i, p / 14, p % 14))] })];

        float Quarter(int image, int y, int x)
        {
            var at = 16 + image * 784 + 56 * y + 2 * x;
            return (pixels[at] + pixels[at + 1] + pixels[at + 28] + pixels[at + 29]) / (4f * 255f);
        }
    }

    /// <summary>Lines are dealt in turn, so that every part has all classes.</summary>
    private static (Examples Training, Examples Validation, Examples Test) Split(List<Example> all) => (
        new Examples([.. all.Where((_, i) => i % 5 != 4 && i % 10 != 0)]), new Examples([.. all.Where((_, i) => i % 10 == 0)]), new Examples([.. all.Where((_, i) => i % 5 == 4)]));

    /// <summary>Each feature to mean 0 and deviation 1 over the steps of the training data, in place.</summary>
    private static void Standardize(List<float[]> training, List<float[]> all, int width)
    {
        for (var f = 0; f < width; f++)
        {
            double n = 0, sum = 0, squares = 0;
            foreach (var e in training)
                for (var i = f; i < e.Length; i += width) (n, sum, squares) = (n + 1, sum + e[i], squares + (double)e[i] * e[i]);
            var (mean, scale) = (sum / n, 1 / Math.Sqrt(squares / n - sum / n * (sum / n)));
            foreach (var e in all)
                for (var i = f; i < e.Length; i += width) e[i] = (float)((e[i] - mean) * scale);
        }
    }
}
