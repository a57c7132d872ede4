// From a sequence of states to one vector per sequence, by weights that are learnt.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>
/// Σ_t a_t h_t with a = softmax over the valid steps of v·tanh(W h_t + b) (Yang, Yang, Dyer, He, Smola, Hovy 2016): attention.weight [A,F], attention.bias [A],
/// attention.score.weight [1,A]. A row without a step pools to zeros.
/// </summary>
internal sealed class AttentionPooling(ParameterLayout layout, string name, int features, int width)
{
    private readonly DenseLayer _hidden = new(layout, name, features, width, Activation.Tanh), _score = new(layout, name + ".score", width, 1, Activation.None, bias: false);

    public void Pack(ReadOnlySpan<float> parameters)
    {
        _hidden.Pack(parameters);
        _score.Pack(parameters);
    }

    public State CreateState(int places, bool training) => new(_hidden.CreateState(places, training), _score.CreateState(places, training), places, width, training);

    /// <summary>y [T,B,F] to pooled [B,F].</summary>
    public void Forward(BlockShape shape, ReadOnlySpan<float> y, Span<float> pooled, State state)
    {
        _hidden.Forward(shape.Places, y, state.Hidden);
        _score.Forward(shape.Places, state.Hidden, state.Weights);
        for (var b = 0; b < shape.Rows; b++)
        {
            var target = pooled.Slice(b * features, features);
            target.Clear();
            Softmax(shape, b, state.Weights);
            for (var t = 0; t < shape.LengthOf(b); t++)
                VectorOps.AddScaled(target, y.Slice((t * shape.Rows + b) * features, features), state.Weights[t * shape.Rows + b]);
        }
    }

    /// <summary>dpooled [B,F] to dy [T,B,F], overwritten; adds to the sums of gradients.</summary>
    public void Backward(BlockShape shape, ReadOnlySpan<float> y, ReadOnlySpan<float> dpooled, Span<float> dy, Span<float> sums, State state)
    {
        Array.Clear(state.ScoreGradient);
        for (var b = 0; b < shape.Rows; b++) SoftmaxBack(shape, b, y, dpooled.Slice(b * features, features), state);
        // A linear layer's output plays no part in its derivative.
        _score.Backward(shape.Places, state.Hidden, default, state.ScoreGradient, state.HiddenGradient, sums, state.ScoreState);
        _hidden.Backward(shape.Places, y, state.Hidden, state.HiddenGradient, dy, sums, state.HiddenState);
        for (var b = 0; b < shape.Rows; b++)
            for (var t = 0; t < shape.LengthOf(b); t++)
                VectorOps.AddScaled(dy.Slice((t * shape.Rows + b) * features, features), dpooled.Slice(b * features, features), state.Weights[t * shape.Rows + b]);
    }

    private static void Softmax(BlockShape shape, int b, Span<float> scores)
    {
        float max = float.NegativeInfinity, sum = 0f;
        for (var t = 0; t < shape.LengthOf(b); t++) max = Math.Max(max, scores[t * shape.Rows + b]);
        for (var t = 0; t < shape.LengthOf(b); t++) sum += scores[t * shape.Rows + b] = MathF.Exp(scores[t * shape.Rows + b] - max);
        for (var t = 0; t < shape.LengthOf(b); t++) scores[t * shape.Rows + b] /= sum;
    }

    /// <summary>The derivative of a softmax: a·(d − Σ a·d).</summary>
    private void SoftmaxBack(BlockShape shape, int b, ReadOnlySpan<float> y, ReadOnlySpan<float> dpooled, State state)
    {
        var mean = 0f;
        for (var t = 0; t < shape.LengthOf(b); t++)
        {
            var place = t * shape.Rows + b;
            state.ScoreGradient[place] = VectorOps.Dot(y.Slice(place * features, features), dpooled);
            mean += state.Weights[place] * state.ScoreGradient[place];
        }
        for (var t = 0; t < shape.LengthOf(b); t++)
        {
            var place = t * shape.Rows + b;
            state.ScoreGradient[place] = state.Weights[place] * (state.ScoreGradient[place] - mean);
        }
    }

    /// <summary>Activations and scratch of one block; belongs to one thread at a time.</summary>
    internal sealed class State(DenseLayer.State hiddenState, DenseLayer.State scoreState, int places, int width, bool training)
    {
        public DenseLayer.State HiddenState => hiddenState;

        public DenseLayer.State ScoreState => scoreState;

        /// <summary>[T,B,A].</summary>
        public float[] Hidden { get; } = new float[checked(places * width)];

        public float[] HiddenGradient { get; } = new float[training ? places * width : 0];

        /// <summary>[T,B]: the scores, then their softmax.</summary>
        public float[] Weights { get; } = new float[places];

        public float[] ScoreGradient { get; } = new float[training ? places : 0];
    }
}
