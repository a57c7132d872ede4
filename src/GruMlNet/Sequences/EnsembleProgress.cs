// The progress of networks that learn side by side, told as that of one run.
using System.Diagnostics;
using GruMlNet.Engine.Training;

namespace GruMlNet.Sequences;

/// <summary>Epochs and steps are counted over all networks. Thread-safe: the callback is called by one network at a time, and never again once it has asked to stop.</summary>
internal sealed class EnsembleProgress(int networks, Func<TrainingProgress, bool>? callback)
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _epochs, _steps;
    private volatile bool _stopped;

    public bool Stopped => _stopped;

    /// <summary>Called by each network after each of its epochs; false where it shall stop.</summary>
    public bool Report(TrainingProgress own)
    {
        lock (_gate)
        {
            var steps = own.Step / own.Epoch;
            (_epochs, _steps) = (_epochs + 1, _steps + steps);
            var (epochs, all) = (networks * own.MaxEpochs, networks * own.MaxSteps);
            var remaining = _clock.Elapsed * ((double)Math.Max(0, epochs - _epochs) / _epochs);
            var report = own with { Epoch = _epochs, MaxEpochs = epochs, Step = _steps, MaxSteps = all, Elapsed = _clock.Elapsed, Remaining = remaining };
            if (!_stopped && callback?.Invoke(report) == false) _stopped = true;
            return !_stopped;
        }
    }
}
