// libtorch through TorchSharp: the peer of training.
using System.Runtime.InteropServices;
using GruMlNet.Engine;
using TorchSharp;
using TorchSharp.Modules;

namespace GruMlNet.Peers;

internal static class TorchSide
{
    public static string Version => $"libtorch {torch.__version__} through TorchSharp {typeof(torch).Assembly.GetName().Version}";

    /// <summary>Loads the native libraries; returns null, or the reason why they cannot be loaded.</summary>
    public static string? Load()
    {
        if (LoaderMessage() is { } message) return message;
        try
        {
            torch.zeros(1).Dispose();
            return null;
        }
#pragma warning disable CA1031 // whatever keeps this peer from loading, the others still run
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.GetBaseException().Message;
        }
    }

    /// <summary>
    /// What the system's loader has against TorchSharp's bridge; null for nothing. Asked first: TorchSharp itself blames a missing package
    /// whatever the reason, in a page of text, and makes a second copy of libtorch.
    /// </summary>
    private static string? LoaderMessage()
    {
        var bridge = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libLibTorchSharp.so");
        if (!File.Exists(bridge)) return null;
        try
        {
            _ = NativeLibrary.Load(bridge);
            return null;
        }
        catch (DllNotFoundException e)
        {
            var reason = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            return reason.Contains("GLIBCXX", StringComparison.Ordinal) ? reason + "; on Debian 12 the script debian12/run helps" : reason;
        }
    }
}

internal sealed class TorchTraining : IDisposable
{
    private readonly torch.Tensor _inputs, _targets;
    private readonly GRU? _gru;
    private readonly LSTM? _lstm;
    private readonly Linear _head;
    private readonly torch.optim.Optimizer _adam;

    public TorchTraining(TrainCase c, CaseData data)
    {
        torch.set_num_threads(c.Threads);
        _inputs = torch.tensor(data.Inputs, [c.T, c.B, c.I]);
        _targets = torch.tensor(data.Targets, [c.B, 1]);
        if (c.Cell == RecurrentCell.Lstm) _lstm = torch.nn.LSTM(c.I, c.H);
        else _gru = torch.nn.GRU(c.I, c.H);
        _head = torch.nn.Linear(c.H, 1);
        torch.nn.Module recurrent = _lstm is null ? _gru! : _lstm;
        Put(recurrent, "weight_ih_l0", data.WeightIh);
        Put(recurrent, "weight_hh_l0", data.WeightHh);
        Put(recurrent, "bias_ih_l0", data.BiasIh);
        Put(recurrent, "bias_hh_l0", data.BiasHh);
        Put(_head, "weight", data.HeadWeight);
        Put(_head, "bias", data.HeadBias);
        _adam = torch.optim.Adam(recurrent.parameters().Concat(_head.parameters()), lr: 0.001);
    }

    /// <summary>One step on the batch; returns the loss before it.</summary>
    public double Step()
    {
        using var scope = torch.NewDisposeScope();
        _adam.zero_grad();
        var states = _lstm is null ? _gru!.call(_inputs).Item1 : _lstm.call(_inputs).Item1;
        var loss = torch.nn.functional.mse_loss(_head.call(states[-1]), _targets);
        loss.backward();
        _adam.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        _adam.Dispose();
        _head.Dispose();
        _gru?.Dispose();
        _lstm?.Dispose();
        _inputs.Dispose();
        _targets.Dispose();
    }

    private static void Put(torch.nn.Module module, string name, float[] values)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var parameter = module.get_parameter(name) ?? throw new InvalidOperationException($"TorchSharp has no parameter named '{name}'.");
        _ = parameter.copy_(torch.tensor(values, parameter.shape));
    }
}
