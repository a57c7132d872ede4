// How well an auto-encoder knows a sequence: what it makes of it, compared with what it is.
namespace GruMlNet.Sequences;

internal static class SequenceReconstruction
{
    /// <summary>However well a channel is rebuilt, a hundredth of its spread is no error worth telling.</summary>
    private const float LeastError = 1e-4f;

    /// <summary>
    /// The trained auto-encoder as a model whose answer is the error: of each channel relative to its mean squared error on the sequences that were learnt from, so that a channel of noise
    /// does not drown one that is known exactly.
    /// </summary>
    public static SequenceModel Of(SequenceModel trained, IReadOnlyList<SequenceSample> samples)
    {
        if (trained.Plan.IsTokens) return trained;
        var (squares, counts) = (new double[trained.Plan.Features], new long[trained.Plan.Features]);
        var scratch = trained.CreateScratch();
        foreach (var sample in samples)
        {
            scratch.Prepared.Prepare(sample.Values, sample.Tokens, sample.Steps, trained.Plan);
            AddSquares(trained, scratch, squares, counts);
        }
        float[] errors = [.. squares.Select((sum, f) => Math.Max(LeastError, (float)(sum / Math.Max(1, counts[f]))))];
        return new SequenceModel(trained.Plan with { Errors = errors }, trained.Task, trained.Members);
    }

    /// <summary>
    /// Numbers: the mean over the channels of each channel's mean squared error over its observed steps, in units of <see cref="SequencePlan.Errors"/>. Tokens: the mean of −ln of the
    /// probability of each token, and ln V for one that was never met. NaN where nothing is observed.
    /// </summary>
    public static float Error(SequenceModel model, SequenceScratch scratch)
    {
        if (model.Plan.IsTokens) return TokenError(model, scratch);
        var (squares, counts) = (new double[model.Plan.Features], new long[model.Plan.Features]);
        AddSquares(model, scratch, squares, counts);
        var (sum, observed) = (0.0, 0);
        for (var f = 0; f < squares.Length; f++)
        {
            if (counts[f] == 0) continue;
            sum += squares[f] / counts[f] / model.Plan.Errors[f];
            observed++;
        }
        return observed == 0 ? float.NaN : (float)(sum / observed);
    }

    private static void AddSquares(SequenceModel model, SequenceScratch scratch, Span<double> squares, Span<long> counts)
    {
        var (plan, sequence) = (model.Plan, scratch.Prepared);
        int F = plan.Features, C = plan.Channels, reach = Reach(model);
        for (var from = 0; from < sequence.Steps; from += reach)
        {
            var rebuilt = Rebuild(model, scratch, from);
            for (var t = from; t < Math.Min(from + reach, sequence.Steps); t++)
                for (var f = 0; f < F; f++)
                {
                    if (sequence.IsMissing(t, f, plan)) continue;
                    var error = rebuilt[(t - from) * F + f] - sequence.Channels[t * C + f];
                    squares[f] += error * error;
                    counts[f]++;
                }
        }
    }

    private static float TokenError(SequenceModel model, SequenceScratch scratch)
    {
        var (sequence, V, reach) = (scratch.Prepared, model.Task.Outputs, Reach(model));
        var sum = sequence.Unseen * Math.Log(V);
        var count = sequence.Unseen;
        for (var from = 0; from < sequence.Steps; from += reach)
        {
            var rebuilt = Rebuild(model, scratch, from);
            for (var t = from; t < Math.Min(from + reach, sequence.Steps); t++)
            {
                if (sequence.Tokens[t] < 0) continue;
                sum -= Math.Log(Math.Max(rebuilt[(t - from) * V + sequence.Tokens[t]], float.Epsilon));
                count++;
            }
        }
        return count == 0 ? float.NaN : (float)(sum / count);
    }

    /// <summary>Raw steps that the decoder rebuilds at a time; a longer sequence is rebuilt piece by piece.</summary>
    private static int Reach(SequenceModel model) => model.Members[0].Network.Shape.FutureSteps * model.Members[0].Layout.Stride;

    /// <summary>Numbers or probabilities for the raw steps from <paramref name="from"/> on, up to the reach.</summary>
    private static ReadOnlySpan<float> Rebuild(SequenceModel model, SequenceScratch scratch, int from)
    {
        var (layout, network) = model.Members[0];
        var first = from / layout.Stride;
        var output = scratch.Output(network.Shape.OutputSize);
        network.Predict(scratch.Fill(0, first, Math.Min(network.Shape.FutureSteps, layout.Count(scratch.Prepared.Steps) - first)), output);
        model.Task.Finish(output);
        return output;
    }
}
