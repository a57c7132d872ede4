// One training step after another: sample, forward, loss, backward, clip, update.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;

namespace GruMlNet.Engine.Training;

/// <summary>
/// The moving parts of a run; allocates nothing after construction. The blocks of a batch are dealt to a fixed number of lanes, each with its
/// own gradient; threads share the lanes, and the gradients are added up in the lanes' order: so the number of threads changes no bit.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private const int MaxLanes = 8;

    /// <summary>Widest state whose recurrent weights (1.8 MB for a GRU) stay in a core's cache, commonly 2 MB.</summary>
    private const int MaxCachedState = 384;

    private readonly RecurrentNetwork _network;
    private readonly ISequenceSource _source;
    private readonly TrainerOptions _options;
    private readonly CancellationToken _token;
    private readonly ExampleOrder _order;
    private readonly Optimizer _optimizer;
    private readonly SequenceBatch[] _blocks;
    private readonly float[][] _tokenGradients;
    private readonly CarriedState?[] _carried;
    private readonly TrainingLane[] _lanes;
    private readonly ThreadTeam _team;
    private readonly Action<int> _fill, _propagate, _reduce;
    private readonly int[] _indices;
    private readonly ParameterGradient _gradient;
    private readonly float[] _average;
    private float _scale;

    public TrainingRun(RecurrentNetwork network, ISequenceSource source, Loss loss, TrainerOptions options, CancellationToken token)
    {
        (_network, _source, _options, _token) = (network, source, options, token);
        var stream = source as IStreamSource;
        if (stream is not null) CarriedState.Check(network, stream, nameof(source));
        var batchSize = stream?.Streams ?? options.BatchSize;
        var blockRows = Math.Min(BlockRows(network.Shape, batchSize), batchSize);
        _blocks = new SequenceBatch[(batchSize + blockRows - 1) / blockRows];
        for (var i = 0; i < _blocks.Length; i++)
            _blocks[i] = new SequenceBatch(network.Shape, source.MaxSteps, blockRows, loss) { Rows = Math.Min(blockRows, batchSize - i * blockRows) };
        _tokenGradients = [.. _blocks.Select(b => new float[b.Tokens.Length * network.Shape.TokenEmbeddingSize])];
        _carried = [.. _blocks.Select(b => stream is null ? null : new CarriedState(network, b.Rows))];
        _lanes = new TrainingLane[Math.Min(MaxLanes, _blocks.Length)];
        _team = new ThreadTeam(Math.Min(options.Threads ?? Environment.ProcessorCount, _lanes.Length));
        var passes = new NetworkPass[_team.Threads];
        for (var i = 0; i < passes.Length; i++) passes[i] = new NetworkPass(network.Parts, source.MaxSteps, blockRows, training: true);
        for (var i = 0; i < _lanes.Length; i++) _lanes[i] = new TrainingLane(network.Layout.SumCount, passes[i % passes.Length], loss, _blocks[0]);
        (_fill, _propagate, _reduce) = (Fill, Propagate, Reduce);
        _order = new ExampleOrder(source.Count, SeededRandom.Combine((ulong)options.Seed, 1), shuffle: stream is null);
        _optimizer = Optimizer.Create(options.Optimizer, network.ParameterCount, options.WeightDecay, options.Momentum);
        _indices = new int[batchSize];
        _gradient = new ParameterGradient(network.ParameterCount, network.Parts.Tokens?.Table);
        _average = options.AverageDecay > 0f ? network.Parameters.ToArray() : [];
    }

    /// <summary>Steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>Norm of the last gradient before clipping.</summary>
    public double GradientNorm { get; private set; }

    /// <summary>The weights that the run has come to: their moving average, where one is kept.</summary>
    public ReadOnlySpan<float> Result => _average.Length > 0 ? _average : _network.Parameters;

    public void Dispose() => _team.Dispose();

    /// <summary>Does one step and returns the batch's mean loss before it. Where the loss or its gradient is not finite, no weight changes and the result is NaN.</summary>
    public double Step(float learningRate)
    {
        _token.ThrowIfCancellationRequested();
        _order.Deal(_indices);
        _team.Run(_fill);
        var weight = 0.0;
        foreach (var block in _blocks) weight += Sum(block.ActiveWeights);
        _scale = weight > 0 ? (float)(1.0 / weight) : 0f;

        _team.Run(_propagate);
        _team.Run(_reduce);
        var sum = 0.0;
        foreach (var lane in _lanes) sum += lane.Loss;
        var mean = sum * _scale;
        if (!double.IsFinite(mean) || !Update(learningRate)) mean = double.NaN;
        Steps++;
        return mean;
    }

    /// <summary>A member of the team fills the blocks of its lanes.</summary>
    private void Fill(int member)
    {
        for (var lane = member; lane < _lanes.Length; lane += _team.Threads)
            for (var i = lane; i < _blocks.Length; i += _lanes.Length)
                _source.Fill(_indices.AsSpan(i * _blocks[0].MaxRows, _blocks[i].Rows), _blocks[i]);
    }

    /// <summary>A member of the team takes the blocks of its lanes forward and backward.</summary>
    private void Propagate(int member)
    {
        for (var lane = member; lane < _lanes.Length; lane += _team.Threads)
        {
            _lanes[lane].Clear();
            for (var i = lane; i < _blocks.Length; i += _lanes.Length) _lanes[lane].Add(_blocks[i], _scale, DropoutSeed(i), _tokenGradients[i], _carried[i]);
        }
    }

    /// <summary>A member of the team adds up its part of the gradients over all lanes, into the first one's.</summary>
    private void Reduce(int member)
    {
        long count = _network.Layout.SumCount;
        var from = (int)(count * member / _team.Threads);
        var length = (int)(count * (member + 1) / _team.Threads) - from;
        for (var lane = 1; lane < _lanes.Length; lane++)
            VectorOps.AddScaled(_lanes[0].Sums.AsSpan(from, length), _lanes[lane].Sums.AsSpan(from, length), 1f);
    }

    /// <summary>False, and nothing is done, where the gradient has overflowed: no scaling makes it a direction again.</summary>
    private bool Update(float learningRate)
    {
        _network.Layout.Collect(_lanes[0].Sums, _gradient.Values);
        if (_network.Parts.Tokens is { } tokens)
        {
            _gradient.ClearTable();
            for (var i = 0; i < _blocks.Length; i++) tokens.AddGradient(_blocks[i], _tokenGradients[i], _gradient);
        }
        GradientNorm = GradientClipping.ClipByGlobalNorm(_gradient, _options.ClipNorm ?? float.PositiveInfinity);
        if (!double.IsFinite(GradientNorm)) return false;
        _optimizer.Step(_network.MutableParameters, _gradient, learningRate);
        _network.ParametersChanged();
        if (_average.Length > 0) VectorOps.MovingAverage(_average, _network.Parameters, AverageDecayNow());
        return true;
    }

    /// <summary>Early on the average looks back less far, so that it is not held by the initial weights: min(decay, (1 + n) / (10 + n)).</summary>
    private float AverageDecayNow() => Math.Min(_options.AverageDecay, (1f + Steps) / (10f + Steps));

    private ulong DropoutSeed(int block) => SeededRandom.Combine(SeededRandom.Combine((ulong)_options.Seed, 2), (ulong)Steps * (ulong)_blocks.Length + (ulong)block) | 1;

    /// <summary>
    /// Large batches have blocks of 16 rows, and of 32 where the recurrent weights are larger than the cache of a core: every block reads them anew in every step,
    /// which would take longer than the products.
    /// </summary>
    private static int BlockRows(NetworkShape shape, int batchSize)
    {
        if (batchSize < 2 * Trainer.BlockRows * MaxLanes) return Trainer.BlockRows;
        return Trainer.BlockRows * (shape.HiddenSize > MaxCachedState ? 4 : 2);
    }

    internal static double Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var v in values) sum += v;
        return sum;
    }
}
