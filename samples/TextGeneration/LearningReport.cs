// Tells on the console how far learning is: what an epoch has come to, and what goes on within one that takes long.
using System.Diagnostics;
using GruMlNet.Engine.Training;

namespace TextGeneration;

/// <summary>A line every two seconds at most, but for the first and the last epoch. May be called from several threads.</summary>
internal sealed class LearningReport(int epochs)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew(), _sinceEpoch = Stopwatch.StartNew();
    private int _epoch = 1;

    public void Epoch(TrainingProgress p)
    {
        lock (_lock)
        {
            if (p.Epoch == 1 || p.Epoch == p.MaxEpochs || _sinceLine.Elapsed > Pause)
                Say($"epoch {p.Epoch,3} of {p.MaxEpochs}: {p.TrainingLoss / Math.Log(2):F3} bits per character, held back {p.ValidationLoss / Math.Log(2):F3}, {p.Remaining.TotalSeconds:F0} s left");
            _epoch = p.Epoch + 1;
            _sinceEpoch.Restart();
        }
    }

    /// <summary>So much of the text has been read in this epoch, 0 to 1.</summary>
    public void Read(double part) => Within(() => $"epoch {_epoch,3} of {epochs}: {part:P0} read");

    /// <summary>So much of the held-back text has been compared in this epoch.</summary>
    public void Compared(double part) => Within(() => $"epoch {_epoch,3} of {epochs}: read, {part:P0} of the held-back tenth compared");

    /// <summary>So much of the held-back text has been measured after the last epoch.</summary>
    public void Measured(double part) => Within(() => $"measuring: {part:P0} of the held-back tenth");

    private void Within(Func<string> line)
    {
        lock (_lock)
        {
            if (_sinceEpoch.Elapsed > Pause && _sinceLine.Elapsed > Pause) Say(line());
        }
    }

    private void Say(string line)
    {
        Console.WriteLine(line);
        _sinceLine.Restart();
    }
}
