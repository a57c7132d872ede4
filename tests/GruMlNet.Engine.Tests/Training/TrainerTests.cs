// The training loop: that it learns, and each promise about how it starts, stops and repeats.

using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Optimizers;
using GruMlNet.Engine.Tests.Twin;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

public class TrainerTests
{
    private static readonly NetworkShape Small = new() { InputSize = 1, OutputSize = 1, HiddenSize = 8 };

    [Theory]
    [InlineData(ResetMode.After)]
    [InlineData(ResetMode.Before)]
    public void Train_AddingProblem_IsLearnt(ResetMode reset)
    {
        RecurrentNetwork network = RecurrentNetwork.Create(new NetworkShape { InputSize = 2, OutputSize = 1, HiddenSize = 24, Reset = reset }, 1);
        var options = new TrainerOptions { MaxEpochs = 24, LearningRate = 0.01f };
        TrainingResult result = Train(network, ToySource.Adding(1000, 12, 1), options);
        Assert.Equal(TrainingEnd.Finished, result.End);
        // 1/6 = 0.167 without learning anything; a fresh test set, so that learning by heart does not count.
        Assert.InRange(Trainer.Evaluate(network, ToySource.Adding(500, 12, 2), new SquaredLoss()), 0, 0.01);
    }

    [Fact]
    public void Train_VariableLengths_IsLearnt()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Small with { HiddenSize = 16 }, 1);
        var options = new TrainerOptions { MaxEpochs = 25, LearningRate = 0.01f };
        _ = Train(network, ToySource.FirstAndLast(800, 9, 1), options);
        // The targets' variance is about 0.19; whoever reads the padding instead of the last valid step cannot get below about half of it.
        Assert.InRange(Trainer.Evaluate(network, ToySource.FirstAndLast(400, 9, 2), new SquaredLoss()), 0, 0.01);
    }

    [Fact]
    public void Train_SameSeed_GivesTheSameBits()
    {
        NetworkShape shape = Small with { Layers = 2, InputDropout = 0.1f, RecurrentDropout = 0.1f, LayerDropout = 0.2f, HeadDropout = 0.1f };
        Assert.Equal(Run(3), Run(3));
        Assert.NotEqual(Run(3), Run(4));

        float[] Run(int seed)
        {
            RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
            var options = new TrainerOptions { MaxEpochs = 3, Seed = seed, AverageDecay = 0.9f };
            _ = Train(network, ToySource.FirstAndLast(70, 6, 1), options);
            return network.Parameters.ToArray();
        }
    }

    /// <summary>A batch is worked off in blocks of rows; that must not change what a step does.</summary>
    [Theory]
    [InlineData(RecurrentCell.Gru, 1, Trainer.BlockRows * 2 + 5)]
    [InlineData(RecurrentCell.Gru, 2, Trainer.BlockRows * 19 + 3)] // large batches go in larger blocks
    [InlineData(RecurrentCell.Lstm, 1, Trainer.BlockRows * 2 + 5)]
    [InlineData(RecurrentCell.Lstm, 2, Trainer.BlockRows + 3)]
    public void Step_BatchOfSeveralBlocks_HasTheLossAndGradientOfTheWholeBatch(RecurrentCell cell, int layers, int examples)
    {
        NetworkShape shape = Small with { Cell = cell, Layers = layers };
        ToySource source = ToySource.FirstAndLast(examples, 6, 1);
        RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
        double expected = Trainer.Evaluate(network, source, new SquaredLoss());
        float[] before = network.Parameters.ToArray();
        // One plain gradient step over all examples at once.
        var options = new TrainerOptions { BatchSize = source.Count, Optimizer = OptimizerKind.Sgd, ClipNorm = null, Threads = 1 };
        using var run = new TrainingRun(network, source, new SquaredLoss(), options, default);
        Assert.Equal(expected, run.Step(0.1f), 1e-6);

        // The same gradient from one pass over one large block.
        var batch = new SequenceBatch(shape, source.MaxSteps, source.Count, new SquaredLoss());
        source.Fill([.. Enumerable.Range(0, source.Count)], batch);
        RecurrentNetwork fresh = RecurrentNetwork.Create(shape, 1);
        var pass = new NetworkPass(fresh.Parts, source.MaxSteps, source.Count, training: true);
        float[] d = new float[source.Count], gradient = new float[fresh.ParameterCount], sums = new float[fresh.Layout.SumCount];
        _ = new SquaredLoss().Evaluate(source.Count, pass.Forward(batch, 0), batch.ActiveTargets, batch.ActiveWeights, 1f / source.Count, d);
        pass.Backward(batch, d, sums);
        fresh.Layout.Collect(sums, gradient);
        double[] moved = [.. before.Zip(gradient, (w, g) => w - 0.1 * g)];
        // Sums in another order, in float32.
        Agreement.Check("weights", network.Parameters, moved, 1e-6);
    }

    [Fact]
    public void Train_AnEpoch_ShowsEveryExampleOnce()
    {
        var seen = new List<int>();
        ToySource noise = ToySource.Noise(96, 3, 1);
        var source = new SeenSource(noise, seen);
        _ = Train(RecurrentNetwork.Create(Small, 1), source, new TrainerOptions { MaxEpochs = 2, BatchSize = 32, Threads = 1 });
        Assert.Equal(Enumerable.Range(0, 96), seen.Take(96).Order());
        Assert.Equal(Enumerable.Range(0, 96), seen.Skip(96).Order());
        Assert.NotEqual(seen.Take(96), seen.Skip(96));
        Assert.NotEqual(Enumerable.Range(0, 96), seen.Take(96));
    }

    /// <summary>Learning noise by heart makes the validation loss rise after a few epochs.</summary>
    [Fact]
    public void Train_ValidationGetsWorse_StopsAndRestoresTheBestWeights()
    {
        (ToySource training, ToySource validation) = (ToySource.Noise(40, 5, 1), ToySource.Noise(200, 5, 2));
        var losses = new List<double>();
        var weights = new List<float[]>();
        RecurrentNetwork network = RecurrentNetwork.Create(Small with { HiddenSize = 16 }, 1);
        var options = new TrainerOptions
        {
            MaxEpochs = 200,
            BatchSize = 8,
            LearningRate = 0.02f,
            CosineDecay = false,
            Patience = 7,
            Progress = p =>
            {
                losses.Add(p.ValidationLoss!.Value);
                weights.Add(network.Parameters.ToArray());
                return true;
            },
        };
        TrainingResult result = Train(network, training, options, validation);

        Assert.Equal(TrainingEnd.EarlyStopped, result.End);
        Assert.Equal(losses.IndexOf(losses.Min()) + 1, result.BestEpoch);
        Assert.Equal(result.BestEpoch + 7, result.Epochs);
        Assert.Equal(losses.Min(), result.ValidationLoss);
        Assert.Equal(weights[result.BestEpoch - 1], network.Parameters.ToArray());
        Assert.Equal(losses.Min(), Trainer.Evaluate(network, validation, new SquaredLoss()));
        Assert.NotEqual(weights[^1], network.Parameters.ToArray());
    }

    [Fact]
    public void Train_Cancelled_StopsBeforeTheNextBatchAndKeepsTheLastGoodEpoch()
    {
        using var cancel = new CancellationTokenSource();
        ToySource examples = ToySource.Noise(32, 3, 1);
        RecurrentNetwork network = RecurrentNetwork.Create(Small, 1);
        float[] afterFirstEpoch = [];
        int fills = 0;
        var source = new SeenSource(examples, null, () =>
        {
            if (++fills == 6)       // the second epoch's second batch, with four batches of 8 an epoch
                cancel.Cancel();
        });
        var options = new TrainerOptions
        {
            MaxEpochs = 50,
            BatchSize = 8,
            Threads = 1,
            Progress = _ =>
            {
                afterFirstEpoch = network.Parameters.ToArray();
                return true;
            },
        };
        Assert.Throws<OperationCanceledException>(() => Train(network, source, options, token: cancel.Token));
        Assert.Equal(6, fills);
        Assert.Equal(afterFirstEpoch, network.Parameters.ToArray());
    }

    [Fact]
    public void Train_CancelledBefore_LeavesTheNetworkAlone()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Small, 1);
        float[] before = network.Parameters.ToArray();
        Assert.Throws<OperationCanceledException>(() => Train(network, ToySource.Noise(9, 3, 1), new TrainerOptions(), token: new CancellationToken(true)));
        Assert.Equal(before, network.Parameters.ToArray());
    }

    [Fact]
    public void Train_ProgressReturnsFalse_StopsThere()
    {
        var reports = new List<TrainingProgress>();
        var options = new TrainerOptions
        {
            MaxEpochs = 10,
            BatchSize = 16,
            WarmupSteps = 0,
            LearningRate = 0.004f,
            Progress = p =>
            {
                reports.Add(p);
                return p.Epoch < 3;
            },
        };
        TrainingResult result = Train(RecurrentNetwork.Create(Small, 1), ToySource.Noise(50, 3, 1), options);
        Assert.Equal(TrainingEnd.StoppedByCallback, result.End);
        Assert.Equal(3, result.Epochs);
        Assert.Equal([1, 2, 3], reports.Select(p => p.Epoch));
        Assert.Equal([4, 8, 12], reports.Select(p => p.Step));      // 50 examples are four batches of 16
        Assert.All(reports, p => Assert.Equal((10, 40, null), (p.MaxEpochs, p.MaxSteps, p.ValidationLoss)));
        Assert.All(reports, p => Assert.InRange(p.TrainingLoss, 0.01, 2));
        Assert.True(reports[0].Elapsed <= reports[1].Elapsed && reports[0].Remaining > TimeSpan.Zero);
        // Half a cosine wave over 40 steps; the third epoch's last step is the twelfth, number 11.
        Assert.Equal(0.002 * (1 + Math.Cos(Math.PI * 11 / 40)), reports[2].LearningRate, 1e-9);
    }

    /// <summary>Over 30 steps a decay of 0.6 is soon reached, one of 0.99 never: there the shorter look back of the beginning decides.</summary>
    [Theory]
    [InlineData(0.6f)]
    [InlineData(0.99f)]
    public void Train_AverageDecay_ReturnsTheMovingAverageOfTheWeights(float decay)
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Small, 1);
        double[] average = Numbers.ToDouble(network.Parameters);
        int n = 0;
        var options = new TrainerOptions
        {
            MaxEpochs = 30,
            StepsPerEpoch = 1,
            AverageDecay = decay,
            CosineDecay = false,
            LearningRate = 0.02f,
            Progress = _ =>
            {
                // Early on it looks back less far: min(decay, (1 + n) / (10 + n)) before the n-th step is counted.
                double d = Math.Min(decay, (1.0 + n) / (10.0 + n));
                n++;
                for (int i = 0; i < average.Length; i++)
                    average[i] = d * average[i] + (1 - d) * network.Parameters[i];
                return true;
            },
        };
        float[] last = [];
        Func<TrainingProgress, bool> follow = options.Progress;
        options.Progress = p =>
        {
            last = network.Parameters.ToArray();
            return follow(p);
        };
        _ = Train(network, ToySource.FirstAndLast(64, 5, 1), options);
        Assert.Equal(30, n);
        // 30 float32 updates.
        Agreement.Check("average", network.Parameters, average, 2e-6);
        Assert.True(Agreement.RelativeError(Numbers.ToDouble(last), average) > 1e-3, "the average must differ visibly from the last weights for this test to mean something");
    }

    /// <summary>A target of weight 0 must not be learnt, even if it is NaN.</summary>
    [Fact]
    public void Train_TargetsOfWeightZero_AreIgnored()
    {
        NetworkShape shape = Small with { OutputSize = 2 };
        Example[] Examples(float missing) =>
            [.. Enumerable.Range(0, 20).Select(i => new Example([i / 20f, -i / 20f], i % 2 == 0 ? [0.5f, missing] : [missing, 0.25f], i % 2 == 0 ? [1f, 0f] : [0f, 1f]))];
        Assert.Equal(Run(0f), Run(float.NaN));

        float[] Run(float missing)
        {
            RecurrentNetwork network = RecurrentNetwork.Create(shape, 1);
            TrainingResult result = Train(network, new ToySource(Examples(missing), 1), new TrainerOptions { MaxEpochs = 3 });
            Assert.Equal(TrainingEnd.Finished, result.End);
            return network.Parameters.ToArray();
        }
    }

    [Fact]
    public void Train_LossBecomesInfinite_EndsAsDivergedWithFiniteWeights()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Small, 1);
        var options = new TrainerOptions { LearningRate = 1e30f, ClipNorm = null, Optimizer = OptimizerKind.Sgd, WarmupSteps = 0 };
        TrainingResult result = Train(network, ToySource.Noise(40, 3, 1), options);
        Assert.Equal(TrainingEnd.Diverged, result.End);
        Assert.All(network.Parameters.ToArray(), v => Assert.True(float.IsFinite(v)));
    }

    /// <summary>
    /// A finite loss whose gradient overflows: a first layer of 1e30 and an output layer of 1e-30 give outputs of size 1, but the gradient of the latter is 1e30 times the error of 1e10.
    /// Scaling an infinite gradient down makes it NaN, so the step must not be taken.
    /// </summary>
    [Theory]
    [InlineData(1f)]
    [InlineData(null)]
    public void Train_GradientOverflows_EndsAsDivergedWithFiniteWeights(float? clipNorm)
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Small with { HeadSizes = [1], HeadActivation = Activation.None }, 1);
        float[] weights = network.Parameters.ToArray();
        network.Layout.Find("head.0.weight").Of(weights.AsSpan()).Fill(1e30f);
        network.Layout.Find("head.output.weight").Of(weights.AsSpan()).Fill(1e-30f);
        network.SetParameters(weights);
        var source = new ToySource([new Example([0.5f, -1f], [1e10f], [1f])], 1);
        TrainingResult result = Train(network, source, new TrainerOptions { MaxEpochs = 1, BatchSize = 1, WarmupSteps = 0, ClipNorm = clipNorm });
        Assert.Equal(TrainingEnd.Diverged, result.End);
        Assert.All(network.Parameters.ToArray(), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Train_NothingToLearnFrom_SaysSo()
    {
        RecurrentNetwork network = RecurrentNetwork.Create(Small, 1);
        var empty = new EmptySource();
        ToySource some = ToySource.Noise(4, 2, 1);
        Assert.Equal("training", Assert.Throws<ArgumentException>(() => Train(network, empty, new TrainerOptions())).ParamName);
        Assert.Equal("validation", Assert.Throws<ArgumentException>(() => Train(network, some, new TrainerOptions(), empty)).ParamName);
        ArgumentException e = Assert.Throws<ArgumentException>(() => Train(network, some, new TrainerOptions { Patience = 3 }));
        Assert.Contains("Patience needs a validation source", e.Message, StringComparison.Ordinal);
    }

    private static TrainingResult Train(RecurrentNetwork network, ISequenceSource training, TrainerOptions options, ISequenceSource? validation = null, CancellationToken? token = null)
        => Trainer.Train(network, training, new SquaredLoss(), options, validation, token ?? TestContext.Current.CancellationToken);

    /// <summary>Passes on to another source, and tells.</summary>
    private sealed class SeenSource(ToySource inner, List<int>? seen, Action? before = null) : ISequenceSource
    {
        public int Count => inner.Count;

        public int MaxSteps => inner.MaxSteps;

        public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
        {
            before?.Invoke();
            seen?.AddRange(indices);
            inner.Fill(indices, batch);
        }
    }

    private sealed class EmptySource : ISequenceSource
    {
        public int Count => 0;

        public int MaxSteps => 1;

        public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch) => throw new InvalidOperationException("There is nothing to fill.");
    }
}
