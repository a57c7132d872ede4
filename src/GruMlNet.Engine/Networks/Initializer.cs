// How a tensor's values are drawn before training.
namespace GruMlNet.Engine.Networks;

/// <summary>Fills a fresh tensor [rows, columns] whose rows may consist of equal blocks, one per gate, each started on its own.</summary>
internal abstract class Initializer
{
    /// <summary>All zeros: biases, and parts that must add nothing at the start.</summary>
    public static Initializer Zeros { get; } = new ZeroInitializer();

    /// <summary>All ones: factors.</summary>
    public static Initializer Ones { get; } = new OnesInitializer();

    /// <summary>One value per equal block of a vector: biases of gates that are to start open or closed.</summary>
    public static Initializer Constants(params float[] blocks) => new ConstantsInitializer(blocks);

    /// <summary>Uniform in ±scale·√(6 / (fan-in + fan-out)) (Glorot and Bengio 2010).</summary>
    public static Initializer GlorotUniform(int blocks = 1, float scale = 1f) => new GlorotInitializer(blocks, scale);

    /// <summary>Uniform in ±limit: tables of vectors, of which each is used alone.</summary>
    public static Initializer Uniform(double limit) => new UniformInitializer(limit);

    /// <summary>A random orthogonal matrix per block (Saxe, McClelland, Ganguli 2014); blocks must be square.</summary>
    public static Initializer Orthogonal(int blocks) => new OrthogonalInitializer(blocks);

    public abstract void Fill(Span<float> values, int rows, int columns, SeededRandom random);

    private sealed class ZeroInitializer : Initializer
    {
        public override void Fill(Span<float> values, int rows, int columns, SeededRandom random) => values.Clear();
    }

    private sealed class OnesInitializer : Initializer
    {
        public override void Fill(Span<float> values, int rows, int columns, SeededRandom random) => values.Fill(1f);
    }

    private sealed class ConstantsInitializer(float[] blocks) : Initializer
    {
        public override void Fill(Span<float> values, int rows, int columns, SeededRandom random)
        {
            var length = values.Length / blocks.Length;
            for (var i = 0; i < blocks.Length; i++) values.Slice(i * length, length).Fill(blocks[i]);
        }
    }

    private sealed class UniformInitializer(double limit) : Initializer
    {
        public override void Fill(Span<float> values, int rows, int columns, SeededRandom random)
        {
            foreach (ref var v in values) v = random.NextSymmetric(limit);
        }
    }

    private sealed class GlorotInitializer(int blocks, float scale) : Initializer
    {
        public override void Fill(Span<float> values, int rows, int columns, SeededRandom random)
        {
            var limit = scale * Math.Sqrt(6.0 / (columns + rows / blocks));
            foreach (ref var v in values) v = random.NextSymmetric(limit);
        }
    }

    private sealed class OrthogonalInitializer(int blocks) : Initializer
    {
        public override void Fill(Span<float> values, int rows, int columns, SeededRandom random)
        {
            for (var block = 0; block < blocks; block++) FillBlock(values.Slice(block * columns * columns, columns * columns), columns, random);
        }

        /// <summary>Gram-Schmidt on Gaussian rows, each taken off twice, which keeps the rows orthogonal to rounding.</summary>
        private static void FillBlock(Span<float> target, int n, SeededRandom random)
        {
            var rows = new double[n][];
            for (var i = 0; i < n; i++)
            {
                var row = new double[n];
                for (var j = 0; j < n; j++) row[j] = random.NextGaussian();
                for (var pass = 0; pass < 2; pass++)
                    for (var k = 0; k < i; k++) Subtract(row, rows[k], Dot(row, rows[k]));
                var norm = Math.Sqrt(Dot(row, row));
                for (var j = 0; j < n; j++) row[j] /= norm;
                rows[i] = row;
                for (var j = 0; j < n; j++) target[i * n + j] = (float)row[j];
            }
        }

        private static double Dot(double[] a, double[] b)
        {
            var sum = 0.0;
            for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
            return sum;
        }

        private static void Subtract(double[] row, double[] other, double factor)
        {
            for (var j = 0; j < row.Length; j++) row[j] -= factor * other[j];
        }
    }
}
