// Tasks that need no data: the adding problem and copy memory, whose length can be chosen.
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruVersusLstm.Tasks;

internal static class MadeTasks
{
    /// <summary>
    /// Hochreiter and Schmidhuber 1997: each step has a number and a mark; the target is the sum of the two marked numbers, one in each half. Always answering 1 has a mean squared
    /// error of 1/6 = 0.167.
    /// </summary>
    public static ComparisonTask Adding(int steps) => new($"adding-{steps}", $"Adding problem, T = {steps}")
    {
        Shape = new NetworkShape { InputSize = 2, OutputSize = 1 },
        Budget = 13_000,
        Training = new Examples(100_000, steps, i => AddingExample(steps, i)),
        Validation = new Examples(500, steps, i => AddingExample(steps, 1_000_000 + i)),
        Test = new Examples(1000, steps, i => AddingExample(steps, 2_000_000 + i)),
        Loss = new SquaredLoss(),
        StepsPerEpoch = 100,
        Epochs = 30,
        LearningRate = 0.01f,
        Target = 0.01,
        Unit = "MSE",
    };

    /// <summary>
    /// Hochreiter and Schmidhuber 1997 in the form of Arjovsky, Shah, Bengio 2016: some symbols out of eight, a gap of blanks, then a mark, after which the symbols are to be told again.
    /// Telling blanks and guessing the symbols has a cross-entropy of symbols · log 8 per sequence.
    /// </summary>
    public static ComparisonTask Copy(int symbols, int gap) => new($"copy-{symbols}-{gap}", $"Copy memory, {symbols} symbols, gap = {gap} (guessing: {Guessing(symbols, gap):F3})")
    {
        Shape = new NetworkShape { InputSize = 0, VocabularySize = 10, TokenEmbeddingSize = 10, OutputSize = 9, Pooling = SequencePooling.Whole },
        Budget = 16_000,
        Training = new Examples(100_000, gap + 2 * symbols, i => CopyExample(symbols, gap, i)),
        Validation = new Examples(200, gap + 2 * symbols, i => CopyExample(symbols, gap, 1_000_000 + i)),
        Test = new Examples(500, gap + 2 * symbols, i => CopyExample(symbols, gap, 2_000_000 + i)),
        Loss = new SoftmaxCrossEntropyLoss(9),
        StepsPerEpoch = 100,
        Epochs = 30,
        Target = 0.5 * Guessing(symbols, gap),
        Unit = "nats per step",
    };

    private static double Guessing(int symbols, int gap) => symbols * Math.Log(8) / (gap + 2 * symbols);

    private static Example AddingExample(int steps, int index)
    {
        var random = new Random(index);
        var features = new float[2 * steps];
        for (var t = 0; t < steps; t++) features[2 * t] = random.NextSingle();
        var (first, second) = (random.Next(steps / 2), steps / 2 + random.Next(steps - steps / 2));
        features[2 * first + 1] = features[2 * second + 1] = 1f;
        return new Example(steps, [features[2 * first] + features[2 * second]]) { Features = features };
    }

    private static Example CopyExample(int symbols, int gap, int index)
    {
        const int blank = 8, mark = 9;
        var (random, steps) = (new Random(index), gap + 2 * symbols);
        var tokens = Enumerable.Repeat(blank, steps).ToArray();
        var targets = Enumerable.Repeat((float)blank, steps).ToArray();
        for (var i = 0; i < symbols; i++) targets[gap + symbols + i] = tokens[i] = random.Next(8);
        tokens[gap + symbols - 1] = mark;
        return new Example(steps, targets) { Tokens = tokens };
    }
}
