// The gate kernels against the plain equations, over sizes around every vector width.

using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Tests.Kernels;

public class StepParityTests
{
    public static TheoryData<int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, int>();
            foreach (int rows in new[] { 1, 3, 8 })
                foreach (int units in new[] { 1, 2, 4, 7, 8, 9, 15, 16, 17, 33, 48 })
                    sizes.Add(rows, units);
            return sizes;
        }
    }

    /// <summary>Gates are at most 1 and their arguments at most about 4 here: two sigmoids and a tanh of 2e-7 each, then products of them.</summary>
    private const double Tolerance = 2e-6;

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruAfter_ForwardThenBackward_FollowsTheEquations(int B, int H)
    {
        (Slab gates, Slab h, Slab next, Slab d) = (Random(B, 4, H, 1), Random(B, 1, H, 2), Zeros(B, H), Random(B, 1, H, 3, gap: 0));
        GruStep.ForwardAfter(UnitGroups.Of(H), B, gates.Values, gates.Group, h.Values, next.Values, h.Group);
        Each(B, H, (b, j) =>
        {
            float r = Sigmoid(gates[b, 1, j]), z = Sigmoid(gates[b, 2, j]), n = MathF.Tanh(gates[b, 0, j] + r * gates[b, 3, j]);
            (gates[b, 0, j], gates[b, 1, j], gates[b, 2, j]) = (n, r, z);
            next[b, 0, j] = (1 - z) * n + z * h[b, 0, j];
        });
        gates.Check(Tolerance);
        next.Check(Tolerance);

        GruStep.BackwardAfter(UnitGroups.Of(H), B, gates.Values, gates.Group, h.Values, h.Group, d.Values);
        Each(B, H, (b, j) =>
        {
            float n = gates[b, 0, j], r = gates[b, 1, j], z = gates[b, 2, j], m = gates[b, 3, j], dn = d[b, 0, j] * (1 - z) * (1 - n * n);
            (gates[b, 0, j], gates[b, 1, j], gates[b, 3, j]) = (dn, dn * m * r * (1 - r), dn * r);
            gates[b, 2, j] = d[b, 0, j] * (h[b, 0, j] - n) * z * (1 - z);
            d[b, 0, j] *= z;
        });
        gates.Check(Tolerance);
        d.Check(Tolerance);
        h.Check(0);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GruBefore_ForwardThenBackward_FollowsTheEquations(int B, int H)
    {
        (Slab gates, Slab h, Slab next, Slab d, Slab dm) = (Random(B, 4, H, 1), Random(B, 1, H, 2), Zeros(B, H), Random(B, 1, H, 3, gap: 0), Random(B, 1, H, 4, gap: 0));
        int groups = UnitGroups.Of(H);
        GruStep.ForwardBeforeReset(groups, B, gates.Values, gates.Group, h.Values, h.Group);
        Each(B, H, (b, j) =>
        {
            float r = Sigmoid(gates[b, 1, j]);
            (gates[b, 1, j], gates[b, 2, j], gates[b, 3, j]) = (r, Sigmoid(gates[b, 2, j]), r * h[b, 0, j]);
        });
        gates.Check(Tolerance);
        GruStep.ForwardBeforeState(groups, B, gates.Values, gates.Group, h.Values, next.Values, h.Group);
        Each(B, H, (b, j) =>
        {
            float n = MathF.Tanh(gates[b, 0, j]), z = gates[b, 2, j];
            gates[b, 0, j] = n;
            next[b, 0, j] = (1 - z) * n + z * h[b, 0, j];
        });
        gates.Check(Tolerance);
        next.Check(Tolerance);

        GruStep.BackwardBeforeState(groups, B, gates.Values, gates.Group, h.Values, h.Group, d.Values);
        Each(B, H, (b, j) =>
        {
            float n = gates[b, 0, j], z = gates[b, 2, j];
            gates[b, 0, j] = d[b, 0, j] * (1 - z) * (1 - n * n);
            gates[b, 2, j] = d[b, 0, j] * (h[b, 0, j] - n) * z * (1 - z);
            d[b, 0, j] *= z;
        });
        gates.Check(Tolerance);
        GruStep.BackwardBeforeReset(groups, B, gates.Values, gates.Group, dm.Values, h.Values, h.Group, d.Values);
        Each(B, H, (b, j) =>
        {
            float r = gates[b, 1, j];
            d[b, 0, j] += r * dm[b, 0, j];
            gates[b, 1, j] = dm[b, 0, j] * h[b, 0, j] * r * (1 - r);
        });
        gates.Check(Tolerance);
        d.Check(Tolerance);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Lstm_ForwardThenBackward_FollowsTheEquations(int B, int H)
    {
        (Slab gates, Slab c, Slab nextC, Slab nextH) = (Random(B, 4, H, 1, perGroup: 2), Random(B, 1, H, 2), Zeros(B, H), Zeros(B, H));
        (Slab dh, Slab dc) = (Random(B, 1, H, 3, gap: 0), Random(B, 1, H, 4, gap: 0));
        LstmStep.Forward(UnitGroups.Of(H), B, gates.Values, gates.Group, c.Values, nextC.Values, nextH.Values, c.Group);
        Each(B, H, (b, j) =>
        {
            float i = Sigmoid(gates[b, 0, j]), f = Sigmoid(gates[b, 1, j]), g = MathF.Tanh(gates[b, 2, j]), o = Sigmoid(gates[b, 3, j]);
            (gates[b, 0, j], gates[b, 1, j], gates[b, 2, j], gates[b, 3, j]) = (i, f, g, o);
            nextC[b, 0, j] = f * c[b, 0, j] + i * g;
            nextH[b, 0, j] = o * MathF.Tanh(nextC[b, 0, j]);
        });
        gates.Check(Tolerance);
        nextC.Check(Tolerance);
        nextH.Check(Tolerance);

        LstmStep.Backward(UnitGroups.Of(H), B, gates.Values, gates.Group, c.Values, nextC.Values, c.Group, dh.Values, dc.Values);
        Each(B, H, (b, j) =>
        {
            float i = gates[b, 0, j], f = gates[b, 1, j], g = gates[b, 2, j], o = gates[b, 3, j], tanh = MathF.Tanh(nextC[b, 0, j]);
            float all = dc[b, 0, j] + dh[b, 0, j] * o * (1 - tanh * tanh);
            (gates[b, 0, j], gates[b, 1, j]) = (all * g * i * (1 - i), all * c[b, 0, j] * f * (1 - f));
            (gates[b, 2, j], gates[b, 3, j]) = (all * i * (1 - g * g), dh[b, 0, j] * tanh * o * (1 - o));
            (dc[b, 0, j], dh[b, 0, j]) = (all * f, 0f);
        });
        gates.Check(Tolerance);
        dc.Check(Tolerance);
        dh.Check(0);
    }

    /// <summary>Arguments as far out as a float goes: no overflow on the way to 0 and 1, and what is not a number stays so.</summary>
    [Fact]
    public void GruAfter_ExtremeArguments_SaturateOrStayNaN()
    {
        float[] extremes = [0f, 30f, -30f, 50f, -50f, 90f, -90f, 1e30f, -1e30f, float.MaxValue, -float.MaxValue];
        foreach (float r in extremes)
        {
            foreach (float z in extremes)
            {
                Slab gates = new(1, 4, 1, n => n switch { 1 => r, 2 => z, _ => 0.5f }), h = new(1, 1, 1, _ => 0.25f), next = Zeros(1, 1);
                GruStep.ForwardAfter(1, 1, gates.Values, gates.Group, h.Values, next.Values, h.Group);
                double sr = 1 / (1 + Math.Exp(-r)), sz = 1 / (1 + Math.Exp(-z)), n = Math.Tanh(0.5 + sr * 0.5);
                gates[0, 0, 0] = (float)n;
                (gates[0, 1, 0], gates[0, 2, 0]) = ((float)sr, (float)sz);
                gates.Check(Tolerance);
                next[0, 0, 0] = (float)((1 - sz) * n + sz * 0.25);
                next.Check(Tolerance);
            }
        }
        Slab bad = new(1, 4, 1, n => n == 2 ? float.NaN : 0.5f), state = Zeros(1, 1), result = Zeros(1, 1);
        GruStep.ForwardAfter(1, 1, bad.Values, bad.Group, state.Values, result.Values, state.Group);
        Assert.True(float.IsNaN(result.Values[0]));
    }

    [Fact]
    public void BuffersTooShort_AreRefused()
    {
        int w = MatMul.VectorWidth;
        float[] gates = new float[3 * 4 * w], states = new float[3 * w];
        Assert.Throws<ArgumentException>(() => GruStep.ForwardAfter(1, 3, gates.AsSpan(1), 0, states, states, 0));
        Assert.Throws<ArgumentException>(() => GruStep.ForwardAfter(1, 3, gates, 0, states.AsSpan(1), states, 0));
        Assert.Throws<ArgumentException>(() => GruStep.ForwardAfter(1, 3, gates, 0, states, states.AsSpan(1), 0));
        Assert.Throws<ArgumentException>(() => GruStep.ForwardAfter(2, 3, gates, 1, states, states, 0));
        Assert.Throws<ArgumentException>(() => GruStep.BackwardAfter(1, 3, gates, 0, states, 0, states.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => LstmStep.Forward(1, 3, gates.AsSpan(1), 6 * w, states, states, states, 0));
        Assert.Throws<ArgumentException>(() => LstmStep.Forward(1, 3, gates, 6 * w, states, states, states.AsSpan(1), 0));
        Assert.Throws<ArgumentException>(() => LstmStep.Backward(1, 3, gates, 6 * w, states, states, 0, states, states.AsSpan(1)));
    }

    private static void Each(int B, int H, Action<int, int> unit)
    {
        for (int b = 0; b < B; b++)
            for (int j = 0; j < H; j++)
                unit(b, j);
    }

    private static float Sigmoid(float x) => 1f / (1f + MathF.Exp(-x));

    private static Slab Zeros(int B, int H) => new(B, 1, H, _ => 0f);

    private static Slab Random(int B, int blocks, int H, int seed, int perGroup = 1, int gap = 5)
    {
        var random = new Random(seed);
        return new Slab(B, blocks, H, _ => 4f * random.NextSingle() - 2f, perGroup, gap);
    }
}
