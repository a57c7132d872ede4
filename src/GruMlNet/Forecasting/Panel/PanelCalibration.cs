// Makes bounds hold what they promise, by what the same quantiles would have held on blocks of steps they had not seen.
namespace GruMlNet;

/// <summary>
/// Split conformal calibration (Vovk et al. 2005; on quantiles: Romano, Patterson, Candès 2019), per step ahead: a value's distance from the median is measured in z, the normal score of the quantile it lies on;
/// the bounds of a level reach to the z within which that share of the held-back values was. Steps ahead differ by a factor; the shape is that of all steps together, so that its tails rest on many values.
/// </summary>
/// <remarks>
/// Many series at one time tell little about another time: how far the calibration is believed against the networks' own quantiles depends on how much the share of values within the bounds differs from
/// one block of time to the next, by the variance of a clustered sample (Cochran 1977) and an empirical Bayes weight (Efron, Morris 1973).
/// </remarks>
internal sealed class PanelCalibration
{
    /// <summary>Values that a step's factor is based on, at least: where it has fewer of its own, its neighbours' are added.</summary>
    private const int MinValues = 1000;

    /// <summary>With fewer values than this in all, the quantiles are taken as they are.</summary>
    private const int TooFewValues = 60;

    /// <summary>How far, as a logarithm, the networks' own bounds are usually off.</summary>
    private const double UsualError = 0.1;

    /// <summary>Standard deviation, from one time to another, of the share of values within bounds of <see cref="JudgedLevel"/>, at least: few blocks of time may look alike by chance.</summary>
    private const double MinDeviation = 0.05;

    /// <summary>How much less a calibration that narrows bounds is believed: the trials were ended where they did best on the held-back values, so these lie nearer to the medians than others will.</summary>
    private const double NarrowingTrust = 0.5;

    private const double JudgedLevel = 0.8;

