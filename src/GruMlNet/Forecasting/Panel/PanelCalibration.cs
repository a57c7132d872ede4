// Makes bounds hold what they promise, by what the same quantiles would have held on a block of steps they had not seen.
namespace GruMlNet;

/// <summary>
/// Split conformal calibration (Vovk et al. 2005; on quantiles: Romano, Patterson, Candès 2019), per step ahead: a value's distance from the median
/// is measured in z, the normal score of the quantile it lies on; the bounds of a level reach to the z within which that share of the held-back values was.
/// </summary>
internal sealed class PanelCalibration
{
    /// <summary>Values that a step's calibration is based on, at least: where it has fewer of its own, its neighbours' are added.</summary>
    private const int MinValues = 300;

    /// <summary>With fewer values than this in all, the quantiles are taken as they are.</summary>
    private const int TooFewValues = 60;

    private static readonly double[] Levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98];
    private static readonly double[] NormalZ = Array.ConvertAll(Levels, NormalDistribution.TwoSidedQuantile);

    private readonly float[] _z; // [h, levels]

    private PanelCalibration(float[] z) => _z = z;

    /// <summary>Leaves the quantiles as they are.</summary>
    public static PanelCalibration None(int horizon)
    {
        var z = new float[horizon * Levels.Length];
        for (var i = 0; i < z.Length; i++) z[i] = (float)NormalZ[i % Levels.Length];
        return new PanelCalibration(z);
    }

    /// <summary>Calibrates on held-back values.</summary>
    /// <param name="distances">Per step ahead, |z| of each value that was known.</param>
    public static PanelCalibration Fit(IReadOnlyList<List<double>> distances)
    {
        var horizon = distances.Count;
        if (distances.Sum(d => d.Count) < TooFewValues) return None(horizon);
        var z = new float[horizon * Levels.Length];
        var pool = new List<double>();
        for (var i = 0; i < horizon; i++)
        {
            pool.Clear();
            pool.AddRange(distances[i]);
            for (var away = 1; pool.Count < MinValues && away < horizon; away++)
            {
                if (i >= away) pool.AddRange(distances[i - away]);
                if (i + away < horizon) pool.AddRange(distances[i + away]);
            }
            pool.Sort();
            for (var k = 0; k < Levels.Length; k++)
            {
                // The (n + 1)·level-th smallest: what makes the promise hold for the next value as well.
                var rank = (int)Math.Ceiling((pool.Count + 1) * Levels[k]);
                z[i * Levels.Length + k] = (float)pool[Math.Min(rank, pool.Count) - 1];
            }
        }
        return new PanelCalibration(z);
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

    /// <summary>As far as this or another reaches, whichever is further.</summary>
    public PanelCalibration AtLeast(PanelCalibration other) => new([.. _z.Zip(other._z, Math.Max)]);

    public void Save(BinaryWriter writer)
    {
        foreach (var value in _z) writer.Write(value);
    }

    public static PanelCalibration Load(BinaryReader reader, int horizon)
    {
        var z = new float[horizon * Levels.Length];
        foreach (ref var value in z.AsSpan()) value = reader.ReadSingle();
        return new PanelCalibration(z);
    }
}
