// A team does all of the work, once each, hands failures on, and training on it gives the same bits for any number of threads.
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Engine.Tests.Training;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyTimes_CallsEachMemberOnceEachTime(int threads)
    {
        using var team = new ThreadTeam(threads);
        int[] calls = new int[threads];
        for (int run = 0; run < 2000; run++)
        {
            team.Run(member => calls[member]++);
            Assert.All(calls, count => Assert.Equal(run + 1, count));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Run_OneMemberThrows_ThrowsItAndWorksAgain(int culprit)
    {
        using var team = new ThreadTeam(3);
        InvalidTimeZoneException thrown = Assert.Throws<InvalidTimeZoneException>(() => team.Run(member =>
        {
            if (member == culprit) throw new InvalidTimeZoneException("on purpose");
        }));
        Assert.Equal("on purpose", thrown.Message);
        int sum = 0;
        team.Run(member => Interlocked.Add(ref sum, member + 1));
        Assert.Equal(6, sum);
    }

    /// <summary>A wait longer than the spinning: members sleep and are woken.</summary>
    [Fact]
    public void Run_MembersSlowerThanTheSpinning_WaitsForThem()
    {
        using var team = new ThreadTeam(2);
        using var gate = new ManualResetEventSlim();
        int done = 0;
        team.Run(member =>
        {
            if (member == 0) gate.Set();
            else gate.Wait(TestContext.Current.CancellationToken);
            long sum = 0;
            for (int i = 0; i < 20_000_000 * member; i++) sum += i;
            Interlocked.Add(ref done, sum >= 0 ? 1 : 0);
        });
        Assert.Equal(2, done);
    }

    [Fact]
    public void Train_AnyNumberOfThreads_GivesTheSameBits()
    {
        float[][] weights = [.. new[] { 1, 2, 3, 8 }.Select(threads =>
        {
            RecurrentNetwork network = RecurrentNetwork.Create(new NetworkShape { InputSize = 2, OutputSize = 1, HiddenSize = 9, HeadDropout = 0.1f }, 1);
            Trainer.Train(network, ToySource.Adding(203, 12, 1), new SquaredLoss(), new TrainerOptions { BatchSize = 61, MaxEpochs = 3, Threads = threads, AverageDecay = 0.9f });
            return network.Parameters.ToArray();
        })];
        Assert.All(weights[1..], other => Assert.Equal(weights[0], other));
    }
}
