// All that is called of GruMlNet: the one file to change when the engine gets a faster way in.
using GruMlNet.Engine;
using GruMlNet.Engine.Layers;
using GruMlNet.Engine.Losses;
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Training;

namespace GruMlNet.Peers;

internal static class OurSide
{
    /// <summary>What becomes of the cases' number of threads.</summary>
    public const string Threading = "as many threads as the case in training, one in inference";

    public static RecurrentNetwork Network(Case c, CaseData data)
    {
        var shape = new NetworkShape { Cell = c.Cell, InputSize = c.I, HiddenSize = c.H, OutputSize = 1 };
        return RecurrentNetwork.FromParameters(shape, layout =>
        {
            var parameters = new float[layout.Count];
            Put("weight_ih_l0", data.WeightIh);
            Put("weight_hh_l0", data.WeightHh);
            Put("bias_ih_l0", data.BiasIh);
            Put("bias_hh_l0", data.BiasHh);
            data.HeadWeight.CopyTo(layout.Find("head.output.weight").Of(parameters.AsSpan()));
            data.HeadBias.CopyTo(layout.Find("head.output.bias").Of(parameters.AsSpan()));
            return parameters;

            void Put(string name, float[] values) => values.CopyTo(layout.Find($"{c.CellName}.{name}").Of(parameters.AsSpan()));
        });
    }
}

internal sealed class OurTraining(TrainCase c, CaseData data) : IDisposable
{
    private readonly TrainingRun _run = new(OurSide.Network(c, data), new OneBatch(c, data), new SquaredLoss(), new TrainerOptions { BatchSize = c.B, ClipNorm = null, Threads = c.Threads }, default);

    /// <summary>One step on the batch; returns the loss before it.</summary>
    public double Step() => _run.Step(0.001f);

    public void Dispose() => _run.Dispose();

    /// <summary>The same B examples in every step; the run deals them in changing order, which changes the loss by rounding only.</summary>
    private sealed class OneBatch(TrainCase c, CaseData data) : ISequenceSource
    {
        public int Count => c.B;

        public int MaxSteps => c.T;

        public void Fill(ReadOnlySpan<int> indices, SequenceBatch batch)
        {
            batch.Steps = c.T;
            var (inputs, target) = (data.Inputs, batch.Inputs);
            for (int t = 0, to = 0; t < c.T; t++)
            {
                foreach (var index in indices)
                {
                    var from = (t * c.B + index) * c.I;
                    if (c.I < 8) for (var i = 0; i < c.I; i++) target[to + i] = inputs[from + i];
                    else inputs.AsSpan(from, c.I).CopyTo(target.AsSpan(to));
                    to += c.I;
                }
            }
            for (var b = 0; b < indices.Length; b++) batch.Targets[b] = data.Targets[indices[b]];
            batch.Weights.AsSpan(0, indices.Length).Fill(1f);
        }
    }
}

/// <summary>A network's outputs for one batch, or one sequence.</summary>
internal sealed class OurInference : IInference
{
    private readonly RecurrentNetwork _network;
    private readonly SequenceBatch _batch;
    private readonly float[] _output;

    public OurInference(InferCase c, CaseData data)
    {
        _network = OurSide.Network(c, data);
        _batch = new SequenceBatch(_network.Shape, c.T, c.B);
        data.Inputs.CopyTo(_batch.Inputs, 0);
        _output = new float[c.B];
    }

    public ReadOnlySpan<float> Output => _output;

    public void Run() => _network.Predict(_batch, _output);
}

/// <summary>One step of one sequence, from the state that the step before has left.</summary>
internal sealed class OurStep : IInference
{
    private readonly SequenceLayer _layer;
    private readonly LayerState _scratch;
    private readonly float[] _input;
    private float[] _state, _next;

    public OurStep(InferCase c, CaseData data)
    {
        (_layer, _input) = (OurSide.Network(c, data).Parts.Recurrent, data.Inputs);
        _scratch = _layer.CreateState(1, 1, training: false);
        (_state, _next) = (new float[_layer.StateSize * c.H], new float[_layer.StateSize * c.H]);
    }

    public ReadOnlySpan<float> Output => _state.AsSpan(0, _layer.HiddenSize);

    public void Run()
    {
        _layer.Forward(new BlockShape(1, 1), _input, _state, default, _next, _scratch); // like the peer, the new state and no copy of it
        (_state, _next) = (_next, _state);
    }
}
