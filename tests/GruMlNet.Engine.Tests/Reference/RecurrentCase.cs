// A reference case of recurrent layers, whatever file it comes from: a network of recurrent layers, its inputs, and the expected outputs and gradients.

using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Tests.Twin;

namespace GruMlNet.Engine.Tests.Reference;

/// <summary>Everything is time-major and in the engine's gate order, polarity and order of states; an empty array means "the file has none".</summary>
internal sealed record RecurrentCase(string Name, int T, int B, int[] Lengths)
{
    public required RecurrentTwin Twin { get; init; }

    public required double[] X { get; init; }

    public required double[] H0 { get; init; }

    public required double[] Y { get; init; }

    public required double[] Hn { get; init; }

    public required double[] Dy { get; init; }

    public required double[] Dhn { get; init; }

    public required double[] Dx { get; init; }

    public required double[] Dh0 { get; init; }

    /// <summary>The reference was computed in float32, so that it is itself off by float32 rounding.</summary>
    public bool SinglePrecision { get; init; }

    /// <summary>By PyTorch's names; a name that is missing is not compared.</summary>
    public required IReadOnlyDictionary<string, double[]> Gradients { get; init; }

    public static RecurrentCase Read(string path)
    {
        var file = new ReferenceFile(path);
        return file.Text("kind") == "GRU-formula" ? ReadFormula(file) : ReadLayer(file);
    }

    /// <summary>A torch.nn.GRU, LSTM or RNN: any number of layers, one or two directions, packed or not.</summary>
    private static RecurrentCase ReadLayer(ReferenceFile file)
    {
        Assert.SkipUnless(file.Int("proj_size") == 0, "The engine's LSTM has no projection of its output.");
        RecurrentCell cell = CellOf(file);
        (int I, int H, int layers, bool bidirectional) = (file.Int("input_size"), file.Int("hidden_size"), file.Int("num_layers"), file.Flag("bidirectional"));
        (int T, int B, bool batchFirst) = (file.Int("seq_len"), file.Int("batch"), file.Flag("batch_first"));
        BiasMode bias = file.Flag("bias") ? BiasMode.Both : BiasMode.None;
        int O = bidirectional ? 2 * H : H;

        RecurrentTwin twin = RecurrentTwin.Create(I, H, layers, bidirectional, ResetMode.After, bias, cell: cell);
        Dictionary<string, double[]> weights = file.Tensors("weights");
        Assert.Equal(weights.Keys.Order(), twin.Parameters.Select(p => p.Name).Order());
        foreach ((string name, double[] values) in twin.Parameters)
            weights[name].CopyTo(values, 0);

        double[] TimeMajor(string name, int features)
            => batchFirst ? GateOrder.SwapFirstTwoAxes<double>(file.Tensor(name), B, T, features) : file.Tensor(name);
        double[] States(string hidden, string memory) => cell == RecurrentCell.Lstm ? Interleave(file.Tensor(hidden), file.Tensor(memory), B * H) : file.Tensor(hidden);
        return new RecurrentCase(file.Name, T, B, file.List("lengths") is { } l ? [.. l.Select(v => (int)v)] : [.. Enumerable.Repeat(T, B)])
        {
            Twin = twin,
            X = TimeMajor("x", I),
            H0 = States("h0", "c0"),
            Y = TimeMajor("output", O),
            Hn = States("h_n", "c_n"),
            Dy = TimeMajor("G_out", O),
            Dhn = States("G_h", "G_c"),
            Dx = TimeMajor("grad_x", I),
            Dh0 = States("grad_h0", "grad_c0"),
            Gradients = file.Tensors("grad_weights"),
            SinglePrecision = file.Text("dtype") == "torch.float32",
        };
    }

    /// <summary>The cell of a file of PyTorch's; a file that does not name the nonlinearity has the default, tanh.</summary>
    internal static RecurrentCell CellOf(ReferenceFile file) => file.Text("kind") switch
    {
        "GRU" => RecurrentCell.Gru,
        "LSTM" => RecurrentCell.Lstm,
        "RNN" => file.TextOr("nonlinearity", "tanh") == "relu" ? RecurrentCell.ElmanRelu : RecurrentCell.ElmanTanh,
        string kind => throw new InvalidDataException($"Unknown kind '{kind}'."),
    };

    /// <summary>PyTorch keeps all hidden states [S,B,H] and all memories [S,B,H] apart; the engine has each cell's memory behind its hidden state.</summary>
    private static double[] Interleave(double[] hidden, double[] memory, int slab)
    {
        Assert.Equal(hidden.Length, memory.Length);
        return [.. Enumerable.Range(0, hidden.Length / slab).SelectMany(s => hidden[(s * slab)..((s + 1) * slab)].Concat(memory[(s * slab)..((s + 1) * slab)]))];
    }

    /// <summary>
    /// A GRU written out with elementary operations: separate matrices per gate, either polarity of z. The engine's polarity is "cudnn"; for the other one the z block of all parameters is
    /// negated on the way in, and so are its gradients. The reset-before formula has no recurrent candidate bias: it is zero here, and its gradient equals the input bias's.
    /// </summary>
    private static RecurrentCase ReadFormula(ReferenceFile file)
    {
        (int T, int B, int I) = (file.Shape("x")[0], file.Shape("x")[1], file.Shape("x")[2]);
        int H = file.Shape("h0")[1];
        ResetMode reset = file.Flag("reset_after") ? ResetMode.After : ResetMode.Before;
        bool negate = file.Text("polarity") == "seed";

        Dictionary<string, double[]> Stack(Dictionary<string, double[]> p)
        {
            double[] recurrentBias = reset == ResetMode.After ? [.. new double[2 * H], .. p["bUh"]] : new double[3 * H];
            var stacked = new Dictionary<string, double[]>
            {
                ["weight_ih_l0"] = [.. p["Wr"], .. p["Wz"], .. p["Wh"]],
                ["weight_hh_l0"] = [.. p["Ur"], .. p["Uz"], .. p["Uh"]],
                ["bias_ih_l0"] = [.. p["br"], .. p["bz"], .. p["bh"]],
                ["bias_hh_l0"] = recurrentBias,
            };
            foreach (double[] values in stacked.Values)
            {
                if (negate)
                    GateOrder.NegateUpdateGate<double>(values);
            }
            return stacked;
        }

        RecurrentTwin twin = RecurrentTwin.Create(I, H, 1, bidirectional: false, reset, BiasMode.Both);
        Dictionary<string, double[]> weights = Stack(file.Tensors("weights"));
        foreach ((string name, double[] values) in twin.Parameters)
            weights[name].CopyTo(values, 0);

        Dictionary<string, double[]> gradients = Stack(file.Tensors("grad_weights"));
        // The formula's r and z have one bias: the second vector's gradient equals the first's there, as both are added.
        if (reset == ResetMode.After)
            gradients["bias_ih_l0"].AsSpan(0, 2 * H).CopyTo(gradients["bias_hh_l0"]);
        else
            gradients["bias_hh_l0"] = gradients["bias_ih_l0"];
        return new RecurrentCase(file.Name, T, B, [.. Enumerable.Repeat(T, B)])
        {
            Twin = twin,
            X = file.Tensor("x"),
            H0 = file.Tensor("h0"),
            Y = file.Tensor("output"),
            Hn = file.Tensor("output")[((T - 1) * B * H)..],
            Dy = file.Tensor("G_out"),
            Dhn = [],
            Dx = file.Tensor("grad_x"),
            Dh0 = file.Tensor("grad_h0"),
            Gradients = gradients,
        };
    }
}
