// A reference training run: one recurrent layer, dense head on the final state, mean squared error, clipping, one optimizer, 50 steps.

using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

/// <summary>
/// The head's input is the last slab of the final state. For an LSTM that is the memory c, not the output h: the script that made the files takes hn[-1], and PyTorch's hn of an LSTM is the pair (h, c).
/// With h the very first loss would already be off by 1e-3.
/// </summary>
internal sealed class TrainCase
{
    public TrainCase(string path)
    {
        var file = new ReferenceFile(path);
        Name = file.Name;
        (T, B, I) = (file.Shape("x")[0], file.Shape("x")[1], file.Shape("x")[2]);
        O = file.Shape("y")[1];
        X = file.Tensor("x");
        Target = file.Tensor("y");
        Initial = file.Tensors("initial");
        Final = file.Tensors("final");
        Cell = RecurrentCase.CellOf(file);
        int blocks = Cell switch { RecurrentCell.Gru => 3, RecurrentCell.Lstm => 4, _ => 1 };
        H = (int)Math.Sqrt(Initial["weight_hh_l0"].Length / blocks);
        Losses = file.List("losses")!;
        Norms = file.List("grad_norms_before_clip")!;
        ClipNorm = file.Number("clip_norm");
        Optimizer = file.Text("optimizer");
        LearningRate = Argument(file, "lr", 0);
        // PyTorch's own defaults where the file names none.
        WeightDecay = Argument(file, "weight_decay", 0);
        Momentum = Argument(file, "momentum", 0);
    }

    /// <summary>PyTorch's names of what the engine has.</summary>
    public static IReadOnlyList<string> KnownOptimizers { get; } = ["Adam", "AdamW", "SGD"];

    public string Name { get; }

    public RecurrentCell Cell { get; }

    public int T { get; }

    public int B { get; }

    public int I { get; }

    public int H { get; }

    public int O { get; }

    public double[] X { get; }

    public double[] Target { get; }

    public Dictionary<string, double[]> Initial { get; }

    public Dictionary<string, double[]> Final { get; }

    /// <summary>Before each step.</summary>
    public double[] Losses { get; }

    /// <summary>Of all parameters together, before clipping.</summary>
    public double[] Norms { get; }

    public double ClipNorm { get; }

    public string Optimizer { get; }

    public double LearningRate { get; }

    public double WeightDecay { get; }

    public double Momentum { get; }

    public OptimizerTwin CreateTwin(int count) => Optimizer == "SGD" ? OptimizerTwin.Sgd(count, Momentum) : OptimizerTwin.Adam(count, WeightDecay);

    private static double Argument(ReferenceFile file, string name, double otherwise)
        => file.Element("optimizer_args").TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
}
