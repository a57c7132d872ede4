// A character model: an alphabet and networks that tell how likely each of its characters comes next.
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;
using GruMlNet.Engine.Training;

namespace TextGeneration;

internal sealed class TextModel
{
    private readonly string _alphabet; // in order of code points
    private readonly RecurrentNetwork[] _networks; // alike but for their seeds: the mean of what they say is better than any of them

    private TextModel(string alphabet, RecurrentNetwork[] networks) => (_alphabet, _networks) = (alphabet, networks);

    public int Characters => _alphabet.Length;

    public int Parameters => _networks.Sum(n => n.ParameterCount);

    /// <summary>A model of the characters of a text that has learnt nothing yet.</summary>
    public static TextModel Create(string text, TextSettings settings)
    {
        var alphabet = string.Concat(text.Distinct().Order());
        var shape = new NetworkShape
        {
            InputSize = 0,
            VocabularySize = alphabet.Length,
            TokenEmbeddingSize = 32,
            OutputSize = alphabet.Length,
            HiddenSize = settings.Units,
            Pooling = SequencePooling.Whole,
            RecurrentDropout = settings.RecurrentDropout,
            HeadDropout = settings.HeadDropout,
        };
        return new TextModel(alphabet, [.. Enumerable.Range(1, settings.Networks).Select(seed => RecurrentNetwork.Create(shape, seed))]);
    }

    /// <summary>Learns a text, the networks side by side, and keeps the weights of each that tell another text best; when cancelled, those that did so far.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before the first epoch was over.</exception>
    public void Train(string text, string validation, TextSettings settings, LearningReport report, CancellationToken token)
    {
        var epochs = new int[_networks.Length];
        Parallel.For(0, _networks.Length, i =>
        {
            IStreamSource learnt = Stream(text, settings.Streams), compared = Stream(validation, 1 + validation.Length / 10_000);
            if (i == 0) (learnt, compared) = (new WatchedStream(learnt, report.Read), new WatchedStream(compared, report.Compared));
            var options = new TrainerOptions
            {
                MaxEpochs = settings.Epochs,
                LearningRate = settings.LearningRate,
                WeightDecay = settings.WeightDecay,
                Seed = i + 1,
                Threads = Math.Max(1, Environment.ProcessorCount / _networks.Length),
                Progress = p =>
                {
                    epochs[i] = p.Epoch;
                    if (i == 0) report.Epoch(p);
                    return true;
                },
            };
            try
            {
                Trainer.Train(_networks[i], learnt, new SoftmaxCrossEntropyLoss(Characters), options, compared, token);
            }
            catch (OperationCanceledException)
            {
                // The network has the best weights so far; whether there were any is looked at below, for all networks.
            }
        });
        if (epochs.Contains(0)) token.ThrowIfCancellationRequested();
    }

    /// <summary>What the model says of a text; <paramref name="read"/> gets the part that has been read, 0 to 1.</summary>
    public double BitsPerCharacter(string text, Action<double> read)
    {
        var (reader, bits) = (new Reader(this), 0.0);
        for (var t = 0; t + 1 < text.Length; t++)
        {
            bits -= Math.Log2(reader.Read(text[t])[Token(text[t + 1])]);
            read((t + 1.0) / (text.Length - 1));
        }
        return bits / (text.Length - 1);
    }

    /// <summary>Writes on from a prompt, one character at a time, without end. Low temperatures write what is likely, 1 as the text does, high ones anything.</summary>
    public IEnumerable<char> Write(string prompt, double temperature, int seed)
    {
        var (reader, random) = (new Reader(this), new Random(seed));
        foreach (var c in prompt[..^1]) reader.Read(c);
        for (var c = prompt[^1]; ;) yield return c = Next(c);

        char Next(char last)
        {
            var weights = Array.ConvertAll(reader.Read(last), p => Math.Pow(p, 1 / temperature));
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
        writer.Write(_networks.Length);
        foreach (var network in _networks) WeightsFile.Write(network, stream);
    }

    public static TextModel Load(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new BinaryReader(stream);
        var alphabet = reader.ReadString();
        if (reader.ReadInt32() is not (> 0 and <= 64 and var count)) throw new InvalidDataException($"'{path}' is no model of this program.");
        return new TextModel(alphabet, [.. Enumerable.Range(0, count).Select(_ => WeightsFile.Read(stream))]);
    }

    /// <summary>The character's number; −1, which is no token, if the model has never seen it.</summary>
    private int Token(char c) => _alphabet.IndexOf(c, StringComparison.Ordinal);

    private NextTokenSource Stream(string text, int streams) => new([.. text.Select(Token)], streams, steps: 64);

    /// <summary>Reads a text character by character.</summary>
    private sealed class Reader(TextModel model)
    {
        private readonly SequenceStepper[] _steppers = Array.ConvertAll(model._networks, n => n.CreateStepper());

        /// <summary>[alphabet]: how likely each character is to follow.</summary>
        public double[] Read(char c)
        {
            var mean = new double[model.Characters];
            foreach (var stepper in _steppers)
            {
                var likely = Array.ConvertAll(stepper.Step(model.Token(c)).ToArray(), s => (double)s);
                var largest = likely.Max();
                for (var i = 0; i < likely.Length; i++) likely[i] = Math.Exp(likely[i] - largest);
                var sum = likely.Sum() * _steppers.Length;
                for (var i = 0; i < likely.Length; i++) mean[i] += likely[i] / sum;
            }
            return mean;
        }
    }
}
