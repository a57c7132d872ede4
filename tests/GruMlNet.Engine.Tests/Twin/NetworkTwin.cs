// The forward pass of a whole network in double precision, put together from the other twins.

using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Tests.Twin;

/// <summary>
/// token vectors behind the features -> step embedding (relu) -> recurrent layers -> pooling -> context appended -> hidden dense layers -> linear output, plus a mixture of experts: sum over k of softmax(W f + p)_k e_k, with
/// features f; first the given experts with their prior logits p, then the linear maps A_k u + c_k of a window u with p = 0. Each expert output is shared by OutputsPerExpertOutput
/// neighbouring outputs. A decoder adds V relu(W [f ; c] + U k_i + p_i + b) to the outputs of each step ahead i, with c the static features and k_i what is known of the step. No dropout.
/// </summary>
internal sealed class NetworkTwin
{
    private readonly NetworkShape shape;
    private readonly DenseTwin? embedding;
    private readonly RecurrentTwin recurrent;
    private readonly List<DenseTwin> head = [];
    private readonly DenseTwin? gate, maps, decoderState, decoderKnown, decoderOutput;
    private readonly double[] position = [];
    private readonly AttentionTwin? attention;
    private readonly double[] tokens;

    /// <summary>Takes over the parameters of an engine network.</summary>
    public NetworkTwin(RecurrentNetwork network)
    {
        shape = network.Shape;
        int I = shape.InputSize + shape.TokenEmbeddingSize, F = (shape.Pooling == SequencePooling.LastMeanMax ? 3 : 1) * StateFeatures + shape.ContextSize;
        tokens = new double[shape.VocabularySize * shape.TokenEmbeddingSize];
        if (shape.StepEmbeddingSize > 0)
            (embedding, I) = (new DenseTwin(I, shape.StepEmbeddingSize, Activation.Relu), shape.StepEmbeddingSize);
        recurrent = RecurrentTwin.Create(I, shape.HiddenSize, shape.Layers, shape.Bidirectional, shape.Reset, shape.Bias, shape.Merge, shape.Cell, shape.LayerNorm);
        if (shape.Pooling == SequencePooling.Attention)
            attention = new AttentionTwin(StateFeatures, shape.HiddenSize);
        int width = F;
        foreach (int size in shape.HeadSizes)
        {
            head.Add(new DenseTwin(width, size, shape.HeadActivation));
            width = size;
        }
        if (shape.HasHead)
            head.Add(new DenseTwin(width, shape.OutputSize, Activation.None));
        if (shape.GivenExperts + shape.LinearExperts > 0)
            gate = new DenseTwin(F, shape.GivenExperts + shape.LinearExperts, Activation.None, bias: false);
        if (shape.LinearExperts > 0)
            maps = new DenseTwin(shape.WindowSize, shape.LinearExperts * ExpertOutputs, Activation.None);
        if (shape.FutureSteps > 0)
        {
            decoderState = new DenseTwin(F + shape.StaticSize, shape.DecoderSize, Activation.None);
            if (shape.FutureSize > 0)
                decoderKnown = new DenseTwin(shape.FutureSize, shape.DecoderSize, Activation.None, bias: false);
            decoderOutput = new DenseTwin(shape.DecoderSize, shape.OutputSize / shape.FutureSteps, Activation.None, bias: false);
            position = new double[shape.FutureSteps * shape.DecoderSize];
        }

        foreach ((string name, double[] values) in Parameters)
            Numbers.ToDouble(network.Layout.Find(name).Of(network.Parameters)).CopyTo(values, 0);
        Assert.Equal(network.ParameterCount, Parameters.Sum(p => p.Values.Length));
    }

    private int StateFeatures => shape.Bidirectional && shape.Merge == MergeMode.Concatenate ? 2 * shape.HiddenSize : shape.HiddenSize;

    private string Prefix => shape.Cell switch { RecurrentCell.Gru => "gru.", RecurrentCell.Lstm => "lstm.", _ => "rnn." };

    private int ExpertOutputs => shape.OutputSize / shape.OutputsPerExpertOutput;

    /// <summary>By the engine's names.</summary>
    public IEnumerable<(string Name, double[] Values)> Parameters
    {
        get
        {
            IEnumerable<(string, DenseTwin?)> dense =
            [
                ("embedding", embedding), ("attention", attention?.Hidden), ("attention.score", attention?.Score), .. head.Select((d, i) => (i == shape.HeadSizes.Count ? "head.output" : $"head.{i}", (DenseTwin?)d)), ("experts.gate", gate), ("experts.maps", maps),
                ("decoder.state", decoderState), ("decoder.known", decoderKnown), ("decoder.output", decoderOutput),
            ];
            return recurrent.Parameters.Select(p => (Prefix + p.Name, p.Values)).Append(("tokens.weight", tokens))
                .Concat(recurrent.Norms.SelectMany((n, l) => new[] { ($"norm_l{l}.weight", n.Gain), ($"norm_l{l}.bias", n.Offset) }))
                .Concat(dense.Where(d => d.Item2 is not null).SelectMany(d => new[] { (d.Item1 + ".weight", d.Item2!.Weight), (d.Item1 + ".bias", d.Item2.Bias) }))
                .Append(("decoder.position", position))
                .Where(p => p.Item2.Length > 0);
        }
    }

