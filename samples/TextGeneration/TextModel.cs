// A character model: an alphabet and a network that tells how likely each of its characters comes next.
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;
using GruMlNet.Engine.Training;

namespace TextGeneration;

internal sealed class TextModel
{
    private readonly string _alphabet; // in order of code points
    private readonly RecurrentNetwork _network;

    private TextModel(string alphabet, RecurrentNetwork network) => (_alphabet, _network) = (alphabet, network);

    public int Characters => _alphabet.Length;

    public int Parameters => _network.ParameterCount;

    /// <summary>A model of the characters of a text that has learnt nothing yet.</summary>
    public static TextModel Create(string text, TextSettings settings)
    {
        var alphabet = string.Concat(text.Distinct().Order());
        return new TextModel(alphabet, RecurrentNetwork.Create(new NetworkShape
        {
            InputSize = 0,
            VocabularySize = alphabet.Length,
            TokenEmbeddingSize = 32,
            OutputSize = alphabet.Length,
            HiddenSize = settings.Units,
            Pooling = SequencePooling.Whole,
            RecurrentDropout = settings.RecurrentDropout,
            HeadDropout = settings.HeadDropout,
        }, seed: 1));
    }

    /// <summary>Learns a text, and keeps the weights that tell another one best.</summary>
    public TrainingResult Train(string text, string validation, TextSettings settings, Func<TrainingProgress, bool> progress, CancellationToken token)
    {
        var options = new TrainerOptions { MaxEpochs = settings.Epochs, LearningRate = settings.LearningRate, WeightDecay = settings.WeightDecay, Progress = progress };
        return Trainer.Train(_network, Stream(text, settings.Streams), new SoftmaxCrossEntropyLoss(Characters), options, Stream(validation, streams: 1), token);
    }

    public double BitsPerCharacter(string text) => Trainer.Evaluate(_network, Stream(text, streams: 1), new SoftmaxCrossEntropyLoss(Characters)) / Math.Log(2);

    /// <summary>Writes on from a prompt, one character at a time, without end. Low temperatures write what is likely, 1 as the text does, high ones anything.</summary>
    public IEnumerable<char> Write(string prompt, double temperature, int seed)
    {
        var (stepper, random) = (_network.CreateStepper(), new Random(seed));
        foreach (var c in prompt[..^1]) stepper.Step(Token(c));
        for (var c = prompt[^1]; ;) yield return c = Next(c);

        char Next(char last)
        {
            var scores = stepper.Step(Token(last));
            var largest = float.NegativeInfinity;
            foreach (var s in scores) largest = Math.Max(largest, s);
            var weights = new double[scores.Length];
            for (var i = 0; i < weights.Length; i++) weights[i] = Math.Exp((scores[i] - largest) / temperature);
            var (at, left) = (0, random.NextDouble() * weights.Sum());
            while (at < weights.Length - 1 && (left -= weights[at]) > 0) at++;
            return _alphabet[at];
        }
    }

    public void Save(string path)
    {
        using var stream = File.Create(path);
        using var writer = new BinaryWriter(stream);
        writer.Write(_alphabet);
        WeightsFile.Write(_network, stream);
    }

    public static TextModel Load(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new BinaryReader(stream);
        return new TextModel(reader.ReadString(), WeightsFile.Read(stream));
    }

    /// <summary>The character's number; −1, which is no token, if the model has never seen it.</summary>
    private int Token(char c) => _alphabet.IndexOf(c, StringComparison.Ordinal);

    private NextTokenSource Stream(string text, int streams) => new([.. text.Select(Token)], streams, steps: 64);
}
