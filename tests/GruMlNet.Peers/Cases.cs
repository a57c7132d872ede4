// What is measured: the shapes, and the numbers that both sides start from.
using GruMlNet.Engine;

namespace GruMlNet.Peers;

/// <summary>Sizes that training and inference cases share: B sequences of T steps with I features, H hidden units.</summary>
internal record Case(RecurrentCell Cell, int B, int T, int I, int H, int Threads)
{
    public string CellName => Cell == RecurrentCell.Lstm ? "lstm" : "gru";

    /// <summary>Gate blocks of the cell: rows of its weights are this times H.</summary>
    public int Blocks => Cell == RecurrentCell.Lstm ? 4 : 3;

    /// <summary>Multiplications and additions of the matrix products of one forward pass.</summary>
    public double ForwardFlops => 2.0 * Blocks * H * (I + H) * B * T;
}

/// <summary>One step of training: forward, back through time, Adam; the squared error of a linear head on the last state.</summary>
internal sealed record TrainCase(RecurrentCell Cell, int B, int T, int I, int H, int Threads) : Case(Cell, B, T, I, H, Threads)
{
    public string Name => $"train {CellName} B={B} T={T} I={I} H={H} threads={Threads}";

    /// <summary>The backward pass has two products for each one of the forward pass.</summary>
    public double Flops => 3 * ForwardFlops;
}

/// <summary>
/// The outputs of a network with a linear head for whole sequences from a zero state. T = 1 with B = 1 is one step of the recurrent layer from
/// the state of the step before: without the head, whose two nodes cost ONNX Runtime as much as a quarter of so short a call.
/// </summary>
internal sealed record InferCase(RecurrentCell Cell, int B, int T, int H, int Threads) : Case(Cell, B, T, 8, H, Threads)
{
    public string Name => B == 1 ? $"latency {CellName} T={T} H={H} threads={Threads}" : $"batch {CellName} B={B} T={T} H={H} threads={Threads}";

    public bool CarriesState => B == 1 && T == 1;
}

/// <summary>Computes the same numbers again and again.</summary>
internal interface IInference
{
    /// <summary>[B], the head's outputs; [H], the state, where it is carried. Of the last run.</summary>
    ReadOnlySpan<float> Output { get; }

    void Run();
}

internal static class Cases
{
    private static readonly RecurrentCell[] Cells = [RecurrentCell.Gru, RecurrentCell.Lstm];
    private static readonly (int B, int T, int I, int H)[] TrainingShapes = [(32, 24, 1, 32), (32, 48, 8, 64), (64, 96, 8, 128), (64, 168, 16, 256), (128, 96, 32, 512), (16, 512, 64, 256)];
    private static readonly int[] HiddenSizes = [32, 64, 128, 256];
    private static readonly int[] ThreadCounts = [1, 2];

    public static IEnumerable<TrainCase> Training =>
        from cell in Cells
        from shape in TrainingShapes
        from threads in ThreadCounts
        select new TrainCase(cell, shape.B, shape.T, shape.I, shape.H, threads);

    public static IEnumerable<InferCase> Batch => Inference(rows: 64, 24, 168);

    public static IEnumerable<InferCase> Latency => Inference(rows: 1, 24, 168, 1);

    private static IEnumerable<InferCase> Inference(int rows, params int[] steps) =>
        from cell in Cells
        from t in steps
        from h in HiddenSizes
        from threads in ThreadCounts
        select new InferCase(cell, rows, t, h, threads);
}

/// <summary>Weights under PyTorch's names and in its layout, inputs and targets: the same for both sides.</summary>
internal sealed class CaseData
{
    private readonly Random _random = new(1);

    public CaseData(Case c)
    {
        var range = 1f / MathF.Sqrt(c.H); // as PyTorch starts its layers
        WeightIh = Uniform(c.Blocks * c.H * c.I, range);
        WeightHh = Uniform(c.Blocks * c.H * c.H, range);
        BiasIh = Uniform(c.Blocks * c.H, range);
        BiasHh = Uniform(c.Blocks * c.H, range);
        HeadWeight = Uniform(c.H, range);
        HeadBias = Uniform(1, range);
        Inputs = Uniform(c.T * c.B * c.I, 2f);
        Targets = Uniform(c.B, 2f);
    }

    /// <summary>[G·H,I] with G gate blocks.</summary>
    public float[] WeightIh { get; }

    /// <summary>[G·H,H].</summary>
    public float[] WeightHh { get; }

    /// <summary>[G·H].</summary>
    public float[] BiasIh { get; }

    /// <summary>[G·H].</summary>
    public float[] BiasHh { get; }

    /// <summary>[1,H].</summary>
    public float[] HeadWeight { get; }

    /// <summary>[1].</summary>
    public float[] HeadBias { get; }

    /// <summary>[T,B,I].</summary>
    public float[] Inputs { get; }

    /// <summary>[B].</summary>
    public float[] Targets { get; }

    private float[] Uniform(int count, float range)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (2f * _random.NextSingle() - 1f) * range;
        return values;
    }
}
