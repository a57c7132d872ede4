// A fully connected layer: y = f(W x + b), applied to each row.
using GruMlNet.Engine.Kernels;
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Layers;

/// <summary>weight [O,I] and bias [O], as PyTorch's Linear lays them out.</summary>
internal sealed class DenseLayer
{
    private readonly ParameterSlice _weight;
    private readonly ParameterSlice? _bias;
    private readonly PackedMatrix _forward, _back;
    private float[] _biasValues = []; // filled up to whole vectors; made when first packed, as the packed matrices are

    public DenseLayer(ParameterLayout layout, string name, int inputSize, int outputSize, Activation activation, bool bias = true, Initializer? start = null)
    {
        (InputSize, OutputSize, Activation) = (inputSize, outputSize, activation);
        _weight = layout.Add(name + ".weight", outputSize, inputSize, start ?? Initializer.GlorotUniform());
        if (bias) _bias = layout.Add(name + ".bias", 1, outputSize);
        _forward = new PackedMatrix(inputSize, outputSize);
        _back = new PackedMatrix(outputSize, inputSize);
    }

    public int InputSize { get; }

    public int OutputSize { get; }

    public Activation Activation { get; }

    /// <summary>Takes over changed parameters; call it while no pass is running.</summary>
    public void Pack(ReadOnlySpan<float> parameters)
    {
        if (_biasValues.Length == 0) _biasValues = new float[_forward.PaddedColumns];
        var weight = _weight.Of(parameters);
        _forward.Pack(weight, InputSize, depthStride: 1, columnStride: InputSize);
        _back.Pack(weight, OutputSize, depthStride: InputSize, columnStride: 1);
        _bias?.Of(parameters).CopyTo(_biasValues);
    }

    public State CreateState(int maxRows, bool training) => new(new PackedMatrix(training ? maxRows : 0, InputSize));

    /// <summary>x [rows,I] to y [rows,O], overwritten.</summary>
    public void Forward(int rows, ReadOnlySpan<float> x, Span<float> y)
    {
        MatMul.Multiply(rows, new LeftOperand(x, InputSize, 1, InputSize), _forward, _biasValues, y);
        Activate(y[..(rows * OutputSize)]);
    }

    /// <summary>Back-propagates.</summary>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="x">[rows,I] as in the forward pass.</param>
    /// <param name="y">[rows,O] as the forward pass made it.</param>
    /// <param name="dy">[rows,O]; becomes the gradient before the activation.</param>
    /// <param name="dx">[rows,I], overwritten; or empty if not needed.</param>
    /// <param name="sums">The sums of gradients, added to.</param>
    /// <param name="state">Scratch.</param>
    public void Backward(int rows, ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> dy, Span<float> dx, Span<float> sums, State state)
    {
        dy = dy[..(rows * OutputSize)];
        ActivateBack(y, dy);
        if (_bias is { } bias) VectorOps.AddRows(rows, OutputSize, dy, bias.SumsOf(sums));
        state.PackedInput.Pack(x, rows, depthStride: InputSize, columnStride: 1);
        MatMul.Multiply(OutputSize, new LeftOperand(dy, 1, OutputSize, rows), state.PackedInput, default, _weight.SumsOf(sums), add: true);
        if (!dx.IsEmpty) MatMul.Multiply(rows, new LeftOperand(dy, OutputSize, 1, OutputSize), _back, default, dx);
    }

    private void Activate(Span<float> y)
    {
        switch (Activation)
        {
            case Activation.Relu: Activations.Relu(y); break;
            case Activation.Tanh: Activations.Tanh(y); break;
            case Activation.Sigmoid: Activations.Sigmoid(y); break;
        }
    }

    private void ActivateBack(ReadOnlySpan<float> y, Span<float> dy)
    {
        switch (Activation)
        {
            case Activation.Relu: Activations.ReluBack(y, dy); break;
            case Activation.Tanh: Activations.TanhBack(y, dy); break;
            case Activation.Sigmoid: Activations.SigmoidBack(y, dy); break;
        }
    }

    /// <summary>Scratch of the backward pass; belongs to one thread at a time.</summary>
    internal sealed class State(PackedMatrix packedInput)
    {
        public PackedMatrix PackedInput { get; } = packedInput;
    }
}