    /// <summary>The pooled states [B,E], or all of them [T,B,E] where the pooling is Whole.</summary>
    public double[] Encode(SequenceBatch batch)
    {
        (int T, int B, int H) = (batch.Steps, batch.Rows, StateFeatures);
        int[] lengths = batch.HasLengths ? batch.Lengths.ToArray() : [.. Enumerable.Repeat(T, B)];
        double[] x = Steps(batch);
        if (embedding is not null)
            x = embedding.Forward(T * B, x);
        double[] states = recurrent.Forward(T, B, lengths, x, []).Y;
        return attention is not null ? attention.Forward(T, B, lengths, states) : PoolingTwin.Forward(shape.Pooling, T, B, H, lengths, states, shape.Bidirectional ? shape.HiddenSize : H);
    }

    /// <summary>Each place's features and the vector of its token, zeros for token -1.</summary>
    private double[] Steps(SequenceBatch batch)
    {
        (int places, int I, int E) = (batch.Steps * batch.Rows, shape.InputSize, shape.TokenEmbeddingSize);
        return [.. Enumerable.Range(0, places).SelectMany(i =>
        {
            int token = shape.VocabularySize > 0 ? batch.Tokens[i] : -1;
            return Numbers.ToDouble(batch.Inputs.AsSpan(i * I, I)).Concat(token < 0 ? new double[E] : tokens[(token * E)..((token + 1) * E)]);
        })];
    }

    /// <summary>[B,O], or [T,B,O] where the pooling is Whole.</summary>
    public double[] Forward(SequenceBatch batch)
    {
        (int H, int C) = (StateFeatures, shape.ContextSize);
        double[] pooled = Encode(batch);

        int E = H * (shape.Pooling == SequencePooling.LastMeanMax ? 3 : 1), rows = pooled.Length / E;
        double[] features = [.. Enumerable.Range(0, rows).SelectMany(b => pooled[(b * E)..((b + 1) * E)].Concat(Numbers.ToDouble(batch.Context.AsSpan(b * C, C))))];
        double[] output = features;
        foreach (DenseTwin layer in head)
            output = layer.Forward(rows, output);
        if (!shape.HasHead)
            output = new double[rows * shape.OutputSize];
        if (gate is not null)
            AddExperts(batch, rows, features, output);
        if (decoderOutput is not null)
            AddDecoder(batch, rows, features, output);
        return output;
    }

    private void AddDecoder(SequenceBatch batch, int rows, double[] features, double[] output)
    {
        (int F, int S, int h, int K, int D) = (features.Length / rows, shape.StaticSize, shape.FutureSteps, shape.FutureSize, shape.DecoderSize);
        for (int b = 0; b < rows; b++)
        {
            double[] shared = decoderState!.Forward(1, [.. features[(b * F)..((b + 1) * F)], .. Numbers.ToDouble(batch.Static.AsSpan(b * S, S))]);
            for (int i = 0; i < h; i++)
            {
                double[] known = decoderKnown?.Forward(1, Numbers.ToDouble(batch.Future.AsSpan((b * h + i) * K, K))) ?? new double[D];
                double[] y = decoderOutput!.Forward(1, [.. Enumerable.Range(0, D).Select(d => Math.Max(0, shared[d] + known[d] + position[i * D + d]))]);
                for (int q = 0; q < y.Length; q++)
                    output[(b * h + i) * y.Length + q] += y[q];
            }
        }
    }

    private void AddExperts(SequenceBatch batch, int rows, double[] features, double[] output)
    {
        (int G, int K, int L) = (shape.GivenExperts, shape.GivenExperts + shape.LinearExperts, ExpertOutputs);
        double[] logits = gate!.Forward(rows, features), learnt = maps?.Forward(rows, Numbers.ToDouble(batch.Window.AsSpan(0, rows * shape.WindowSize))) ?? [];
        for (int b = 0; b < rows; b++)
        {
            double[] e = [.. Enumerable.Range(0, K).Select(k => Math.Exp(logits[b * K + k] + (k < G ? batch.Priors[b * G + k] : 0)))];
            for (int o = 0; o < shape.OutputSize; o++)
            {
                int l = o / shape.OutputsPerExpertOutput;
                for (int k = 0; k < K; k++)
                    output[b * shape.OutputSize + o] += e[k] / e.Sum() * (k < G ? batch.Experts[(b * G + k) * L + l] : learnt[(b * (K - G) + k - G) * L + l]);
            }
        }
    }
}
