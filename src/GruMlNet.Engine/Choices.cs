// The closed choices that describe a recurrent network.
namespace GruMlNet.Engine;

/// <summary>The kinds of recurrent cells.</summary>
public enum RecurrentCell
{
    /// <summary>Gated recurrent unit (Cho et al. 2014): two gates, one state.</summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997): three gates, two states; a third more parameters than a GRU of the same width.</summary>
    Lstm,

    /// <summary>h' = tanh(W x + U h + b) (Elman 1990): no gates, a short memory; to compare with.</summary>
    ElmanTanh,

    /// <summary>h' = max(0, W x + U h + b): the same with ReLU.</summary>
    ElmanRelu,
}

/// <summary>Where a GRU applies its reset gate. The two cells are different functions; weights of one do not fit the other.</summary>
public enum ResetMode
{
    /// <summary>n = tanh(W x + b + r ⊙ (U h + c)): PyTorch, cuDNN, Keras' default. One recurrent product a step: the faster one.</summary>
    After,

    /// <summary>n = tanh(W x + b + U (r ⊙ h)): the cell as first published (Chung, Gulcehre, Cho, Bengio 2014).</summary>
    Before,
}

/// <summary>Which bias vectors a recurrent layer has.</summary>
public enum BiasMode
{
    /// <summary>An input bias and a recurrent bias, as PyTorch, cuDNN and ONNX have them.</summary>
    Both,

    /// <summary>An input bias only.</summary>
    InputOnly,

    /// <summary>No bias.</summary>
    None,
}

/// <summary>What a network makes of the states over time.</summary>
public enum SequencePooling
{
    /// <summary>The state after the last valid step.</summary>
    Last,

    /// <summary>The mean of the states over the valid steps.</summary>
    Mean,

    /// <summary>The maximum of each state component over the valid steps.</summary>
    Max,

    /// <summary>Every step's state: the head is applied to each step, and targets are per step.</summary>
    Whole,

    /// <summary>A weighted mean of the states over the valid steps; the weights are learnt: softmax over time of v·tanh(W h + b) (Yang et al. 2016).</summary>
    Attention,

    /// <summary>The last state, the mean and the maximum, side by side.</summary>
    LastMeanMax,
}

/// <summary>What follows the linear part of a dense layer.</summary>
public enum Activation
{
    /// <summary>Nothing: the layer is linear.</summary>
    None,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>1 / (1 + e^−x).</summary>
    Sigmoid,
}

/// <summary>How the two directions of a bidirectional layer become one output.</summary>
public enum MergeMode
{
    /// <summary>Side by side: forward features first.</summary>
    Concatenate,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,
}
