using System.CommandLine;

namespace GruMlNet.Cli.Commands;

/// <summary>grumlnet classify: what kind of sequence is this?</summary>
internal sealed class ClassifyCommand : Command
{
    internal ClassifyCommand()
        : base("classify", "Learns to put whole sequences into classes: time series, sensor data, features of sound.")
    {
        Add(new ClassifyTrainCommand());
        Add(new ClassifyEvaluateCommand());
        Add(new ClassifyPredictCommand());
    }
}
