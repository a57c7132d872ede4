// The one-pass steps of a single sequence against their plain twins: the same bits, so that a row does not depend on the batch it comes in.

using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Tests.Kernels;

public class RowParityTests
{
    public static TheoryData<int, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool, bool>();
            foreach (int units in new[] { 1, 4, 7, 8, 9, 16, 17, 33, 48, 64, 80 })
            {
                cases.Add(units, false, false);
                cases.Add(units, true, false);
                cases.Add(units, false, true);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gru_OneRow_SameBitsAsProductAndStep(int H, bool fromZero, bool rounded)
    {
        int w = MatMul.VectorWidth, groups = UnitGroups.Of(H);
        (Slab gates, Slab h) = (Random(4, H, 1), fromZero ? Zeros(H) : Random(1, H, 2));
        float[] bias = Numbers(groups * w, 3), next = new float[h.Values.Length], expected = new float[h.Values.Length], before = [.. gates.Values];
        PackedMatrix weights = Weights(groups, 3, 3, rounded);
        GruRow.ForwardAfter(groups, gates.Values, gates.Group, weights.Right, bias, fromZero, h.Values, next, h.Group);
        Assert.Equal(before, gates.Values);

        GruStep.StartCandidate(groups, 1, gates.Values, gates.Group, bias);
        var grid = new VectorGrid(gates.Values.AsSpan(w), 4 * w, gates.Group, w);
        if (!fromZero)
            MatMul.Multiply(1, new LeftOperand(h.Values, w, 1, w, groups, h.Group), weights.Right, grid, grid);
        GruStep.ForwardAfter(groups, 1, gates.Values, gates.Group, h.Values, expected, h.Group);
        Assert.Equal(expected, next);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lstm_OneRow_SameBitsAsProductAndStep(int H, bool fromZero, bool rounded)
    {
        int w = MatMul.VectorWidth, groups = UnitGroups.Of(H);
        (Slab gates, Slab h, Slab c) = (Random(4, H, 1, perGroup: 2), fromZero ? Zeros(H) : Random(1, H, 2), Random(1, H, 4));
        float[] next = new float[h.Values.Length], nextC = new float[next.Length], expected = new float[next.Length], expectedC = new float[next.Length], before = [.. gates.Values];
        PackedMatrix weights = Weights(groups, 4, 2, rounded);
        LstmRow.Forward(groups, gates.Values, gates.Group, weights.Right, fromZero, h.Values, c.Values, nextC, next, h.Group);
        Assert.Equal(before, gates.Values);

        var grid = new VectorGrid(gates.Values, 2 * w, gates.Group, w);
        if (!fromZero)
            MatMul.Multiply(1, new LeftOperand(h.Values, w, 1, w, groups, h.Group), weights.Right, grid, grid);
        LstmStep.Forward(groups, 1, gates.Values, gates.Group, c.Values, expectedC, expected, h.Group);
        Assert.Equal(expectedC, nextC);
        Assert.Equal(expected, next);
    }

    [Fact]
    public void Gru_WeightsOfAnotherShape_Throws()
    {
        (Slab gates, Slab h) = (Random(4, 48, 1), Random(1, 48, 2));
        float[] next = new float[h.Values.Length];
        PackedMatrix weights = Weights(2, 3, 3, rounded: false);
        Assert.Throws<ArgumentException>(() => GruRow.ForwardAfter(UnitGroups.Of(48) + 1, gates.Values, gates.Group, weights.Right, new float[256], false, h.Values, next, h.Group));
    }

    private static PackedMatrix Weights(int groups, int gates, int panelVectors, bool rounded)
    {
        int units = groups * MatMul.VectorWidth, columns = units * gates;
        float[] values = Numbers(units * columns, 5);
        if (rounded)
            foreach (ref float v in values.AsSpan())
                v = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(v) & 0xFFFF0000);
        PackedMatrix weights = new(units, columns, panelVectors);
        weights.Pack(values, units, columns, 1);
        if (rounded)
            weights.KeepPairs();
        return weights;
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static Slab Random(int blocks, int units, int seed, int perGroup = 1)
    {
        float[] values = Numbers(blocks * units, seed);
        return new Slab(1, blocks, units, i => 4 * values[i], perGroup);
    }

    private static Slab Zeros(int units) => new(1, 1, units, _ => 0f);
}
