// What the three cells compete in.
using GruMlNet.Engine;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruVersusLstm;

/// <summary>A task with its data, its budget, and how its result is told. All cells get the same of everything but units, and but for the plain network's learning rate.</summary>
internal sealed record ComparisonTask(string Name, string Title)
{
    public required ISequenceSource Training { get; init; }

    public required ISequenceSource Validation { get; init; }

    public required ISequenceSource Test { get; init; }

    public required Loss Loss { get; init; }

    /// <summary>The network but for its cell and its number of units.</summary>
    public required NetworkShape Shape { get; init; }

    /// <summary>Parameters of each network, as near as whole units allow.</summary>
    public required int Budget { get; init; }

    /// <summary>Examples per step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Steps that make an epoch; null: once through the examples.</summary>
    public int? StepsPerEpoch { get; init; }

    public int Epochs { get; init; } = 15;

    public float LearningRate { get; init; } = 0.005f;

    public float AverageDecay { get; init; }

    /// <summary>The validation loss that is timed, in the units of <see cref="Measure"/>.</summary>
    public required double Target { get; init; }

    /// <summary>From a mean loss to the figure that is printed, such as bits per character.</summary>
    public Func<double, double> Measure { get; init; } = loss => loss;

    /// <summary>What <see cref="Measure"/> gives.</summary>
    public required string Unit { get; init; }

    /// <summary>Whether the share of right classes is told, too.</summary>
    public bool Classes { get; init; }

    public static IReadOnlyList<RecurrentCell> Cells { get; } = [RecurrentCell.Gru, RecurrentCell.Lstm, RecurrentCell.ElmanTanh];

    /// <summary>Without gates a network bears smaller steps only: at the full learning rate its loss jumps about, so it gets a fifth.</summary>
    public TrainerOptions OptionsOf(RecurrentCell cell) => new()
    {
        BatchSize = BatchSize,
        StepsPerEpoch = StepsPerEpoch,
        MaxEpochs = Epochs,
        LearningRate = cell == RecurrentCell.ElmanTanh ? LearningRate / 5 : LearningRate,
        AverageDecay = AverageDecay,
    };

    /// <summary>The shape with as many units as the budget allows: parameters are a quadratic function of units, which three small networks tell.</summary>
    public NetworkShape ShapeOf(RecurrentCell cell)
    {
        double[] count = [.. Enumerable.Range(1, 3).Select(h => (double)RecurrentNetwork.Create(Shape with { Cell = cell, HiddenSize = h }, 1).ParameterCount)];
        var a = (count[0] - 2 * count[1] + count[2]) / 2;
        var b = count[1] - count[0] - 3 * a;
        var c = count[0] - a - b;
        var units = (-b + Math.Sqrt(b * b - 4 * a * (c - Budget))) / (2 * a);
        return Shape with { Cell = cell, HiddenSize = Math.Max(1, (int)Math.Round(units)) };
    }
}
