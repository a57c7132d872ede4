// ONNX Runtime: the peer of inference.
using GruMlNet.Engine;
using Microsoft.ML.OnnxRuntime;

namespace GruMlNet.Peers;

internal sealed class OnnxSide : IInference, IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtValue[] _owned;
    private readonly string[] _inputNames, _outputNames;
    private OrtValue[] _inputs, _outputs, _otherInputs, _otherOutputs;

    public OnnxSide(InferCase c, CaseData data)
    {
        using var options = new SessionOptions { IntraOpNumThreads = c.Threads, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        _session = new InferenceSession(OnnxModel.Recurrent(c, data), options);
        var input = OrtValue.CreateTensorValueFromMemory(data.Inputs, [c.T, c.B, c.I]);
        if (c.CarriesState)
        {
            var slabs = c.Cell == RecurrentCell.Lstm ? 2 : 1;
            OrtValue[] state = States(slabs, c), next = States(slabs, c);
            _inputNames = ["X", .. ((string[])["initial_h", "initial_c"]).Take(slabs)];
            _outputNames = [.. ((string[])["Y_h", "Y_c"]).Take(slabs)];
            (_inputs, _outputs, _otherInputs, _otherOutputs) = ([input, .. state], next, [input, .. next], state);
            _owned = [input, .. state, .. next];
        }
        else
        {
            OrtValue[] output = [OrtValue.CreateTensorValueFromMemory(new float[c.B], [1, c.B, 1])];
            (_inputNames, _outputNames) = (["X"], ["Y"]);
            (_inputs, _outputs, _otherInputs, _otherOutputs) = ([input], output, [input], output);
            _owned = [input, .. output];
        }
    }

    public static string Version => $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}";

    /// <inheritdoc/>
    public ReadOnlySpan<float> Output => _otherOutputs[0].GetTensorDataAsSpan<float>();

    /// <summary>Loads the native library; returns null, or the reason why it cannot be loaded.</summary>
    public static string? Load()
    {
        try
        {
            _ = Version;
            return null;
        }
#pragma warning disable CA1031 // whatever keeps this peer from loading, the others still run
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.GetBaseException().Message;
        }
    }

    /// <summary>Runs into preallocated outputs; a carried state goes back and forth between two buffers.</summary>
    public void Run()
    {
        _session.Run(_run, _inputNames, _inputs, _outputNames, _outputs);
        (_inputs, _otherInputs) = (_otherInputs, _inputs);
        (_outputs, _otherOutputs) = (_otherOutputs, _outputs);
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        foreach (var value in _owned) value.Dispose();
    }

    private static OrtValue[] States(int slabs, InferCase c) =>
        [.. Enumerable.Range(0, slabs).Select(_ => OrtValue.CreateTensorValueFromMemory(new float[c.B * c.H], [1, c.B, c.H]))];
}
