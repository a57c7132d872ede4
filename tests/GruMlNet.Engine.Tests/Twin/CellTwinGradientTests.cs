// The gradients of the cells' twins by finite differences: every cell, reset and bias mode, both directions, odd sizes, lengths down to 0.

namespace GruMlNet.Engine.Tests.Twin;

public class CellTwinGradientTests
{
    public static TheoryData<int, int, int, int[]> Shapes => new()
    {
        // T, I, H, lengths (one per row)
        { 1, 1, 1, [1] },
        { 1, 3, 7, [1, 1] },
        { 5, 1, 1, [5, 2, 0] },
        { 4, 2, 7, [0, 4, 1] },
        { 3, 5, 33, [3] },
    };

    /// <summary>Only a GRU has a reset gate.</summary>
    private static readonly (RecurrentCell, ResetMode)[] Cells =
        [(RecurrentCell.Gru, ResetMode.After), (RecurrentCell.Gru, ResetMode.Before), (RecurrentCell.Lstm, default), (RecurrentCell.ElmanTanh, default), (RecurrentCell.ElmanRelu, default)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Backward_EveryVariant_MatchesFiniteDifferences(int T, int I, int H, int[] lengths)
    {
        foreach ((RecurrentCell cell, ResetMode reset) in Cells)
        {
            foreach (BiasMode bias in Enum.GetValues<BiasMode>())
            {
                foreach (bool reverse in new[] { false, true })
                    Check(new RecurrentTwin([[CellTwin.Create(cell, I, H, reset, bias, reverse)]]), T, I, lengths, $"{cell} {reset} {bias} reverse={reverse}");
            }
        }
    }

    [Theory]
    [InlineData(RecurrentCell.Gru, MergeMode.Concatenate)]
    [InlineData(RecurrentCell.Gru, MergeMode.Sum)]
    [InlineData(RecurrentCell.Gru, MergeMode.Mean)]
    [InlineData(RecurrentCell.Lstm, MergeMode.Concatenate)]
    [InlineData(RecurrentCell.Lstm, MergeMode.Mean)]
    [InlineData(RecurrentCell.ElmanTanh, MergeMode.Concatenate)]
    [InlineData(RecurrentCell.ElmanRelu, MergeMode.Sum)]
    public void Backward_StackedBidirectional_MatchesFiniteDifferences(RecurrentCell cell, MergeMode merge)
        => Check(RecurrentTwin.Create(3, 4, 3, bidirectional: true, ResetMode.Before, BiasMode.Both, merge, cell), 4, 3, [4, 0, 3], $"{cell} {merge}");

    [Theory]
    [InlineData(RecurrentCell.Gru)]
    [InlineData(RecurrentCell.Lstm)]
    [InlineData(RecurrentCell.ElmanTanh)]
    [InlineData(RecurrentCell.ElmanRelu)]
    public void Forward_LengthZero_KeepsTheInitialStateAndGivesZeroOutput(RecurrentCell cell)
    {
        var random = new Random(3);
        RecurrentTwin twin = RecurrentTwin.Create(2, 3, 1, bidirectional: true, ResetMode.After, BiasMode.Both, cell: cell);
        foreach ((_, double[] values) in twin.Parameters)
            Numbers.Fill(random, values);
        double[] h0 = Numbers.Uniform(random, twin.States * 1 * 3);
        (double[] y, double[] hn) = twin.Forward(2, 1, [0], Numbers.Uniform(random, 4), h0);
        Assert.Equal(h0, hn);
        Assert.All(y, v => Assert.Equal(0, v));
    }

    private static void Check(RecurrentTwin twin, int T, int I, int[] lengths, string what)
    {
        var random = new Random(T * 1000 + twin.HiddenSize);
        int B = lengths.Length, H = twin.HiddenSize;
        foreach ((_, double[] values) in twin.Parameters)
            Numbers.Fill(random, values, 0.7);
        double[] x = Numbers.Uniform(random, T * B * I);
        double[] h0 = Numbers.Uniform(random, twin.States * B * H);
        double[] dy = Numbers.Uniform(random, T * B * twin.OutputSize);
        double[] dhn = Numbers.Uniform(random, h0.Length);
        double Loss()
        {
            (double[] y, double[] hn) = twin.Forward(T, B, lengths, x, h0);
            return Numbers.Dot(y, dy) + Numbers.Dot(hn, dhn);
        }

        RecurrentTwin gradient = twin.ZeroGradient();
        (double[] dx, double[] dh0) = twin.Backward(T, B, lengths, x, h0, dy, dhn, gradient);
        // About 60 elements of each large tensor, spread over all its gate blocks, keep H = 33 quick.
        FiniteDifferences.Check(what + " x", x, dx, Loss, 60);
        FiniteDifferences.Check(what + " h0", h0, dh0, Loss, 60);
        foreach (((string name, double[] values), (_, double[] analytic)) in twin.Parameters.Zip(gradient.Parameters))
            FiniteDifferences.Check($"{what} {name}", values, analytic, Loss, 61);
    }
}