    private static readonly double[] Levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, JudgedLevel, 0.9, 0.95, 0.98];
    private static readonly double[] NormalZ = Array.ConvertAll(Levels, NormalDistribution.TwoSidedQuantile);

    private readonly float[] _z; // [h, levels]

    private PanelCalibration(PanelStretch stretch, float[] z) => (Stretch, _z) = (stretch, z);

    /// <summary>What is done to the quantiles before their bounds are read off.</summary>
    public PanelStretch Stretch { get; }

    /// <summary>Leaves the quantiles as they are.</summary>
    public static PanelCalibration None(int horizon)
    {
        var z = new float[horizon * Levels.Length];
        for (var i = 0; i < z.Length; i++) z[i] = (float)NormalZ[i % Levels.Length];
        return new PanelCalibration(PanelStretch.None, z);
    }

    /// <summary>Calibrates on held-back values.</summary>
    /// <param name="distances">From the medians of quantiles that were stretched already.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="stretch">How they were.</param>
    public static PanelCalibration Fit(IReadOnlyList<PanelDistance> distances, int horizon, PanelStretch stretch)
    {
        if (distances.Count < TooFewValues) return None(horizon);
        var factors = StepFactors(distances, horizon);
        double[] ascending = [.. distances.Select(d => Math.Abs(d.Z) / factors[d.Step]).Order()];
        var trust = Trust(distances, factors, Ranked(ascending, JudgedLevel));
        var z = new float[horizon * Levels.Length];
        for (var i = 0; i < z.Length; i++)
        {
            var normal = NormalZ[i % Levels.Length];
            var change = Ranked(ascending, Levels[i % Levels.Length]) * factors[i / Levels.Length] / normal;
            z[i] = (float)(normal * Math.Pow(change, change < 1 ? NarrowingTrust * trust : trust));
        }
        return new PanelCalibration(stretch, z);
    }

    /// <summary>How far in z the bounds of a level reach from the median, for one step ahead.</summary>
    /// <param name="step">0 for the first step ahead.</param>
    /// <param name="normal">How far they would reach in a normal distribution.</param>
    public double Reach(int step, double normal)
    {
        var z = _z.AsSpan(step * Levels.Length, Levels.Length);
        var k = Array.BinarySearch(NormalZ, normal);
        if (k >= 0) return z[k];
        k = ~k;
        if (k == 0) return z[0] * normal / NormalZ[0];
        // Beyond the last level the normal distribution's shape goes on: no held-back block has enough values there.
        if (k == Levels.Length) return z[^1] * normal / NormalZ[^1];
        return z[k - 1] + (z[k] - z[k - 1]) * (normal - NormalZ[k - 1]) / (NormalZ[k] - NormalZ[k - 1]);
    }

    /// <summary>How far the bounds of a level reach, as a multiple of a normal distribution's, on average over the steps ahead.</summary>
    public double MeanFactor(double level)
    {
        var normal = NormalDistribution.TwoSidedQuantile(level);
        return Enumerable.Range(0, _z.Length / Levels.Length).Average(step => Reach(step, normal)) / normal;
    }

    /// <summary>As far as this or another, whose stretch it takes, reaches, whichever is further.</summary>
    public PanelCalibration AtLeast(PanelCalibration other) => new(other.Stretch, [.. _z.Zip(other._z, Math.Max)]);

    public void Save(BinaryWriter writer)
    {
        writer.Write(Stretch.Weight);
        writer.Write(Stretch.Usual);
        foreach (var value in _z) writer.Write(value);
    }

    public static PanelCalibration Load(BinaryReader reader, int horizon)
    {
        var stretch = new PanelStretch(reader.ReadDouble(), reader.ReadDouble());
        var z = new float[horizon * Levels.Length];
        foreach (ref var value in z.AsSpan()) value = reader.ReadSingle();
        return new PanelCalibration(stretch, z);
    }

    /// <summary>[h]: how large distances are at a step and, if need be, near it, against all.</summary>
    private static double[] StepFactors(IReadOnlyList<PanelDistance> distances, int horizon)
    {
        // [h + 1]: of all steps before one.
        var (sums, counts) = (new double[horizon + 1], new int[horizon + 1]);
        foreach (var d in distances)
        {
            sums[d.Step + 1] += d.Capped;
            counts[d.Step + 1]++;
        }
        for (var i = 0; i < horizon; i++) (sums[i + 1], counts[i + 1]) = (sums[i] + sums[i + 1], counts[i] + counts[i + 1]);
        var (mean, factors) = (sums[horizon] / distances.Count, new double[horizon]);
        for (var i = 0; i < horizon; i++)
        {
            int from = i, to = i + 1;
            while (counts[to] - counts[from] < MinValues && (from > 0 || to < horizon)) (from, to) = (Math.Max(from - 1, 0), Math.Min(to + 1, horizon));
            factors[i] = (sums[to] - sums[from]) / (counts[to] - counts[from]) / mean;
            if (!(factors[i] > 0)) factors[i] = 1; // never missed
        }
        return factors;
    }

    /// <summary>How far the calibration is believed, 0 to 1.</summary>
    /// <param name="distances">All.</param>
    /// <param name="factors">[h]: of the steps.</param>
    /// <param name="reach">Within which the share of <see cref="JudgedLevel"/> lies.</param>
    private static double Trust(IReadOnlyList<PanelDistance> distances, double[] factors, double reach)
    {
        var (spread, least, blocks) = (0.0, 0.0, 0);
        foreach (var block in distances.GroupBy(d => d.Block))
        {
            var (count, within) = (block.Count(), block.Count(d => Math.Abs(d.Z) / factors[d.Step] <= reach));
            var surplus = within - JudgedLevel * count;
            spread += surplus * surplus;
            least += (double)count * count * MinDeviation * MinDeviation;
            blocks++;
        }
        if (blocks > 1) spread *= blocks / (blocks - 1.0);
        var share = Math.Sqrt(Math.Max(spread, least)) / distances.Count; // standard error of the share within the bounds
        var z = NormalDistribution.TwoSidedQuantile(JudgedLevel);
        var error = share / (2 * z * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)); // of the logarithm of their reach, by the density of values there
        return UsualError * UsualError / (UsualError * UsualError + error * error);
    }

    /// <summary>The (n + 1)·p-th smallest: what makes the promise hold for the next value as well.</summary>
    private static double Ranked(double[] ascending, double p) => ascending[Math.Clamp((int)Math.Ceiling((ascending.Length + 1) * p) - 1, 0, ascending.Length - 1)];
}
